"""Which hours of a day a debtor names: "after 3 pm", 下午三点, "in the morning", "not before noon". Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import time
from typing import Final

from bot.numerals import EN_DIGITS, EN_TEENS, chinese
from bot.slips import corrected
from bot.wording import normalise

_EN_HOURS: Final = {word: hour for word, hour in {**EN_DIGITS, **EN_TEENS}.items() if 1 <= hour <= 12}
_PAST: Final = {"half": 0.5, "thirty": 0.5, "quarter": 0.25, "fifteen": 0.25, "forty five": 0.75}
_H = rf"(?:\d{{1,2}}|{'|'.join(sorted(_EN_HOURS, key=len, reverse=True))})"
_AMPM = r"(?:am|pm|a\.m\.?|p\.m\.?)"
_OTHER = (
    r"(?![\d/.:,]?\d|th\b|st\b|nd\b|rd\b|k\b|%"
    r"| ?(?:days?|weeks?|months?|hundred|thousand|grand|times|kids|percent|dollars|bucks|parts|payments))"
)
_CLOCK = (
    rf"(?:(?P<to{{0}}>(?:a )?quarter to )|(?P<past{{0}}>half(?: past)?|quarter past) )?"
    rf"(?P<hour{{0}}>{_H}|noon|midday)(?:[:.](?P<minute{{0}}>[0-5]\d)| (?P<word{{0}}>thirty|fifteen|forty five))?"
    rf"(?:\s*(?P<ampm{{0}}>{_AMPM}))?{_OTHER}"
)
_EN = _CLOCK.replace("{{", "{").replace("}}", "}")
_EN_RANGE = re.compile(
    rf"\b(?P<between>between |from )?{_EN.replace('{0}', '1')} ?(?P<joined>-|–|to|and|until|till) ?"
    rf"{_EN.replace('{0}', '2')}(?![a-z])"
)
_EN_ONE = re.compile(
    rf"(?P<lead>\b(?:at|after|before|around|about|by|from|until|till|than|tomorrow|(?:mon|tues|wednes|thurs|fri|satur|sun)day"
    rf"|past|finish at|off at) )?(?<![\d\w.,/$-]){_EN.replace('{0}', '1')}"
    r"(?P<tail> ?o'?clock|-?ish\b| in the (?:morning|afternoon|evening)| (?:tonight|at night))?(?![a-z])"
)
_ZH_PART = r"(?:凌晨|早上|早晨|上午|中午|下午|晚上|傍晚|今晚|明晚)"
_ZH_CLOCK = (
    rf"(?P<part{{0}}>{_ZH_PART})?(?P<hour{{0}}>\d{{1,2}}|[一二两三四五六七八九十]{{1,3}})"
    r"(?:[:](?P<minute{0}>[0-5]\d)|(?:点|时)(?P<clock{0}>钟)?(?P<past{0}>半|[一三]刻|[二三四五]?十五?分?|[0-5]\d分?)?)"
)
_ZH = _ZH_CLOCK.replace("{{", "{").replace("}}", "}")
_ZH_RANGE = re.compile(rf"{_ZH.replace('{0}', '1')}\s*[到至~-]\s*{_ZH.replace('{0}', '2')}")
_ZH_NEXT = re.compile(rf"(?P<part>{_ZH_PART})?(?P<low>[一二两三四五六七八九])(?P<high>[二三四五六七八九])点")
_ZH_ONE = re.compile(
    rf"(?:(?<=最早)|(?<=最[晚迟])|(?<![一二两三四五六七八九十\d有差早晚快慢]))"
    rf"{_ZH.replace('{0}', '1')}(?![水心钱也都]|没)"
)
_AFTER = re.compile(
    r"以后|之后|过后|(?<=[点半钟刻])后|过了|最早|下班|\b(?:after|past|from|earlier than|finish(?:ed)?|get off)\b"
)
_BEFORE = re.compile(r"以前|之前|前|最[晚迟]|\b(?:before|until|till|by|later than)\b")
_NOT = re.compile(r"不行|不方便|不要|别|\bnot\b(?! (?:later|earlier))")
_PARTS: Final = (
    (re.compile(r"午饭前|\bbefore lunch\b"), 9, 12),
    (re.compile(r"午[饭休]后|\bafter lunch\b"), 13, 18),
    (re.compile(r"下班后?|下了班|放工|\b(?:after work|(?:home|back) from work)\b"), 18, 20),
    (re.compile(r"(?:上午|早上|早晨|[明今后]早)(?!好)|(?<!good )\bmornings?\b"), 9, 12),
    (re.compile(r"中午(?!好)|午休|午饭|\b(?:noon(?:ish)?|lunch(?: ?time)?|midday)\b"), 12, 14),
    (re.compile(r"下午(?!好)|(?<!good )\bafternoons?\b"), 13, 18),
    (re.compile(r"(?:晚上|傍晚)(?!好)|[今明后]晚|(?<!good )\b(?:evenings?|tonight)\b"), 18, 20),
)
_LATER = re.compile(r"下午|晚上|傍晚|[今明]晚|\b(?:afternoon|evening|tonight|pm)\b")
_EARLY, _LATE = 9, 20
_LONGEST: Final = 2
"""Hours that a single time of day stands for."""


@dataclass(frozen=True, slots=True)
class Span:
    """Local time, `begins` before `ends`."""

    begins: time
    ends: time

    def __str__(self) -> str:
        return f"{self.begins:%H:%M}–{self.ends:%H:%M}"

    @property
    def hours(self) -> str:
        """'HH:MM-HH:MM', as wishes are written."""
        return f"{self.begins:%H:%M}-{self.ends:%H:%M}"


def read_span(text: str) -> Span | None:
    """The hours named in `text`, in either language; None when it names none.

    A bare hour is the one of the day at which people are called: three is in the afternoon, nine in the morning.
    """
    said = corrected(normalise(text))
    return _range(said) or _one(said) or _part(said)


def _range(said: str) -> Span | None:
    for shape in (_ZH_RANGE, _EN_RANGE):
        found = shape.search(said)
        if found is None or (shape is _EN_RANGE and not _is_range(found)):
            continue
        ends = _at(found, "2", said)
        begins = _at(found, "1", said)
        if begins is not None and ends is not None:
            return _span(begins if begins < ends else begins - 12, ends)
    found = _ZH_NEXT.search(said)
    if found is not None and (low := chinese(found["low"])) and (high := chinese(found["high"])) and high == low + 1:
        return _span(_by_day(int(low), said), _by_day(int(high), said))
    return None


def _is_range(found: re.Match[str]) -> bool:
    """Two numbers are hours when one of them is written as such, or when nothing else is said."""
    if found["joined"] == "and" and not found["between"]:
        return False
    marked = any(found[f"{mark}{which}"] for mark in ("ampm", "minute", "word", "past", "to") for which in "12")
    named = {found["hour1"], found["hour2"]} & {"noon", "midday"}
    return bool(marked or named or found["between"] or found.span() == (0, len(found.string.rstrip(".!"))))


def _one(said: str) -> Span | None:
    for shape in (_ZH_ONE, _EN_ONE):
        for found in shape.finditer(said):
            if shape is _ZH_ONE and not _is_clock(found, said):
                continue
            if shape is _EN_ONE and not _is_hour(found):
                continue
            at = _at(found, "1", said)
            if at is not None:
                return _around(at, said, found)
    return None


def _is_clock(found: re.Match[str], said: str) -> bool:
    """一点 is an hour only where it is no "little": with a part of the day, 钟, 半 or nothing else said."""
    little = found["hour1"] == "一" and not (found["part1"] or found["clock1"] or found["past1"])
    return not little or bool(re.fullmatch(r"一点[吧以之后前左右]*", said))


def _is_hour(found: re.Match[str]) -> bool:
    if found["hour1"] in ("noon", "midday"):
        return bool(found["lead"]) and found["lead"].strip() not in ("at", "around", "about")
    if (
        found["lead"]
        and found["lead"].strip().endswith("day")
        and found["hour1"].isdigit()
        and int(found["hour1"]) > 12
    ):
        return False
    marks = ("lead", "tail", "ampm1", "minute1", "word1", "past1", "to1")
    return any(found[mark] for mark in marks)


def _at(found: re.Match[str], which: str, said: str) -> float | None:
    """The hour of the day that a clock expression names, as a number; None when there is no such hour."""
    named, groups = found[f"hour{which}"], found.re.groupindex
    if named in ("noon", "midday"):
        return 12
    hour = int(named) if named.isdigit() else _EN_HOURS.get(named) or int(chinese(named) or 99)
    minutes = int(found[f"minute{which}"] or 0) / 60
    past = found[f"past{which}"]
    if f"word{which}" in groups:
        minutes += _PAST.get(found[f"word{which}"] or "", 0) + (_PAST[past.split()[0]] if past else 0)
        minutes -= 0.25 if found[f"to{which}"] else 0
        ampm = (
            found[f"ampm{which}"] or (found[f"ampm{3 - int(which)}"] if f"ampm{3 - int(which)}" in groups else "")
        ) or ""
        part = {"a": "上午", "p": "下午"}.get(ampm[:1], "")
    else:
        minutes += _zh_past(past)
        part = found[f"part{which}"] or ""
    if not 0 <= hour <= 23:
        return None
    if part in ("凌晨", "早上", "早晨", "上午"):
        return hour % 12 + minutes if hour == 12 else hour + minutes
    if hour < 12 and part in ("下午", "晚上", "傍晚", "今晚", "明晚"):
        return hour + 12 + minutes
    if part == "中午":
        return (hour + 12 if hour < 6 else hour) + minutes
    return _by_day(hour, said) + minutes


def _by_day(hour: int, said: str) -> int:
    return hour + 12 if 0 < hour < 12 and (hour < 8 or _LATER.search(said)) else hour


def _zh_past(past: str | None) -> float:
    if past is None:
        return 0
    if past in ("半", "一刻", "三刻"):
        return {"半": 0.5, "一刻": 0.25, "三刻": 0.75}[past]
    return float(chinese(past.removesuffix("分")) or 0) / 60


def _around(at: float, said: str, found: re.Match[str]) -> Span | None:
    """The hours that a time of day stands for: from then on, until then, or about then."""
    before, after = said[max(found.start("hour1") - 16, 0) : found.start("hour1")], said[found.end() : found.end() + 8]
    not_wanted = bool(_NOT.search(before) or _NOT.search(after))
    # "Not later than four" and "no earlier than four" hold their own no.
    if _AFTER.search(before) or _AFTER.match(after.lstrip(" 钟左右")):
        return _until(at) if not_wanted and "earlier" not in before else _from(at)
    if _BEFORE.search(before) or _BEFORE.match(after.lstrip(" 钟左右")):
        return _from(at) if not_wanted and "later" not in before else _until(at)
    return None if not_wanted else _span(at, at + _LONGEST)


def _from(at: float) -> Span | None:
    return _span(at, max(at + 1, _LATE))


def _until(at: float) -> Span | None:
    return _span(min(_EARLY, at - 1), at)


def _part(said: str) -> Span | None:
    for words, begins, ends in _PARTS:
        found = words.search(said)
        if found is None:
            continue
        if re.match("[之以]?前", said[found.end() :]):
            return _until(begins)
        if _NOT.search(said[max(found.start() - 12, 0) : found.start()]) or _NOT.match(said, found.end()):
            return None
        return _span(begins, ends)
    return None


def _span(begins: float, ends: float) -> Span | None:
    ends = min(ends, 23.5)
    return Span(_time(begins), _time(ends)) if 0 <= begins < ends else None


def _time(hours: float) -> time:
    minutes = round(hours * 60)
    return time(minutes // 60, minutes % 60)
