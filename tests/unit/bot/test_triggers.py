"""The words of a debtor that must reach a person, and those that only sound like it."""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path
from time import process_time
from typing import Any

import pytest
import yaml

from bot.phrases import LANGUAGES, template, templates
from bot.talk import DISPOSITIONS, STAYS
from bot.triggers import LEXICON, Trigger, answer, detect, named, ready
from bot.triggers.classifier import NEAR_MISS
from bot.triggers.classifier import ORDINARY as ORDINARY_TALK
from bot.triggers.sentences import load
from desk.routing import _QUEUE_OF
from strategy.holds.kinds import UNKNOWN, kind_of

ROOT = Path(__file__).parents[3]
SHARED = ROOT.parent / "shared" / "contact-rules" / "sensitive.json"
ENTRIES: list[dict[str, Any]] = yaml.safe_load(LEXICON.read_text(encoding="utf-8"))["triggers"]
# Those that the lexicon missed when they were first tried; what is written down must stay found.
WRITTEN = load()
KEPT = [sentence for sentence in WRITTEN if ".early" in sentence.place]
FOUND = sorted({sentence.key for sentence in KEPT if not sentence.key.startswith((ORDINARY_TALK, NEAR_MISS))})
# What a debtor wants here is the dialogue model's to answer.
ORDINARY = {
    *("promise", "pay_now", "part_payment", "give", "ask_plan", "how_to_pay", "ask_amount", "ask_due_date"),
    *("ask_charges", "greet", "goodbye", "thanks", "affirm", "deny", "wait"),
}
# Ordinary talk may touch these: the script answers each of them.
SCRIPTED = {"ask_for_human_or_are_you_a_bot", "bot_legitimacy_doubt", "unsafe_to_talk", "language_barrier"}


def _entry(key: str) -> dict[str, Any]:
    """The entry "id" or "id.n": the n-th of that id."""
    trigger_id, _, place = key.partition(".")
    return [entry for entry in ENTRIES if entry["id"] == trigger_id][int(place or 1) - 1]


def _reaches(found: Trigger | None, trigger_id: str, priority: str) -> bool:
    """Whether the trigger itself was found, or something more urgent."""
    if found is None:
        return False
    return found.priority < priority or (found.id == trigger_id and found.priority <= priority)


@pytest.mark.parametrize("key", FOUND)
def test_phrasings_reach_their_trigger_or_a_more_urgent_one(key: str) -> None:
    entry = _entry(key)
    missed = [
        sentence.text
        for sentence in KEPT
        if sentence.key == key and not _reaches(detect(sentence.text, sentence.lang), entry["id"], entry["priority"])
    ]
    assert missed == []


@pytest.mark.parametrize("kind", [ORDINARY_TALK, NEAR_MISS])
def test_everyday_talk_and_figures_of_speech_raise_nothing(kind: str) -> None:
    sentences = [sentence for sentence in KEPT if sentence.key.startswith(kind)]
    raised = {each.text: found.id for each in sentences if (found := detect(each.text, each.lang))}
    assert raised == {}


def test_there_are_enough_sentences_of_every_trigger_that_words_can_raise() -> None:
    numbers = Counter((sentence.key.partition(".")[0], sentence.lang) for sentence in WRITTEN)
    for trigger_id, priority in {(entry["id"], entry["priority"]) for entry in ENTRIES if "any" in entry}:
        least = 100 if priority == "P0" else 70
        assert all(numbers[trigger_id, language] >= least for language in LANGUAGES), trigger_id


def test_what_the_dialogue_model_is_to_answer_is_left_to_it() -> None:
    raised, told = [], 0
    for path in (ROOT / "bot" / "rasa" / "data" / "nlu").glob("*.yml"):
        for entry in yaml.safe_load(path.read_text(encoding="utf-8"))["nlu"]:
            for line in entry["examples"].splitlines() if entry.get("intent") in ORDINARY else ():
                text = line.removeprefix("- ")
                told += 1
                raised += [(text, found.id) for found in [detect(text, "zh")] if found]
    assert len(raised) <= told * 0.01, raised


@pytest.mark.parametrize("text", ["my phone died, and I want to die", "气死我了,我真的不想活了"])
def test_a_figure_of_speech_hides_nothing_that_is_said_beside_it(text: str) -> None:
    found = detect(text, "en")
    assert found is not None
    assert found.id == "self_harm"


@pytest.mark.parametrize(
    ("text", "trigger_id"),
    [
        ("I lost my job and I want to kill myself", "self_harm"),
        ("stop calling me, I have no income", "cease_request"),
        ("别再打电话了,转人工", "cease_request"),
        ("我失业了,不想活了", "self_harm"),
    ],
)
def test_of_two_triggers_the_more_urgent_one_is_followed(text: str, trigger_id: str) -> None:
    found = detect(text, "zh")
    assert found is not None
    assert found.id == trigger_id


