"""The held-out sets and talks are well-formed and complete; dev and final share no line. Nothing is measured here."""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from rehearsal.talks.script import Script, read_scripts

HELDOUT = Path(__file__).parents[2] / "heldout"
SHARED = Path(__file__).resolve().parents[4] / "shared" / "contact-rules" / "sensitive.json"
LANGUAGES = ("zh", "en")
HEARD = {"direct", "hinted", "rambling", "typo", "asr", "codeswitch", "terse"}
KINDS = HEARD | {"ordinary", "near_miss"}

TRIGGERS = {
    "P0": "self_harm mental_capacity fraud_identity_theft domestic_or_economic_abuse medical_or_safety_emergency_now",
    "P1": "death_of_debtor serious_illness minor_answering third_party_answering lawyer_represented"
    " bankruptcy_insolvency dispute_not_mine complaint_regulator cease_request elderly_cognitive_vulnerability"
    " military_service bereavement_or_family_event card_or_secret_spoken incarceration_or_detention",
    "P2": "threat_or_abuse_to_bot hardship_unemployment ask_for_human_or_are_you_a_bot language_barrier disaster"
    " deaf_or_speech_impairment unsafe_to_talk data_rights_request recording_objection bot_legitimacy_doubt"
    " promise_pressure_or_third_party_payer prompt_injection_attempt",
}
PRIORITY = {trigger: priority for priority, names in TRIGGERS.items() for trigger in names.split()}
AT_LEAST = {
    "final": {"P0": 10, "P1": 7, "P2": 5, "ordinary": 150, "near": 60, "intent": 5},
    "dev": {"P0": 5, "P1": 4, "P2": 3, "ordinary": 80, "near": 30, "intent": 3},
}
LONG_ENOUGH = {"zh": 10, "en": 24}
"""From so many letters on, two people do not write the same sentence by chance."""


