"""How a day is named in English."""

from __future__ import annotations

import re
from datetime import date, timedelta

from bot.calendar_days import (
    NO_DAY,
    Days,
    Resolve,
    Rule,
    add_months,
    add_working_days,
    coming,
    day_of_month,
    last_of_month,
    nearest_end,
    nearest_year,
    next_with_day,
    next_yearly,
    nth_weekday,
    of_week,
    on,
    weekend,
)
from bot.numerals import english

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_LONG_MONTH = r"(?:january|february|march|april|june|july|august|september|october|november|december)"
_MONTH = (
    r"(?P<month>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|(?<!i )(?<!we )(?<!it )may|june?|july?"
    r"|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\b\.?"
)
_LONG_WEEKDAY = r"(?:mon|tues|wednes|thurs|fri|satur|sun)day"
_WEEKDAY = (
    rf"(?P<weekday>{_LONG_WEEKDAY}|(?<!my )mon|tues?|thurs?|thu|fri"
    # Words of their own, too: days only where a day is expected.
    r"|(?:(?<=on )|(?<=by )|(?<=next )|(?<=this )|(?<=until )|(?<=before ))(?:wed|sat|sun))\b"
)
_UNITS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth", "eleventh")
_ORDINALS = {
    **{word: at for at, word in enumerate(_UNITS, 1)},
    "twelfth": 12, "thirteenth": 13, "fourteenth": 14, "fifteenth": 15, "sixteenth": 16, "seventeenth": 17,
    "eighteenth": 18, "nineteenth": 19, "twentieth": 20, "thirtieth": 30, "thirty first": 31,
    **{f"twenty {word}": 20 + at for at, word in enumerate(_UNITS[:9], 1)},
}  # fmt: skip
_ORDINAL = "|".join(sorted((word.replace(" ", "[ -]") for word in _ORDINALS), key=len, reverse=True))
_CARDINAL = (
    r"twenty[ -](?:one|two|three|four|five|six|seven|eight|nine)|thirty[ -]one|twenty|thirty|ten|eleven|twelve"
    r"|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|nineteen|one|two|three|four|five|six|seven|eight|nine"
)
# "The first payment" is no day; "the first of next month" was read before.
_NOT_COUNTING = r"(?:(?<=ty[ -]first)|(?<=ty[ -]second)|(?<=ty[ -]third)|(?<!first)(?<!second)(?<!third))"
_ANY_DAY = rf"(?P<day>\d{{1,2}}(?:st|nd|rd|th)?|{_ORDINAL}|{_CARDINAL})\b(?![.,]\d|%)"
_NTH = rf"(?P<day>\d{{1,2}}(?:st|nd|rd|th)|{_ORDINAL})\b"
_YEAR = r"(?:,? (?P<year>\d{4}))?"
_COUNT = rf"(?P<count>\d{{1,3}}|an?|{_CARDINAL})"
_NTH_OF = {"first": 1, "1st": 1, "second": 2, "2nd": 2, "third": 3, "3rd": 3, "fourth": 4, "4th": 4, "last": -1}
_FEASTS = {
    "christmas day": (12, 25), "christmas eve": (12, 24), "christmas": (12, 25), "xmas": (12, 25),
    "new year's eve": (12, 31), "new year's day": (1, 1), "new years eve": (12, 31), "new years day": (1, 1),
}  # fmt: skip
_FEAST = "|".join(_FEASTS)
_WHICH_MONTH = r"(?P<which>this|next|the following|the coming|last)"


def _number(said: str) -> int | None:
    said = said.replace("-", " ")
    if said in ("a", "an"):
        return 1
    if said in _ORDINALS:
        return _ORDINALS[said]
    value = english([re.sub(r"(?<=\d)(?:st|nd|rd|th)$", "", said)] if said[0].isdigit() else said.split())
    return None if value is None else int(value)


def _month(said: str) -> int:
    return _MONTHS.index(said[:3]) + 1


def _weekday_number(said: str) -> int:
    return _WEEKDAYS.index(said[:3])


def _dated(found: re.Match[str], today: date) -> Days | None:
    day, month, year = _number(found["day"]), _month(found["month"]), found["year"]
    if day is None:
        return None
    return on(int(year), month, day) if year else nearest_year(month, day, today)


