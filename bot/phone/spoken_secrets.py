"""Card and identity numbers as a recogniser writes them: in figures, in words, some of them wrong. Pure.

`bot.redaction` finds numbers that are right to the last figure. One that was heard with a figure missing is still
somebody's card, so whatever is nearly as long as one is hidden here before anything else sees it.
"""

from __future__ import annotations

import re
from typing import Final

from bot.numerals import EN_DIGITS, ZH_DIGITS

LEAST_FIGURES: Final = 12
"""So many figures in a row are no amount, no day and no telephone number."""
HIDDEN: Final = "0000 0000 0000 0000"
"""Stands in the text for what was said: a number of nobody's that redaction knows for a card."""

_WORD: Final = "|".join(sorted(EN_DIGITS, key=len, reverse=True))
_ONE: Final = rf"(?:\d|[{''.join(ZH_DIGITS)}]|\b(?:{_WORD}|double|triple)\b)"
_RUN: Final = re.compile(rf"{_ONE}(?:[\s\-.,，、]{{0,3}}{_ONE})*", re.IGNORECASE)
_EACH: Final = re.compile(rf"\d|[{''.join(ZH_DIGITS)}]|[a-z]+", re.IGNORECASE)


def hide_numbers(text: str) -> tuple[str, bool]:
    """The text without numbers as long as a card's, and whether there was one."""
    found = False

    def hidden(run: re.Match[str]) -> str:
        nonlocal found
        if _count(run.group()) < LEAST_FIGURES:
            return run.group()
        found = True
        return HIDDEN

    return _RUN.sub(hidden, text), found


def _count(run: str) -> int:
    """How many figures are spoken in it; "double four" are two."""
    count, times = 0, 1
    for each in _EACH.findall(run.lower()):
        if each in ("double", "triple"):
            times = 2 if each == "double" else 3
        else:
            count, times = count + times, 1
    return count
