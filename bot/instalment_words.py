"""What a debtor says of a plan: how many parts, how far apart, and whether a sum is one of a part. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from bot.instalments import FEWEST, Every
from bot.mentions import Mention, options, standing
from bot.numerals import EN_DIGITS, EN_TEENS, ZH_DIGITS, chinese
from bot.slips import corrected
from bot.wording import normalise

_NUMBERS: Final = {word: value for word, value in {**EN_DIGITS, **EN_TEENS}.items() if value > 0 and word != "o"}
_EN = rf"(?:\d{{1,2}}|{'|'.join(sorted(_NUMBERS, key=len, reverse=True))})"
_ZH = r"[一二两三四五六七八九十叁\d]"
_TO_ZH = r"\s*(?:到|至|或者?|还是|~|-)\s*"
_TO_EN = r"(?: (?:or|to|and) |-)"
_SMALL = r"(?:more |equal |monthly |weekly |fortnightly |small(?:er)? )*"
_UNITS = r"parts?|payments?|instal?lments?|times|goes|months?|weeks?|bits|pieces|chunks|of them"
_COUNTS: Final = tuple(
    re.compile(shape, re.ASCII)
    for shape in (
        # Two or three payments, 3-4期; then 两三期, where neither stands for a number of two digits.
        rf"(?P<low>{_ZH}{{1,2}})期?{_TO_ZH}(?P<count>{_ZH}{{1,2}})\s*(?P<unit>期|次|笔|份|个月)",
        rf"\b(?P<low>{_EN}){_TO_EN}(?P<count>{_EN}) {_SMALL}(?P<unit>{_UNITS})\b",
        r"(?P<low>[一二两三四五六七八])(?P<count>[二三四五六七八九])(?P<unit>期|次|笔|份|个月)",
        rf"(?<![每隔第几\d一二两三四五六七八九十])(?P<count>{_ZH}{{1,3}})\s*(?P<unit>期|次(?!性)|笔|份|个月|个?星期|个?礼拜|周(?![一二三四五六日天末])|部分)"
        rf"(?!\s*[一二三四五六七八九十\d]*[号日])(?![前后内]|还?一次)",
        rf"(?<!-)(?<!every )\b(?P<count>{_EN})[ -]{_SMALL}(?P<unit>{_UNITS})\b(?! ago)",
        rf"\bsplit (?:it |this |that )?(?:in(?:to)? )?(?P<count>{_EN})\b(?P<unit>)",
        rf"\b(?P<count>{_EN}) ?(?P<unit>x) ?(?=\$?\d)",
        rf"\btimes (?P<count>{_EN})\b(?P<unit>)",
        r"(?P<count>半年|[一1]年|\b(?:half a|a|one) year\b)(?P<unit>)",
    )
)
_YEARS = {"半年": 6, "half a year": 6}
_HALVES = re.compile(
    r"两半|一半.{0,12}一半|对半|\bhalf\b.{0,40}\b(?:half|rest)\b|\btwo halves\b|\bsplit .{0,12}\bin half\b|\btwice\b"
)
_EVERY: tuple[tuple[Every, re.Pattern[str]], ...] = (
    (
        "fortnight",
        re.compile(
            r"[每隔]两个?(?:周|星期|礼拜)|隔周|双周|半个月(?![后内以之])|两个?(?:周|星期)(?:还|一次)"
            r"|\b(?:fortnight(?:ly)?|every (?:two|2|other) weeks?|bi-?weekly)\b"
        ),
    ),
    (
        "week",
        re.compile(
            r"[每按]一?个?(?:周|星期|礼拜)(?:[一二三四五六日天](?![百千万]))?|(?<![\d一二两三四五六七八九十])一个?(?:周|星期|礼拜)(?![后内以之前])"
            r"|\b(?:weekly|(?:a|each|every|per) (?:week|(?:mon|tues|wednes|thurs|fri|satur|sun)day))\b|/ ?week"
        ),
    ),
    (
        "month",
        re.compile(
            r"[每按]一?个?月|月付|(?<![\d一二两三四五六七八九十我])一个?月(?![后内以之前份])|发一次工资|每次发工资"
            r"|\b(?:monthly|once a month|(?:a|each|every|per) (?:month|pay ?day))\b|/ ?month"
        ),
    ),
)
_UNIT_EVERY: tuple[tuple[Every, re.Pattern[str]], ...] = (
    ("month", re.compile("月|month")),
    ("week", re.compile("周|星期|礼拜|week")),
)
_EACH = re.compile(
    r"[每各]一?(?:期|次|笔|份|个?月|个?星期|个?礼拜|周|部分)|一(?:次|期|笔)(?=还?[\d一二两三四五六七八九十])"
    r"|\b(?:each|apiece|(?:a|per|every) (?:month|week|time|go|payment|part|fortnight)|at a time|of|at)\b"
    r"|monthly|weekly|fortnight"
)
_SUM = re.compile(r"[百千万块元]|\d{3,}|\b(?:hundred|thousand|grand|bucks|dollars)\b|[$€£¥]")
_MORE = re.compile(r"[多再更]分?[几一]?[期次些点]|更多|\b(?:more|smaller|longer|lower)\b")
_FEWER = re.compile(r"少[几一]?[期次些点]|\b(?:fewer|less|quicker|faster)\b")
# What is earned, spent, suffered or complained of is no plan.
_TOLD = re.compile(
    r"挣|赚|房租|月薪|收入|电话|[打说]了?[过几\d一二两三四五六七八九十]|病|拖了|逾期|欠了|失业|孩子|个月前|负"
    r"|\b(?:i (?:only )?make|earn|rent|salary|income|called?|kids|children|ill|sick|behind|late|overdue|ago|minus"
    r"|out of work|unemployed|a day)\b|(?:^|\s)-\d|(?:天天|每天|一天)"
)
_CLAUSE = re.compile(r"([,.;!?]|\bbut\b|\bso\b|但是?|所以)")
_BARE = re.compile(
    rf"(?:就|分成?|那|我?想|要|还|可以|(?:i|we|would|say|like|want|make|it|let'?s?|us|do|in|into|maybe"
    r"|ok|okay|yes|just|about|over)\b| )*"
    rf"(?P<number>\d{{1,2}}|[一二两三四五六七八九十]{{1,3}}|{_EN})"
    r"(?: ?(?:个|期|次|笔|份|吧|好了|可以|please|of them|parts?|payments?|is (?:fine|ok|good)))*[.!]?"
    # "Two, from the 12th": where it begins is read as a day.
    r"(?:,? ?(?:from|starting|beginning|the first|从|第一).*)?",
    re.ASCII,
)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a text says of a plan. `each`: a sum named in it is the sum of a part. `more`: parts, without a number.

    `counts`: as many parts as may be meant; `count` where it is one.
    """

    counts: tuple[int, ...]
    every: Every | None
    each: bool
    more: bool
    fewer: bool

    @property
    def count(self) -> int | None:
        return self.counts[0] if len(self.counts) == 1 else None


