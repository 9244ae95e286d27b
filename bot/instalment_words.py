"""What a debtor says of a plan: how many parts, how far apart, and whether a sum is one of a part. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.instalments import Every
from bot.numerals import EN_DIGITS, EN_TEENS, chinese
from bot.wording import normalise

_NUMBERS = {**EN_DIGITS, **EN_TEENS}
_EN = "|".join(sorted(_NUMBERS, key=len, reverse=True))
_COUNT = re.compile(
    rf"(?<![每隔])(?P<zh>[一二两三四五六七八九十\d]{{1,3}})\s*(?P<zh_unit>期|次|笔|份|个?月|个?星期|周|部分)(?!\s*[一二三四五六七八九十\d]*[号日])"
    rf"|(?<!every )\b(?P<en>\d{{1,2}}|{_EN})[ -](?:more )?(?:equal |monthly |weekly |fortnightly |small(?:er)? )*"
    r"(?P<en_unit>parts?|payments?|instal?lments?|times|goes|months?|weeks?|bits|pieces|chunks)\b",
    re.ASCII,
)
_HALVES = re.compile(r"两半|一半.{0,12}一半|对半|\bhalf\b.{0,40}\b(?:half|rest)\b|\b(?:in )?two halves\b|\btwice\b")
_EVERY: tuple[tuple[Every, re.Pattern[str]], ...] = (
    (
        "fortnight",
        re.compile(r"[每隔]两[个]?(?:周|星期|礼拜)|双周|\b(?:fortnight|every (?:two|2|other) weeks?|bi-?weekly)"),
    ),
    (
        "week",
        re.compile(r"[每按](?:一)?个?(?:周|星期|礼拜)|\b(?:weekly|(?:a|each|every|per) week|weeks)\b|\d周|个星期"),
    ),
    (
        "month",
        re.compile(
            r"[每按](?:一)?个?月|\b(?:monthly|(?:a|each|every|per) month|months)\b|[一二两三四五六七八九十\d]个月"
        ),
    ),
)
_EACH = re.compile(
    r"[每各](?:一)?(?:期|次|笔|份|个?月|个?星期|周|部分)|\b(?:each|apiece|(?:a|per|every) (?:month|week|time|go)|of)\b"
    r"|monthly|weekly"
)
_MORE = re.compile(r"[多再更]分?[几一]?[期次些点]|更多|\b(?:more|smaller|longer|lower)\b")
_FEWER = re.compile(r"少[几一]?[期次些点]|\b(?:fewer|less|quicker|faster)\b")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a text says of a plan. `each`: a sum named in it is the sum of a part. `more`: parts, without a number."""

    count: int | None
    every: Every | None
    each: bool
    more: bool
    fewer: bool


def read_plan(text: str) -> Wanted:
    """What `text`, in either language, says of a plan."""
    said = normalise(text)
    found = _COUNT.search(said)
    every = next((name for name, words in _EVERY if words.search(said)), None)
    count = None
    if found is not None:
        count = _count(found)
    elif _HALVES.search(said):
        count = 2
    return Wanted(count, every, bool(_EACH.search(said)), bool(_MORE.search(said)), bool(_FEWER.search(said)))


def bare_count(text: str) -> int | None:
    """The number that a short answer to "in how many parts?" is made of ("3", 三, "three please")."""
    said = normalise(text)
    found = re.fullmatch(rf"\D{{0,12}}?(\d{{1,2}}|[一二两三四五六七八九十]{{1,3}}|\b(?:{_EN})\b)\D{{0,10}}", said)
    return None if found is None else _number(found[1])


def _count(found: re.Match[str]) -> int | None:
    return _number(found["zh"] or found["en"])


def _number(word: str) -> int | None:
    if word.isdigit():
        return int(word)
    if word in _NUMBERS:
        return _NUMBERS[word]
    value = chinese(word)
    return None if value is None else int(value)
