"""Card and identity numbers as a recogniser writes them: in figures, in words, some of them wrong, in pieces. Pure.

`bot.redaction` finds numbers that are right to the last figure. One that was heard with a figure missing is still
somebody's card, so whatever is nearly as long as one is hidden here before anything else sees it.
"""

from __future__ import annotations

import re
from typing import Final

from bot.numerals import EN_DIGITS, ZH_DIGITS
from bot.phone.expecting import Expecting

LEAST_FIGURES: Final = 12
"""So many figures in a row are no amount, no day and no telephone number."""
HALF_A_CARD: Final = 8
"""So many alone are hidden already: half a card. The card industry's own rule lets the first eight and the last four
be kept, so what smaller pieces were said before a number was known for one may stay."""
HIDDEN: Final = "0000 0000 0000 0000"
"""Stands in the text for what was said: a number of nobody's that redaction knows for a card."""

_WORD: Final = "|".join(sorted(EN_DIGITS, key=len, reverse=True))
_ONE: Final = rf"(?:\d|[{''.join(ZH_DIGITS)}]|\b(?:{_WORD}|double|triple)\b)"
_RUN: Final = re.compile(rf"{_ONE}(?:[\s\-.,，、]{{0,3}}{_ONE})*", re.IGNORECASE)
_EACH: Final = re.compile(rf"\d|[{''.join(ZH_DIGITS)}]|[a-z]+", re.IGNORECASE)
_A_DAY: Final = re.compile(r"(?:19|20)\d\d[\s\-./年]*[01]?\d[\s\-./月]*[0-3]?\d")
_A_SUM: Final = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d\d?)?|\d+000")
GOES_ON_WITHIN: Final = 8.0
"""Seconds from the end of one answer to the beginning of the next, if both are pieces of one number."""
_GOES_ON_WITH: Final = 12
"""Letters before the figures of an answer that goes on with a number: "and then"."""


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


def may_go_on(text: str, expecting: Expecting) -> bool:
    """Whether a text ends in so many figures that the rest of a number may follow after a pause."""
    runs = list(_RUN.finditer(text))
    if not runs or not _ends_with(text, runs[-1]) or not _could_be_of_a_card(runs[-1].group()):
        return False
    least = {"identity": 5, "amount": HALF_A_CARD, "date": HALF_A_CARD}.get(expecting, 6)
    return least <= _count(runs[-1].group()) < LEAST_FIGURES


class FiguresSaid:
    """Numbers that are said in pieces, answer after answer of one call."""

    def __init__(self) -> None:
        self._count = 0
        self._begins = self._ends = 0.0

    def hide(self, text: str, begins: float, ends: float) -> tuple[str, float | None]:
        """The next answer, without what belongs to a long number, and from when on nothing of the call may be kept.

        :param begins, ends: seconds of the call.
        :return: the text; where the number began, perhaps in an answer before; None when there was none.
        """
        runs = [run for run in _RUN.finditer(text) if _could_be_of_a_card(run.group())]
        hidden, found = hide_numbers(text)
        since = begins if found else None
        if not runs:
            self._count = 0
            return hidden, since
        first, last = runs[0], runs[-1]
        goes_on = first.start() <= _GOES_ON_WITH and begins - self._ends <= GOES_ON_WITHIN
        before = self._count if goes_on else 0
        joined = before + _count(first.group())
        if before and joined >= LEAST_FIGURES:
            since = min(begins, self._begins)
            hidden = hide_numbers(text[: first.start()] + HIDDEN + text[first.end() :])[0]
        elif since is None and any(_half(run.group()) for run in runs):
            since = begins
            hidden = _RUN.sub(lambda run: HIDDEN if _half(run.group()) else run.group(), text)
        self._remember(text, first, last, before, begins)
        self._ends = ends
        return hidden, since

    def _remember(self, text: str, first: re.Match[str], last: re.Match[str], before: int, begins: float) -> None:
        if not _ends_with(text, last):
            self._count = 0
        elif first is last and before:
            self._count = before + _count(last.group())
        else:
            self._count, self._begins = _count(last.group()), begins


def _ends_with(text: str, run: re.Match[str]) -> bool:
    return not re.search(r"\w", text[run.end() :])


def _half(run: str) -> bool:
    return _count(run) >= HALF_A_CARD and _could_be_of_a_card(run)


def _could_be_of_a_card(run: str) -> bool:
    """Not a day; and no sum of money, which ends in noughts or is grouped by thousands."""
    bare = run.strip(" .,，、-")
    return not (_A_DAY.fullmatch(bare) or _A_SUM.fullmatch(bare))


def _count(run: str) -> int:
    """How many figures are spoken in it; "double four" are two."""
    count, times = 0, 1
    for each in _EACH.findall(run.lower()):
        if each in ("double", "triple"):
            times = 2 if each == "double" else 3
        else:
            count, times = count + times, 1
    return count
