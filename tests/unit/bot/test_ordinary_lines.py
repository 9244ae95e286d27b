"""Short lines of an ordinary talk, in which the detector must hear no cry."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from bot.triggers import detect

LINES: dict[str, list[str]] = yaml.safe_load((Path(__file__).parent / "ordinary_lines.yaml").read_text("utf-8"))
STILL_MISHEARD = {"没了": "zh", "金额不变": "zh", "慢点说": "zh", "same amount": "en"}
"""What the model of today takes for more; each leaves this list when it has learnt better."""


def is_a_cry(line: str, lang: str) -> bool:
    found = detect(line, lang)
    return found is not None and found.priority in ("P0", "P1")


def test_ordinary_short_lines_bring_nobody_in_a_hurry() -> None:
    assert all(len(lines) >= 150 for lines in LINES.values())
    lines = [(line, lang) for lang, lines in LINES.items() for line in lines if line not in STILL_MISHEARD]
    assert [line for line, lang in lines if is_a_cry(line, lang)] == []


@pytest.mark.parametrize("line", STILL_MISHEARD)
@pytest.mark.xfail(strict=True, reason="the trigger model has not been taught these lines yet")
def test_a_line_that_is_still_misheard(line: str) -> None:
    assert not is_a_cry(line, STILL_MISHEARD[line])
