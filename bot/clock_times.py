"""Which hours of a day a debtor names: "after 3 pm", 下午三点, "in the morning". Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import time
from typing import Final

from bot.numerals import chinese
from bot.wording import normalise

_PARTS: Final = (
    (re.compile(r"上午|早上|早晨|\bmornings?\b"), 9, 12),
    (re.compile(r"中午|午休|\b(?:noon|lunch(?: ?time)?|midday)\b"), 12, 14),
    (re.compile(r"下午|\bafternoons?\b"), 13, 18),
    (re.compile(r"晚上|傍晚|下班后?|\b(?:evenings?|after work|tonight)\b"), 18, 20),
)
_CLOCK = re.compile(
    r"(?P<zh_part>凌晨|早上|上午|中午|下午|晚上|傍晚)?"
    r"(?P<zh>\d{1,2}|[一二两三四五六七八九十]{1,3})(?:点钟?|时)(?P<zh_half>半)?"
    r"|\b(?P<en>\d{1,2})(?:[:.](?P<minutes>[0-5]\d))?\s*(?P<ampm>am|pm|a\.m\.|p\.m\.|o'clock)"
    r"|\b(?:at|after|before|around|by|from|until|till) (?P<bare>\d{1,2})(?:[:.](?P<bare_minutes>[0-5]\d))?"
    r"(?![\d/.]|th|st|nd|rd)"
    r"|(?<!\d)(?P<colon>[01]?\d|2[0-3])[:：](?P<colon_minutes>[0-5]\d)"
)
_AFTER = re.compile(r"以后|之后|过后|\b(?:after|from)\b")
_BEFORE = re.compile(r"以前|之前|\b(?:before|until|till|by)\b")
_LONGEST: Final = 2
"""Hours that a single time of day stands for."""


@dataclass(frozen=True, slots=True)
class Span:
    """Local hours, whole or half, `begins` before `ends`."""

    begins: time
    ends: time

    def __str__(self) -> str:
        return f"{self.begins:%H:%M}–{self.ends:%H:%M}"

    @property
    def hours(self) -> str:
        """'HH:MM-HH:MM', as wishes are written."""
        return f"{self.begins:%H:%M}-{self.ends:%H:%M}"


def read_span(text: str) -> Span | None:
    """The hours named in `text`, in either language; None when it names none."""
    said = normalise(text)
    clock = _CLOCK.search(said)
    if clock is not None and (at := _at(clock, said)) is not None:
        if _AFTER.search(said):
            return _span(at, max(at + 1, 20))
        if _BEFORE.search(said):
            return _span(min(9, at - 1), at)
        return _span(at, at + _LONGEST)
    for words, begins, ends in _PARTS:
        if words.search(said):
            return _span(begins, ends)
    return None


def _at(found: re.Match[str], said: str) -> float | None:
    if found["zh"]:
        hour = int(found["zh"]) if found["zh"].isdigit() else int(chinese(found["zh"]) or 0)
        half = 0.5 if found["zh_half"] else 0.0
        later = found["zh_part"] in ("下午", "晚上", "傍晚") or (found["zh_part"] is None and "下午" in said)
    else:
        hour = int(found["en"] or found["bare"] or found["colon"])
        half = 0.5 if int(found["minutes"] or found["bare_minutes"] or found["colon_minutes"] or 0) >= 30 else 0.0
        later = (found["ampm"] or "").startswith("p") or bool(re.search(r"afternoon|evening|\bpm\b", said))
        if found["ampm"] and found["ampm"].startswith("a"):
            return hour % 12 + half
    if hour > 23:
        return None
    # A bare three is in the afternoon: nobody asks to be called at night.
    if hour < 12 and (later or hour < 8):
        hour += 12
    return hour + half


def _span(begins: float, ends: float) -> Span | None:
    ends = min(ends, 23.5)
    if not 0 <= begins < ends:
        return None
    return Span(_time(begins), _time(ends))


def _time(hours: float) -> time:
    return time(int(hours), 30 if hours % 1 else 0)