def read_plan(text: str) -> Wanted:
    """What `text`, in either language, says of a plan; what is told of income, rent or illness is none of it."""
    said = _offered(text)
    mentions = list(_mentions(said))
    counts = options(standing([each for each, _ in mentions], said))
    units = "".join(unit for _, unit in mentions)
    named = next((name for name, words in _EVERY if words.search(said)), None)
    every = named or next((name for name, words in _UNIT_EVERY if counts and words.search(units)), None)
    if named in ("fortnight", "week") and "month" in units.replace("月", "month"):
        # So much a fortnight for three months: the months are no parts.
        counts = tuple(count * (2 if named == "fortnight" else 4) for count in counts)
    if not counts and _HALVES.search(said):
        counts = (2,)
    each = bool(_EACH.search(said)) or bool((counts or named) and _SUM.search(_without(said)))
    return Wanted(counts, every, each, bool(_MORE.search(said)), bool(_FEWER.search(said)))


def without_parts(text: str) -> str:
    """The text without its counts of parts and their rhythm, so that no number in them is taken for a sum."""
    said = _HALVES.sub("|", _without(_offered(text)))
    for _, words in _EVERY:
        said = words.sub("|", said)
    return said


def bare_count(text: str) -> int | None:
    """The number that a short answer to "in how many parts?" is made of ("3", 三, "three please")."""
    found = _BARE.fullmatch(corrected(normalise(text)))
    return None if found is None else _number(found["number"])


def _offered(text: str) -> str:
    clauses = _CLAUSE.split(corrected(normalise(text)))
    return "".join("" if _TOLD.search(each) else each for each in clauses)


def _mentions(said: str) -> Iterator[tuple[Mention[int], str]]:
    for shape in _COUNTS:
        for found in shape.finditer(said):
            said = said[: found.start()] + "|" * len(found[0]) + said[found.end() :]
            ends = [found["low"]] if "low" in found.re.groupindex else []
            counts = tuple(each for word in (*ends, found["count"]) if (each := _number(word)) and each >= FEWEST)
            if counts:
                unit = found["unit"] or ("month" if "year" in found["count"] or "年" in found["count"] else "")
                yield Mention(found.start(), found.end(), counts), unit


def _without(said: str) -> str:
    for mention, _ in list(_mentions(said)):
        said = said[: mention.start] + "|" * (mention.end - mention.start) + said[mention.end :]
    return said


def _number(word: str) -> int | None:
    if word.isdigit():
        return int(word)
    if word in _NUMBERS:
        return _NUMBERS[word]
    if "年" in word or "year" in word:
        return _YEARS.get(word, 12)
    if len(word) > 1 and all(each in ZH_DIGITS for each in word):
        return None
    value = chinese(word)
    return None if value is None else int(value)