def _figures(found: re.Match[str], _: date) -> Days:
    return on(int(found["year"]), int(found["month"]), int(found["day"]))


def _slashed(found: re.Match[str], today: date) -> Days | None:
    """3/4 is the third of April or March 4: both stand."""
    first, second, year = int(found["first"]), int(found["second"]), found["year"]
    readings = dict.fromkeys(((second, first), (first, second)))
    if year is None:
        days = [each for month, day in readings for each in nearest_year(month, day, today)]
        return tuple(days) or None
    full = int(year) + (2000 if len(year) == 2 else 0)
    return tuple(each for month, day in readings for each in on(full, month, day))


def _in_month(found: re.Match[str], today: date) -> Days | None:
    day = _number(found["day"])
    return None if day is None else day_of_month(_which_month(found["which"], today), day)


def _which_month(which: str, today: date) -> date:
    months = {"this": 0, "last": -1}.get(which, 1)
    return add_months(today, months)


def _this_day(found: re.Match[str], today: date) -> Days | None:
    day = _number(found["day"])
    if day is None or not 1 <= day <= 39:
        return None
    return next_with_day(day, today) if day <= 31 else NO_DAY


def _end_of_month(found: re.Match[str], today: date) -> Days:
    if found["month"]:
        return nearest_end(_month(found["month"]), today)
    return (last_of_month(_which_month(found["which"] or "this", today)),)


def _last_working_day(found: re.Match[str], today: date) -> Days:
    day = last_of_month(_which_month(found["which"] or "this", today))
    return (day - timedelta(days=max(day.weekday() - 4, 0)),)


def _nth_of_month(found: re.Match[str], today: date) -> Days:
    """The last Friday of the month; the coming one where no month is said and this month's is over."""
    nth, weekday, which = _NTH_OF[found["nth"]], _weekday_number(found["weekday"]), found["which"]
    if found["month"]:
        month = _month(found["month"])
        return nth_weekday(nearest_year(month, 1, today)[0], weekday, nth)
    days = nth_weekday(_which_month(which or "this", today), weekday, nth)
    return days if which or (days and days[0] >= today) else nth_weekday(add_months(today, 1), weekday, nth)


def _first_of_month(_: re.Match[str], today: date) -> Days:
    return next_with_day(1, today)


def _end_of_week(found: re.Match[str], today: date) -> Days:
    weeks = 1 if found["which"] == "next" else 0
    days = (of_week(today, weeks, 4), of_week(today, weeks, 6))
    return tuple(day for day in days if day >= today)


def _weekend(found: re.Match[str], today: date) -> Days:
    which = found["which"]
    days = weekend(today, None if not which else {"next": 1, "last": -1}.get(which, 0))
    return tuple(day - timedelta(days=day.weekday() - 4) for day in days[:1]) if found["before"] else days


def _weekday(found: re.Match[str], today: date) -> Days | None:
    weekday, which = _weekday_number(found["weekday"]), found["which"] or ""
    ahead = coming(weekday, today)
    week = timedelta(days=7)
    if which.startswith("every"):
        return None
    if found["week_after"]:
        return (of_week(today, {"next": 1, "last": -1}.get(found["week_after"], 0), weekday),)
    if which.endswith("last"):
        return (ahead - week,)
    if which.endswith("next"):
        # For some people next Friday is the coming one, for others the one of next week.
        next_week = of_week(today, 1, weekday)
        return (next_week,) if ahead in (today, next_week) else (ahead, next_week)
    if not which and ahead == today:
        return (ahead, ahead + week)
    return (ahead,)


def _after(found: re.Match[str], today: date) -> Days | None:
    count = _number(found["count"])
    if count is None:
        return None
    start = today
    since = found["since"] if "since" in found.re.groupindex else None
    if since == "tomorrow":
        start = today + timedelta(days=1)
    elif since is not None and since not in ("now", "today"):
        start = coming(_weekday_number(since), today)
    return (_ahead(count, found["unit"], start),)