@pytest.mark.parametrize(
    "text",
    [
        "I WANT TO DIE",
        "我 不 想 活 了",
        "我嗯不想活了",
        "想輕生",
        "i dont want to live",
        "ｉ　ｗａｎｔ　ｔｏ　ｄｉｅ",
        "我真的want to die",
    ],
)
@pytest.mark.parametrize("language", LANGUAGES)
def test_spelling_and_language_of_the_talk_make_no_difference(text: str, language: str) -> None:
    assert _reaches(detect(text, language), "self_harm", "P0")


def test_the_words_are_kept_for_the_collector() -> None:
    found = detect("well, I lost my job in May", "en")
    assert found is not None
    assert found.words == "lost my job"


def test_every_trigger_named_in_the_code_is_in_the_lexicon() -> None:
    call = re.compile(r'(?:\bnamed|\bas_trigger|\b_fail)\((?:conversation_id, )?"(\w+)"')
    files = [
        *(ROOT / "bot").glob("*.py"),
        *(ROOT / "bot" / "acts").glob("*.py"),
        *(ROOT / "bot" / "phone").glob("*.py"),
    ]
    used = {name for path in files for name in call.findall(path.read_text(encoding="utf-8"))}
    assert {"dialogue_down", "hardship_unemployment", "not_understood"} <= used
    assert {name: named(name).id for name in used | STAYS | set(DISPOSITIONS)} == {
        name: name for name in used | STAYS | set(DISPOSITIONS)
    }


@pytest.mark.parametrize(
    "entry", [entry for entry in ENTRIES if entry["hold_days"] != 0], ids=lambda entry: entry["id"]
)
def test_a_trigger_that_holds_is_a_kind_of_hold_that_lasts_as_long(entry: dict[str, Any]) -> None:
    kind = kind_of(entry["id"])
    assert kind is not UNKNOWN
    assert _days(kind.days) >= _days(entry["hold_days"])


def test_every_trigger_that_a_person_must_take_has_a_queue_of_its_own_or_the_general_one() -> None:
    known = {entry["id"] for entry in ENTRIES}
    assert not set(_QUEUE_OF) - known - {"dispute", "hardship", "cease"}
    urgent = {entry["id"] for entry in ENTRIES if entry["priority"] == "P0" and entry["escalate"]}
    assert urgent <= set(_QUEUE_OF)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_answer_is_an_approved_sentence_that_may_be_said_at_that_point(language: str) -> None:
    for entry in ENTRIES:
        trigger = named(entry["id"])
        assert entry["template"] in templates(language)
        assert template(answer(trigger, verified=False), language).before_verified
        assert answer(trigger, verified=True) == trigger.template


def test_a_long_message_is_read_fast() -> None:
    texts = [sentence.text for sentence in KEPT if sentence.key.startswith((ORDINARY_TALK, NEAR_MISS))]
    ready()
    messages = [", ".join(texts[start:] + texts[:start])[:300] for start in range(0, len(texts), 2)]
    spent = sorted(min(_seconds(message) for _ in range(3)) for message in messages)
    # An answer to P0 has 300 ms; this leaves room for a busy machine.
    assert spent[int(len(spent) * 0.99) - 1] < 0.02


def _seconds(text: str) -> float:
    """Of this process's own time; the best of a few is what the machine's other work has not slowed."""
    began = process_time()
    detect(text, "zh")
    return process_time() - began


@pytest.mark.parametrize("piece", ["i want to ", "not ", "my card ", "我", "他打", "不想", "a, ", "想死你"])
def test_time_grows_with_the_length_and_not_faster(piece: str) -> None:
    assert _seconds(piece * (2000 // len(piece))) < 0.5


@pytest.fixture(scope="module")
def shared() -> dict[str, Any]:
    if not SHARED.exists():
        pytest.skip("the shared contact rules are not on this machine")
    found: dict[str, Any] = json.loads(SHARED.read_text(encoding="utf-8"))
    return found


def test_every_shared_phrase_reaches_its_trigger_or_a_more_urgent_one(shared: dict[str, Any]) -> None:
    missed = [
        (trigger["id"], text)
        for trigger in shared["triggers"]
        for language, texts in trigger["phrases"].items()
        for text in texts
        if not _reaches(detect(text, language), trigger["id"], trigger["priority"])
    ]
    assert missed == []


def test_no_shared_near_miss_raises_anything_but_what_the_script_answers(shared: dict[str, Any]) -> None:
    raised = [
        (text, found.id)
        for trigger in shared["triggers"]
        for language, texts in trigger["near_miss_negatives"].items()
        for text in texts
        if (found := detect(text, language)) and (found.id == trigger["id"] or found.id not in SCRIPTED)
    ]
    assert raised == []


def test_a_shared_trigger_holds_at_least_as_long_and_is_at_least_as_urgent(shared: dict[str, Any]) -> None:
    for rule in shared["triggers"]:
        ours = [entry for entry in ENTRIES if entry["id"] == rule["id"]]
        assert min(entry["priority"] for entry in ours) <= rule["priority"], rule["id"]
        wanted = _days(rule["outbound_hold_days"])
        assert max(_days(entry["hold_days"]) for entry in ours) >= wanted, rule["id"]


def _days(hold: int | None) -> float:
    return float("inf") if hold is None else hold