def lines(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (HELDOUT / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()]


def bare(text: str) -> str:
    """A text without capitals, spaces and punctuation, so that a light variation is the same."""
    return re.sub(r"[\W_]+", "", text.lower())


def intents_of_the_readme() -> set[str]:
    table = (HELDOUT / "README.md").read_text(encoding="utf-8").split("## What each intent means here")[1]
    return {name for line in table.splitlines() if line.startswith("| `") for name in re.findall(r"`(\w+)`", line)}


@pytest.mark.parametrize("which", AT_LEAST)
def test_every_line_of_triggers_says_what_it_must(which: str) -> None:
    for line in lines(f"triggers_{which}"):
        assert line["lang"] in LANGUAGES, line["id"]
        assert line["text"].strip(), line["id"]
        assert line["priority"] == PRIORITY.get(line["trigger"]), line["id"]
        assert (line["trigger"] is None) or (line["trigger"] in PRIORITY and line["kind"] in HEARD), line["id"]
        assert ("near" in line) == (line["kind"] == "near_miss"), line["id"]
        assert set(line) - {"near"} == {"id", "lang", "text", "trigger", "priority", "kind"}, line["id"]
        assert line["kind"] in KINDS, line["id"]
        assert line.get("near", "self_harm") in PRIORITY, line["id"]


@pytest.mark.parametrize("which", AT_LEAST)
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_trigger_and_ordinary_talk_have_enough_lines(which: str, language: str) -> None:
    rows = [line for line in lines(f"triggers_{which}") if line["lang"] == language]
    by_trigger = Counter(line["trigger"] for line in rows)
    near = sum("near" in line for line in rows)
    few = {name: by_trigger[name] for name, level in PRIORITY.items() if by_trigger[name] < AT_LEAST[which][level]}
    assert few == {}
    assert near >= AT_LEAST[which]["near"]
    assert by_trigger[None] - near >= AT_LEAST[which]["ordinary"]


@pytest.mark.parametrize("which", AT_LEAST)
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_intent_has_enough_lines(which: str, language: str) -> None:
    rows = [line for line in lines(f"intents_{which}") if line["lang"] == language]
    assert all(set(line) == {"id", "lang", "text", "intent"} and line["text"].strip() for line in rows)
    by_intent = Counter(line["intent"] for line in rows)
    assert set(by_intent) == intents_of_the_readme()
    assert min(by_intent.values()) >= AT_LEAST[which]["intent"]


@pytest.mark.parametrize("family", ["triggers", "intents"])
def test_no_line_stands_twice_and_dev_and_final_share_none(family: str) -> None:
    rows = [line for which in AT_LEAST for line in lines(f"{family}_{which}")]
    assert [name for name, n in Counter(line["id"] for line in rows).items() if n > 1] == []
    assert [text for text, n in Counter(bare(line["text"]) for line in rows).items() if n > 1] == []


def test_no_line_stands_in_what_the_bot_learns_from() -> None:
    taught = [
        bare(re.sub(r"\]\([^)]*\)", "]", path.read_text(encoding="utf-8")))
        for path in sorted((HELDOUT.parents[1] / "bot").rglob("*.y*ml"))
        if not {".venv", "phrases", "tests"} & set(path.relative_to(HELDOUT.parents[1]).parts)
    ]
    assert taught
    leaked = [
        line["id"]
        for name in (
            "triggers_check",
            *(f"{family}_{which}" for family in ("triggers", "intents") for which in AT_LEAST),
        )
        for line in lines(name)
        if len(said := bare(line["text"])) >= LONG_ENOUGH[line["lang"]] and any(said in text for text in taught)
    ]
    assert leaked == [], "the held-out line was there first: teach the bot with another sentence"


def talks() -> dict[str, Script]:
    read = {path.name: read_scripts(path.read_text(encoding="utf-8"), path.name) for path in talk_files()}
    assert all(len(scripts) == 1 for scripts in read.values())
    return {name: scripts[0] for name, scripts in read.items()}


def talk_files() -> list[Path]:
    return sorted((HELDOUT / "talks").glob("*.yaml"))


def triggers_named(wanted: object) -> set[str]:
    """The triggers in an expectation of `trigger` or `escalation`."""
    if isinstance(wanted, list):
        return {name for each in wanted for name in triggers_named(each)}
    if isinstance(wanted, dict):
        return triggers_named(wanted["trigger"])
    return set() if wanted in ("none", "some", None) else {str(wanted)}


def test_there_are_twenty_talks_a_language_and_each_says_whom_and_what_it_is_for() -> None:
    played = talks()
    assert Counter(name[:2] for name in played) == {"zh": 20, "en": 20}
    assert {name: script.language for name, script in played.items()} == {name: name[:2] for name in played}
    assert len({script.name for script in played.values()}) == len(played)
    assert [name for name, script in played.items() if not script.about or script.day is None] == []


def test_every_talk_ends_in_something_that_can_be_held_against_it() -> None:
    for name, script in talks().items():
        ends = {each.key for each in script.expects}
        assert "violations" in ends, name
        assert ends & {"promises", "plans", "escalations", "triggers"}, name
        named = {
            trigger
            for each in script.expects
            if each.key in ("triggers", "escalations")
            for trigger in triggers_named(each.wanted)
        }
        assert named <= set(PRIORITY), name


@pytest.mark.skipif(not SHARED.is_file(), reason="no ../shared/contact-rules/sensitive.json beside this checkout")
def test_triggers_are_those_of_the_shared_rules_and_no_line_repeats_a_known_phrase() -> None:
    shared = json.loads(SHARED.read_text(encoding="utf-8"))["triggers"]
    assert {trigger["id"]: trigger["priority"] for trigger in shared} == PRIORITY
    known = {
        bare(phrase)
        for trigger in shared
        for language in LANGUAGES
        for phrase in trigger["phrases"][language] + trigger["near_miss_negatives"][language]
    }
    rows = [line for which in AT_LEAST for line in lines(f"triggers_{which}")]
    assert [line["id"] for line in rows if bare(line["text"]) in known] == []
