"""Which day a debtor names. Nothing is guessed: what can mean two days is asked back, and every day is read back."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta

from bot import dates_en, dates_zh
from bot.calendar_days import Days, Resolve, Rule, last_of_month, next_with_day
from bot.mentions import Mention, options, standing
from bot.slips import corrected
from bot.wording import normalise

_RULES = {"zh": dates_zh.RULES + dates_en.RULES, "en": dates_en.RULES + dates_zh.RULES}
_ALONE = dates_zh.ALONE + dates_en.ALONE
_BESIDE = re.compile(r"[\s,()]*(?:the )?")
_WEEKDAY = re.compile(r"[^\d]*(?:(?:mon|tues|wednes|thurs|fri|satur|sun)day|(?:周|星期|礼拜)[一二三四五六日天])")
_BARE_DAY = re.compile(r"(?:就|on |by |the )*(\d{1,2}|[一二三四五六七八九十]{1,3})吧?[.!?]?")
_PAID_BEFORE = re.compile(
    r"(?:\bpaid|\b(?:pay|salary|wages)\b[^,;.]{0,12}\bcomes?(?: in)?)(?: on| by)?(?: the)? $|工资[^,;.还]{0,3}$"
)
_PAID_AFTER = re.compile(r"[^,;.还|]{0,3}(?:[发领]工资|发薪|工资[到发]|发[,.])")
# What is told of the past or happens again and again is no day to pay on.
_TOLD_BEFORE = re.compile(
    r"\b(?:(?<!get )(?<!be )(?<!am )paid|sent|transferred|settled|called|rang|phoned|told)\b"
    r"(?: (?:it|you|me|that|them|the \w+|\d+))*"
    r"(?: on| by| since)?(?: the)? $"
)
_TOLD_AFTER = re.compile(
    r"(?:我|就|刚|才|已经?|都|你们)*(?:[还付交转]过|[还付交转]了(?!吧)|给我打|打过|打了|来过)|[^,;.]{0,6}(?:打过电话|还过了)"
)
_AGAIN_BEFORE = re.compile(
    r"每(?:个|隔)?(?:月|周|星期|礼拜)?(?:的|都|是|还)*$"
    r"|\b(?:every|each) (?:month|week)?,?(?: on)?(?: the)? ?$"
)
_AGAIN_AFTER = re.compile(r" ?(?:of |in )?(?:every|each|a) (?:month|week)\b")
# Some day after the one that is named.
_LATER_BEFORE = re.compile(r"(?:过了|等过|(?<!day )\b(?:some time |any time )?after (?:the )?)$")
_DAY_BESIDE = re.compile(r"\bday (before|after) (?:the )?$")
_LATER_AFTER = re.compile(r"[之以]后(?!续)|过后")
_PAYDAY = re.compile(
    r"[发领开]了?工资|发薪|工资(?:[到发]|下来)|(?:老板|公司)发钱"
    r"|\b(?:pay ?day|pay ?che(?:ck|que)|get paid|(?:wages|salary) (?:comes?|lands?))\b"
)
_DAY_AFTER_PAYDAY = re.compile(r"(?:工资|薪)(?:的|后)*第二天|\bday after (?:my |the )?(?:pay ?day|i get paid)\b")
_OF_MONTH = re.compile(r"\d(?:st|nd|rd|th)\b|[\d一二三四五六七八九十][号日]")
_ANY_DAY = date(2024, 1, 1)


@dataclass(frozen=True, slots=True)
class Day:
    """The one day meant, today or later."""

    value: date


@dataclass(frozen=True, slots=True)
class Gone:
    """The one day meant is over: it cannot be promised."""

    value: date


@dataclass(frozen=True, slots=True)
class Ambiguous:
    """The days that may be meant; none when a day is named too vaguely to list ("payday", 下个月, 30 February)."""

    options: tuple[date, ...]


def parse_date(text: str, lang: str, today: date, payday: int | None = None) -> Day | Gone | Ambiguous | None:
    """The day named in `text`, seen from `today` in the debtor's own time zone; None when it names none.

    `lang` ("zh" or "en") is only a preference: days named in the other language are read too. A date without a year is
    the nearest one. Days ruled out ("not Friday"), told of the past or coming round ("every Friday") do not count, and
    days gone by only when nothing else is named.

    :param payday: the day of the month on which the debtor is paid, where it is known; else "payday" is asked back.
    """
    said = corrected(normalise(text))
    meant = [each for each in standing(_mentions(said, lang, today), said) if not _is_told(each, said)]
    # "I get paid on the 25th, so the 26th": the first is no promise when there is another.
    days = options([each for each in meant if not _is_payday(each, said)]) or options(meant)
    if not days and meant and payday is not None and _PAYDAY.search(said):
        days = (_next_payday(payday, today) + timedelta(days=bool(_DAY_AFTER_PAYDAY.search(said))),)
    days = tuple(day for day in days if day >= today) or days
    if len(days) == 1:
        return Day(days[0]) if days[0] >= today else Gone(days[0])
    return Ambiguous(days) if meant else None


def named_payday(text: str, lang: str, today: date) -> int | None:
    """The day of the month on which the debtor says to be paid ("I get paid on the 25th"); None when not said."""
    said = corrected(normalise(text))
    days = options([each for each in _mentions(said, lang, today) if _is_payday(each, said)])
    return days[0].day if len(days) == 1 and _OF_MONTH.search(said) else None


def bare_day(text: str, lang: str, today: date) -> Day | Gone | Ambiguous | None:
    """The day of the month that a figure alone names ("15", 十五, "on 15"); None when `text` is anything else.

    It is a day only as the answer to "which day?"; to `parse_date` and `parse_amount` it is an amount.
    """
    found = _BARE_DAY.fullmatch(normalise(text))
    if found is None:
        return None
    return parse_date(f"{found[1]}号", lang, today)


def without_dates(said: str, lang: str) -> str:
    """Normalised text with every day blanked out ("|"), so that no number in it is taken for an amount."""
    said = corrected(said)
    for mention in _mentions(said, lang, _ANY_DAY):
        said = said[: mention.start] + "|" * (mention.end - mention.start) + said[mention.end :]
    return said


def _mentions(said: str, lang: str, today: date) -> list[Mention[date]]:
    found = _read(_RULES[lang], said, today) or _read(_ALONE, said, today)
    return [_or_later(each, said) for each in _said_twice(sorted(found, key=lambda each: each.start), said)]


def _read(rules: tuple[Rule, ...], said: str, today: date) -> list[Mention[date]]:
    found: list[Mention[date]] = []
    unread = said
    for shape, resolve in rules:
        new = []
        for match in shape.finditer(unread):
            days = _days(resolve, match, today)
            if days is not None and match.end() > match.start():
                new.append(Mention(match.start(), match.end(), days))
        for mention in new:
            unread = unread[: mention.start] + "|" * (mention.end - mention.start) + unread[mention.end :]
        found += new
    return found


def _or_later(mention: Mention[date], said: str) -> Mention[date]:
    """After the 15th: which day, is not said. The day before or after it is."""
    if beside := _DAY_BESIDE.search(said[: mention.start]):
        step = timedelta(days=-1 if beside[1] == "before" else 1)
        return Mention(beside.start(), mention.end, tuple(day + step for day in mention.options))
    if _LATER_BEFORE.search(said[: mention.start]) or _LATER_AFTER.match(said, mention.end):
        return Mention(mention.start, mention.end, ())
    return mention


def _is_told(mention: Mention[date], said: str) -> bool:
    """Told of the past ("I paid on the 3rd") or coming round ("on the 15th of every month")."""
    before = said[: mention.start]
    return bool(
        _TOLD_BEFORE.search(before)
        or _TOLD_AFTER.match(said, mention.end)
        or _AGAIN_BEFORE.search(before)
        or _AGAIN_AFTER.match(said, mention.end)
    )


def _next_payday(payday: int, today: date) -> date:
    """The coming payday; the end of a month that is too short for it."""
    coming = next_with_day(payday, today)
    return coming[0] if coming else last_of_month(today)


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
            if weekday is not None and not all(_WEEKDAY.fullmatch(said, each.start, each.end) for each in pair):
                named = options([each for each in pair if each is not weekday])
                agreeing = tuple(
                    day for day in named if any(day.weekday() == each.weekday() for each in weekday.options)
                )
                merged[-1] = Mention(last.start, mention.end, agreeing or options(pair))
                continue
        merged.append(mention)
    return merged
