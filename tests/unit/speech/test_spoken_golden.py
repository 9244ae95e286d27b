"""Golden texts: how a number, an amount, a date, a time or a code is read aloud (tests/golden/spoken_*.txt)."""

from pathlib import Path

import pytest

from speech.spoken import spoken

GOLDEN = Path(__file__).parents[2] / "golden"


def rows(language: str) -> list[tuple[str, str]]:
    lines = (GOLDEN / f"spoken_{language}.txt").read_text(encoding="utf-8").splitlines()
    pairs = (line.split(" => ") for line in lines if line and not line.startswith("#"))
    return [(written, said) for written, said in pairs]


@pytest.mark.parametrize(("written", "said"), rows("zh"))
def test_mandarin_is_read_as_people_say_it(written: str, said: str) -> None:
    assert spoken(written, "zh") == said


@pytest.mark.parametrize(("written", "said"), rows("en"))
def test_english_is_read_as_people_say_it(written: str, said: str) -> None:
    assert spoken(written, "en") == said


def test_there_are_enough_rows() -> None:
    assert min(len(rows("zh")), len(rows("en"))) >= 80