def _ahead(count: int, unit: str, start: date) -> date:
    if unit.startswith("month"):
        return add_months(start, count)
    if unit.startswith("hour"):
        return start + timedelta(days=count // 24)
    if unit.startswith(("work", "bus", "bank")):
        return add_working_days(start, count)
    return start + timedelta(days=count * {"d": 1, "w": 7, "f": 14}[unit[0]])


def _one_of_two(found: re.Match[str], today: date) -> Days | None:
    """In two or three days; in a day or two."""
    counts = (_number(found["count"]), _number(found["count2"]))
    return tuple(_ahead(count, found["unit"], today) for count in counts if count is not None)


def _week_on(found: re.Match[str], today: date) -> Days:
    """Friday week: seven days after the coming Friday."""
    return (coming(_weekday_number(found["weekday"]), today) + timedelta(days=7),)


def _week_after_next(found: re.Match[str], today: date) -> Days:
    return (of_week(today, 2, _weekday_number(found["weekday"])),)


def _feast(found: re.Match[str], today: date) -> Days:
    return next_yearly(*_FEASTS[found["feast"].replace("\u2019", "'")], today)


def _ago(found: re.Match[str], today: date) -> Days | None:
    days = _after(found, today)
    return days and (today - (days[0] - today),)


def _vague(_: re.Match[str], __: date) -> Days:
    return NO_DAY


def _offset(days: int) -> Resolve:
    return lambda _, today: (today + timedelta(days=days),)


def _end_of_year(_: re.Match[str], today: date) -> Days:
    return (date(today.year, 12, 31),)


_DURATION = rf"{_COUNT} (?P<unit>(?:working |business |bank(?:ing)? )?days?|weeks?|months?|fortnights?|hours?)"
_COUNT_TOO = rf"(?P<count2>\d{{1,3}}|{_CARDINAL})"
# Tried in this order; what one rule has read, no later one reads again. ASCII: a word ends where Chinese starts.
RULES: tuple[Rule, ...] = tuple(
    (re.compile(shape, re.ASCII), resolve)
    for shape, resolve in (
        (r"(?<!\d)(?P<year>\d{4})[-/](?P<month>\d{1,2})[-/](?P<day>\d{1,2})(?!\d)", _figures),
        (r"(?<!\d)(?P<day>\d{1,2})\.(?P<month>\d{1,2})\.(?P<year>\d{4})(?!\d)", _figures),
        (rf"(?:\bthe )?\b{_ANY_DAY}(?: of)? {_MONTH}{_YEAR}", _dated),
        (rf"\b{_MONTH} (?:the )?{_ANY_DAY}{_YEAR}", _dated),
        (
            rf"\b(?:the )?(?P<nth>{'|'.join(_NTH_OF)}) {_WEEKDAY} (?:of|in) "
            rf"(?:{_MONTH}|(?:(?:the|{_WHICH_MONTH}) )?month\b)",
            _nth_of_month,
        ),
        (rf"\b(?:the )?last (?:working|business) day (?:of|in) (?:(?:the|{_WHICH_MONTH}) )?month\b", _last_working_day),
        (rf"\b(?:the )?end[ -]?(?:of )?(?:the )?(?:{_MONTH}|(?:{_WHICH_MONTH} )?month\b)", _end_of_month),
        (
            rf"\b(?:the )?(?:start|beginning|middle|mid|early|late)[ -]?(?:in |of )?(?:the )?"
            rf"(?:{_MONTH}|(?:{_WHICH_MONTH} )?month\b)",
            _vague,
        ),
        (r"\blast (?:day )?of (?:the |this |(?P<which>next) )month\b(?P<month>)", _end_of_month),
        (r"\b(?:the )?(?:first|1st) of the month\b", _first_of_month),
        (r"\b(?:month[ -]?end|eom)\b(?P<month>)(?P<which>)", _end_of_month),
        (r"\bend of (?:the |this )?(?:(?P<which>next) )?week\b", _end_of_week),
        (r"\b(?:end of (?:the|this) year|year[ -]?end)\b", _end_of_year),
        (rf"\b(?:the )?{_NTH} (?:of )?{_WHICH_MONTH} month\b", _in_month),
        (rf"\b{_WHICH_MONTH} month,? (?:on )?the {_ANY_DAY}", _in_month),
        (rf"\b{_WEEKDAY},? (?:of |in )?(?:the )?week after next\b", _week_after_next),
        (rf"\b(?:the )?{_WEEKDAY} after next(?: week)?\b", _vague),
        (
            rf"\b{_DURATION},? (?:(?:from|after|on) )?(?:this |coming )?"
            rf"(?P<since>now|today|tomorrow|{_LONG_WEEKDAY})\b",
            _after,
        ),
        (rf"(?<!every )\b{_WEEKDAY} week\b(?! after)", _week_on),
        (r"\b(?:in |within )?(?P<count>an?|1|one) (?P<unit>day|week|month) or (?P<count2>two|2)\b", _one_of_two),
        (rf"\b(?:in |within ){_COUNT}(?: or | to |-){_COUNT_TOO} (?P<unit>days|weeks|months)\b", _one_of_two),
        (rf"\b(?:in|within|after|give me|need|wait|another)(?: just)?(?: another)? {_DURATION}\b", _after),
        (rf"\b{_DURATION} ago\b", _ago),
        (r"\bin (?:a (?:few|couple(?: of)?|bit|while)|some|several)(?: (?:days|weeks|months))?\b", _vague),
        (r"\bday after tomorrow\b|\bovermorrow\b", _offset(2)),
        (r"\bday before yesterday\b", _offset(-2)),
        (r"\btomorrow\b", _offset(1)),
        (r"\b(?:today|tonight|this (?:morning|afternoon|evening))\b", _offset(0)),
        (
            r"\b(?:pay|do|transfer)(?: (?:it|that|all|everything))? (?:right now|now|immediately|straight away)\b",
            _offset(0),
        ),
        (r"^(?:right )?now[.!]*$", _offset(0)),
        (r"\byesterday\b", _offset(-1)),
        (rf"\b(?P<week_after>next|this|last) week,? (?:on )?(?P<which>){_WEEKDAY}", _weekday),
        (
            rf"\b(?:(?P<which>(?:this |the )?(?:coming|next|last)|this|every) )?{_WEEKDAY}"
            r"(?:,? (?:of )?(?P<week_after>next|this|last) week)?",
            _weekday,
        ),
        (r"\b(?P<before>before )?(?:the )?(?:(?P<which>this|next|last|coming) )?weekend\b", _weekend),
        (
            rf"\b(?P<day>\d{{1,2}}(?:st|nd|rd|th)|(?<!a )(?<!one )(?<!two )(?:{_ORDINAL})){_NOT_COUNTING}\b"
            r"(?! (?:time|birthday|floor|street|payment|instal|call|person|kid|child))",
            _this_day,
        ),
        (r"\bthe (?P<day>\d{1,2})\b(?![.,]\d|%)", _this_day),
        (r"(?<![\d/.])(?P<first>\d{1,2})/(?P<second>\d{1,2})(?:/(?P<year>\d{4}|\d\d))?(?![\d/.])", _slashed),
        (rf"\b(?:after|before|around) (?:{_FEAST}|the holidays)\b|\bholidays\b|\bchinese new year\b", _vague),
        (rf"\b(?P<feast>{_FEAST})\b", _feast),
        (
            r"\b(?:pay ?day|pay ?che(?:ck|que)|get paid|(?:wages|salary|benefits|pay|money) (?:comes?|lands?|arrives?)"
            r"|(?:next|this) (?:week|month|year)|(?:first|second|third|last|\d(?:st|nd|rd|th)) week (?:of|in)"
            r"|(?<!too )soon|sooner or later|asap|some ?day|one of these days"
            r"|(?:a )?(?:few|couple(?: of)?(?: more)?|some|several) (?:days|weeks)|any day now"
            r"|when(?:ever)? i (?:can|have)"
            rf"|(?:(?:in |within )?{_COUNT} )?(?:business|working) days|(?:the )?(?:month|week) after next"
            r"|new year|easter|thanksgiving|mid[ -]?autumn|birthday"
            rf"|(?:in|by|until|early|late) {_LONG_MONTH}"
            r")\b",
            _vague,
        ),
    )
)
# What means a day only in a sentence that names no other.
ALONE: tuple[Rule, ...] = tuple(
    (re.compile(shape, re.ASCII), resolve)
    for shape, resolve in (
        (
            r"\b(?:end of (?:the )?day|eod|close of business|cob|before midnight|by midnight|immediately|right now)\b",
            _offset(0),
        ),
        (r"^(?:on |by |maybe )?(?P<weekday>wed|sat|sun)[.!?]*$(?P<which>)(?P<week_after>)", _weekday),
        (r"^(?:on |by )?the (?P<day>first|second|third)[.!?]*$", _this_day),
    )
)
