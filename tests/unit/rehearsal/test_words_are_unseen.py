"""What simulated debtors say is nothing that a model has learnt: else a rehearsal would measure memory."""

import re
from pathlib import Path

import pytest
import yaml

from rehearsal.debtors import words

ROOT = Path(__file__).parents[3]
LEARNT_FROM = (*(ROOT / "bot" / "rasa" / "data" / "nlu").rglob("*.yml"), *(ROOT / "bot" / "triggers").rglob("*.yaml"))
LONG_ENOUGH = {"zh": 8, "en": 20}
"""From so many letters on, two people do not write the same by chance: a shorter line is what anybody would say."""


def bare(text: str) -> str:
    """A text without capitals, spaces, punctuation and what is filled in, so that a light variation is the same."""
    return re.sub(r"[\W\d_]+", "", re.sub(r"\{\w+\}|\[[^\]]*\]\S*", "", text.lower()))


def sentences(value: object) -> list[str]:
    """Every line of text in a file of sentences, however it is nested."""
    if isinstance(value, str):
        return [line.removeprefix("- ") for line in value.splitlines()]
    if isinstance(value, dict):
        return [line for each in value.values() for line in sentences(each)]
    return [line for each in value for line in sentences(each)] if isinstance(value, list) else []


@pytest.fixture(scope="module")
def learnt():
    return {bare(line) for file in LEARNT_FROM for line in sentences(yaml.safe_load(file.read_text(encoding="utf-8")))}


def test_there_is_something_to_compare_with(learnt):
    assert len(learnt) > 2_000


@pytest.mark.parametrize("language", ["zh", "en"])
def test_no_line_of_a_debtor_is_one_that_a_model_has_learnt(learnt, language):
    said = {line for wordings in words()[language].values() for line in wordings}
    assert {line for line in said if len(bare(line)) >= LONG_ENOUGH[language] and bare(line) in learnt} == set()
