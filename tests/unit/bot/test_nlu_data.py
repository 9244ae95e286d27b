"""The sentences the assistant learns from: enough of each, none twice, none that it is measured on."""

from __future__ import annotations

import json
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from bot.language import HAN
from bot.rasa_process import PROJECT

TRAINED = sorted((PROJECT / "data" / "nlu").glob("*.yml"))
MEASURED = sorted((PROJECT / "tests").glob("nlu_*.yml"))
HELDOUT = sorted((Path(__file__).parents[2] / "heldout").glob("intents_*.jsonl"))
LEAST_OF_EACH = 60
ALIKE = 0.8
"""From this share of common three-letter pieces on, two sentences are one sentence written twice."""
BY_CHANCE = {"zh": 10, "en": 24}
"""Up to so many letters, two people may write the same sentence: "hello", "我要投诉"."""
EVENTS = {"right_party_confirmed", "language_switched"}


def _sentences(paths: list[Path]) -> Iterator[tuple[str, str]]:
    for path in paths:
        for entry in yaml.safe_load(path.read_text(encoding="utf-8"))["nlu"]:
            for line in entry["examples"].splitlines():
                yield entry["intent"], line.removeprefix("- ")


def _bare(sentence: str) -> str:
    """Without capitals, spaces, marks and widths: what differs only in these is the same sentence."""
    return "".join(char for char in unicodedata.normalize("NFKC", sentence).casefold() if char.isalnum())


def _pieces(bare: str) -> frozenset[str]:
    padded = f" {bare} "
    return frozenset(padded[start : start + 3] for start in range(len(padded) - 2))


def _leaks(measured: list[str], taught: list[str]) -> list[tuple[str, str]]:
    """(measured, taught) that are alike."""
    by_piece = defaultdict(set)
    pieces = [_pieces(bare) for bare in taught]
    for number, found in enumerate(pieces):
        for piece in found:
            by_piece[piece].add(number)
    leaks = []
    for bare in measured:
        own = _pieces(bare)
        common = Counter(number for piece in own for number in by_piece.get(piece, ()))
        leaks += [
            (bare, taught[number])
            for number, count in common.items()
            if count >= ALIKE * (len(own) + len(pieces[number]) - count)
        ]
    return leaks


def _domain() -> dict[str, list[str]]:
    return dict(yaml.safe_load((PROJECT / "domain.yml").read_text(encoding="utf-8")))


def test_every_intent_of_the_domain_is_taught_in_both_languages() -> None:
    taught = Counter((intent, bool(HAN.search(sentence))) for intent, sentence in _sentences(TRAINED))
    assert {intent for intent, _ in taught} == set(_domain()["intents"]) - EVENTS
    assert {key: count for key, count in taught.items() if count < LEAST_OF_EACH} == {}


def test_no_sentence_is_taught_as_two_intents_or_twice() -> None:
    intents = defaultdict(list)
    for intent, sentence in _sentences(TRAINED):
        intents[_bare(sentence)].append(intent)
    assert {sentence: found for sentence, found in intents.items() if len(found) > 1} == {}


def test_nothing_that_is_measured_was_taught_not_even_nearly() -> None:
    taught = [_bare(sentence) for _, sentence in _sentences(TRAINED)]
    assert _leaks([_bare(sentence) for _, sentence in _sentences(MEASURED)], taught) == []


@pytest.mark.parametrize("heldout", HELDOUT, ids=lambda path: path.stem)
def test_nothing_that_somebody_else_measures_was_taught_but_by_chance(heldout: Path) -> None:
    lines = [json.loads(line) for line in heldout.read_text(encoding="utf-8").splitlines()]
    taught = [_bare(sentence) for _, sentence in _sentences(TRAINED)]
    long = {_bare(line["text"]): line["id"] for line in lines if len(_bare(line["text"])) >= BY_CHANCE[line["lang"]]}
    # Only their ids: whoever sees the sentences has used them up.
    assert [long[bare] for bare, _ in _leaks(list(long), taught)] == []


def test_a_leak_is_found_when_there_is_one() -> None:
    assert _leaks([_bare("When can I pay, then?")], [_bare("when can i pay then")]) != []
    assert (
        _leaks([_bare("你好,请问我这张卡现在一共欠你们多少钱")], [_bare("你好请问我这张卡现在一共欠你们多少钱啊")])
        != []
    )
    assert _leaks([_bare("when can I pay")], [_bare("where is the branch")]) == []


def test_every_intent_leads_somewhere_and_every_form_says_how_it_is_filled() -> None:
    domain = _domain()
    rules = [
        rule["steps"]
        for path in sorted((PROJECT / "data" / "rules").glob("*.yml"))
        for rule in yaml.safe_load(path.read_text(encoding="utf-8"))["rules"]
    ]
    led = Counter(steps[0]["intent"] for steps in rules if "intent" in steps[0])
    assert led == Counter(domain["intents"])
    proposed = {step["action"] for steps in rules for step in steps if "action" in step}
    forms = set(domain["forms"])
    assert {form for form in forms if f"validate_{form}" not in domain["actions"]} == {"right_party_form"}
    # Forms are opened by an intent; two are also, or only, opened by our side.
    assert forms - proposed == set()
    assert proposed - forms <= set(domain["actions"])


def test_no_slot_decides_what_rasa_does_and_none_holds_what_was_said() -> None:
    slots = yaml.safe_load((PROJECT / "domain.yml").read_text(encoding="utf-8"))["slots"]
    assert {name for name, slot in slots.items() if slot["influence_conversation"]} == set()
    kinds = {name: slot["mappings"][0]["type"] for name, slot in slots.items()}
    assert kinds.pop("verified") == "from_intent"
    assert set(kinds.values()) == {"custom"}


def test_every_act_of_the_domain_has_a_handler_and_the_other_way_round() -> None:
    from bot.acts.run import ANYBODY, RIGHT_PARTY

    # The one that Rasa need not know: our side puts it in the place of another.
    assert set(_domain()["actions"]) == (set(ANYBODY) | set(RIGHT_PARTY)) - {"action_verify_first"}
