"""Which day a debtor names. Nothing is guessed: what can mean two days is asked back, and every day is read back."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from bot import dates_en, dates_zh
from bot.calendar_days import Days, Resolve
from bot.mentions import Mention, options, standing
from bot.wording import normalise

_RULES = {"zh": dates_zh.RULES + dates_en.RULES, "en": dates_en.RULES + dates_zh.RULES}
_BESIDE = re.compile(r"[\s,()]*(?:the )?")
_WEEKDAY = re.compile(r"[^\d]*(?:(?:mon|tues|wednes|thurs|fri|satur|sun)day|(?:周|星期|礼拜)[一二三四五六日天])")
_BARE_DAY = re.compile(r"(?:就|on |by |the )*(\d{1,2}|[一二三四五六七八九十]{1,3})吧?[.!?]?")
_PAID_BEFORE = re.compile(
    r"(?:\bpaid|\b(?:pay|salary|wages)\b[^,;.]{0,12}\bcomes?(?: in)?)(?: on| by)?(?: the)? $|工资[^,;.还]{0,3}$"
)
_PAID_AFTER = re.compile(r"[^,;.还|]{0,3}(?:[发领]工资|发薪|工资[到发]|发[,.])")
_ANY_DAY = date(2024, 1, 1)


@dataclass(frozen=True, slots=True)
class Day:
    """The one day meant. It may lie in the past: whether it can be promised is for `bot.promises` to say."""

    value: date


@dataclass(frozen=True, slots=True)
class Ambiguous:
    """The days that may be meant; none when a day is named too vaguely to list ("payday", 下个月, 30 February)."""

    options: tuple[date, ...]


def parse_date(text: str, lang: str, today: date) -> Day | Ambiguous | None:
    """The day named in `text`, seen from `today` in the debtor's own time zone; None when it names none.

    `lang` ("zh" or "en") is only a preference: days named in the other language are read too. A date without a year is
    the nearest one. Days ruled out ("not Friday") do not count, and days gone by only when nothing else is named.
    """
    said = normalise(text)
    meant = standing(_mentions(said, lang, today), said)
    # "I get paid on the 25th, so the 26th": the first is no promise when there is another.
    days = options([each for each in meant if not _is_payday(each, said)]) or options(meant)
    days = tuple(day for day in days if day >= today) or days
    if len(days) == 1:
        return Day(days[0])
    return Ambiguous(days) if meant else None


def bare_day(text: str, lang: str, today: date) -> Day | Ambiguous | None:
    """The day of the month that a figure alone names ("15", 十五, "on 15"); None when `text` is anything else.

    It is a day only as the answer to "which day?"; to `parse_date` and `parse_amount` it is an amount.
    """
    found = _BARE_DAY.fullmatch(normalise(text))
    if found is None:
        return None
    return parse_date(f"{found[1]}号", lang, today)


def without_dates(said: str, lang: str) -> str:
    """Normalised text with every day blanked out ("|"), so that no number in it is taken for an amount."""
    for mention in _mentions(said, lang, _ANY_DAY):
        said = said[: mention.start] + "|" * (mention.end - mention.start) + said[mention.end :]
    return said


def _mentions(said: str, lang: str, today: date) -> list[Mention[date]]:
    found: list[Mention[date]] = []
    unread = said
    for shape, resolve in _RULES[lang]:
        for match in shape.finditer(unread):
            days = _days(resolve, match, today)
            if days is not None and match.end() > match.start():
                found.append(Mention(match.start(), match.end(), days))
        for mention in found:
            unread = unread[: mention.start] + "|" * (mention.end - mention.start) + unread[mention.end :]
    return _said_twice(sorted(found, key=lambda each: each.start), said)


def _is_payday(mention: Mention[date], said: str) -> bool:
    return bool(_PAID_BEFORE.search(said[: mention.start]) or _PAID_AFTER.match(said, mention.end))


def _days(resolve: Resolve, match: re.Match[str], today: date) -> Days | None:
    try:
        return resolve(match, today)
    except (OverflowError, ValueError):
        # A day beyond what the calendar can hold ("in 999 months" from the last years) is named, but no day.
        return ()


def _said_twice(mentions: list[Mention[date]], said: str) -> list[Mention[date]]:
    """Merge a weekday and the date beside it ("Friday the 27th"); both stand where they do not agree."""
    merged: list[Mention[date]] = []
    for mention in mentions:
        last = merged[-1] if merged else None
        if last is not None and _BESIDE.fullmatch(said, last.end, mention.start):
            pair = (last, mention)
            weekday = next((each for each in pair if _WEEKDAY.fullmatch(said, each.start, each.end)), None)
            if weekday is not None:
                named = options([each for each in pair if each is not weekday])
                agreeing = tuple(
                    day for day in named if any(day.weekday() == each.weekday() for each in weekday.options)
                )
                merged[-1] = Mention(last.start, mention.end, agreeing or options(pair))
                continue
        merged.append(mention)
    return merged
