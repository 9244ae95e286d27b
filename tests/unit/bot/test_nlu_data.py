"""The sentences the assistant learns from: enough of each, none twice, none that it is measured on."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path

import yaml

from bot.language import HAN
from bot.rasa_process import PROJECT

TRAINED = sorted((PROJECT / "data" / "nlu").glob("*.yml"))
MEASURED = sorted((PROJECT / "tests").glob("nlu_*.yml"))
LEAST_OF_EACH = 30


def _sentences(paths: list[Path]) -> Iterator[tuple[str, str]]:
    for path in paths:
        for entry in yaml.safe_load(path.read_text(encoding="utf-8"))["nlu"]:
            for line in entry["examples"].splitlines():
                yield entry["intent"], line.removeprefix("- ")


def _bare(sentence: str) -> str:
    return re.sub(r"\W", "", sentence.lower())


def test_every_intent_of_the_domain_is_taught_in_both_languages() -> None:
    taught = Counter((intent, bool(HAN.search(sentence))) for intent, sentence in _sentences(TRAINED))
    domain = yaml.safe_load((PROJECT / "domain.yml").read_text(encoding="utf-8"))
    by_words = set(domain["intents"]) - {"right_party_confirmed", "language_switched", "nlu_fallback"}
    assert {intent for intent, _ in taught} == by_words
    assert [key for key, count in taught.items() if count < LEAST_OF_EACH] == []


def test_no_sentence_is_taught_as_two_intents_or_twice() -> None:
    intents = defaultdict(list)
    for intent, sentence in _sentences(TRAINED):
        intents[_bare(sentence)].append(intent)
    assert {sentence: found for sentence, found in intents.items() if len(found) > 1} == {}


def test_nothing_that_is_measured_was_taught() -> None:
    taught = {_bare(sentence) for _, sentence in _sentences(TRAINED)}
    assert [sentence for _, sentence in _sentences(MEASURED) if _bare(sentence) in taught] == []


def test_every_act_of_the_domain_has_a_handler_and_the_other_way_round() -> None:
    from bot.acts.run import ANYBODY, RIGHT_PARTY

    domain = yaml.safe_load((PROJECT / "domain.yml").read_text(encoding="utf-8"))
    assert set(domain["actions"]) == set(ANYBODY) | set(RIGHT_PARTY)
