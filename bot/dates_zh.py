"""How a day is named in Chinese. Weeks start on Monday; where the Sunday-first mean another day, both stand."""

from __future__ import annotations

import re
from datetime import date, timedelta

from bot.calendar_days import (
    NO_DAY,
    Days,
    Resolve,
    Rule,
    add_months,
    coming,
    day_of_month,
    last_of_month,
    nearest_year,
    next_with_day,
    of_week,
    on,
)
from bot.numerals import ZH_DIGITS, chinese

_NUMBER = r"(?:\d{1,3}|[一二两三四五六七八九十百]{1,4})"
_DAY = r"(?:\d{1,2}|[一二三四五六七八九十]{1,3})"
_MONTH = r"(?:\d{1,2}|十[一二]?|[一二三四五六七八九])"
_WEEK = r"(?:周|星期|礼拜)"
_NTH = r"[号日](?![线楼店门院码])"
_RELATIVE_DAYS = {"大前": -3, "前": -2, "昨": -1, "今": 0, "明": 1, "后": 2, "大后": 3}
_AT = {"初": 1, "中": 15, "中旬": 15, "中间": 15, "上旬": 1, "下旬": 31, "底": 31, "末": 31, "尾": 31}
_WHICH = r"(?P<which>这个?|本|当|下{1,2}个?|上个?)"
_UNIT = r"(?:天|日|周|个?星期|个?礼拜|个月)"
_DURATION = rf"(?P<count>半|{_NUMBER})(?P<unit>{_UNIT})"
_DURATION_TOO = rf"(?P<count2>半|{_NUMBER})(?P<unit2>{_UNIT})"
# A day without 号 or 日 must not be the start of an amount.
_NO_AMOUNT = r"(?![\d.,]|[元块千百万])"
_PART = r"(?P<at>初|中旬|中间|中(?!国|秋|午)|上旬|下旬|底|末|尾(?!号))"


def _number(said: str) -> int | None:
    """The number; None for two digits side by side, which name a range (两三天) rather than a number."""
    if len(said) > 1 and all(each in ZH_DIGITS for each in said):
        return None
    value = chinese(said)
    return None if value is None else int(value)


def _dated(found: re.Match[str], today: date) -> Days | None:
    month, day = _number(found["month"]), _number(found["day"])
    if month is None or day is None:
        return NO_DAY
    named = found["year"]
    if named is None:
        return nearest_year(month, day, today)
    if named in ("今", "明", "后", "去"):
        return on(today.year + {"去": -1, "今": 0, "明": 1, "后": 2}[named], month, day)
    year = int(named)
    return on(year + 2000 if len(named) == 2 else year, month, day)


def _slashed(found: re.Match[str], today: date) -> Days | None:
    return nearest_year(int(found["month"]), int(found["day"]), today) or None


def _months_ahead(which: str) -> int:
    return which.count("下") - which.count("上")


def _in_month(found: re.Match[str], today: date) -> Days:
    return day_of_month(add_months(today, _months_ahead(found["which"])), _number(found["day"]) or 0)


def _this_day(found: re.Match[str], today: date) -> Days | None:
    day = _number(found["day"])
    return None if day is None else next_with_day(day, today)


def _part_of_named_month(found: re.Match[str], today: date) -> Days:
    month = _number(found["month"]) or 0
    at = _AT[found["at"]]
    if not 1 <= month <= 12:
        return NO_DAY
    return nearest_year(month, at if at < 31 else last_of_month(date(2001, month, 1)).day, today)


def _part_of_month(found: re.Match[str], today: date) -> Days:
    which, at = found["which"] or "", _AT[found["at"]]
    month = add_months(today, _months_ahead(which))
    day = last_of_month(month) if at == 31 else month.replace(day=at)
    return (add_months(day, 1) if not which and day < today else day,)


def _weekday(found: re.Match[str], today: date) -> Days | None:
    which, named = found["which"] or "", found["weekday"]
    weekday = 6 if named in "日天7" else "一二三四五六123456".index(named) % 6
    ahead = coming(weekday, today)
    if not which:
        return (ahead, ahead + timedelta(days=7)) if ahead == today else (ahead,)
    weeks = _months_ahead(which)
    day = of_week(today, weeks, weekday)
    if weeks == 0:
        # On a Sunday, people whose week starts on Sunday mean the days to come.
        return (ahead,) if day < today and today.weekday() == 6 else (day,)
    if weeks > 0 and weekday == 6 and today.weekday() != 6:
        return (day - timedelta(days=7), day)
    if weeks > 0 and today.weekday() == 6 and weekday != 6:
        return (day, day + timedelta(days=7))
    return (day,)


def _weekend(found: re.Match[str], today: date) -> Days:
    weeks = _months_ahead(found["which"] or "")
    days = (of_week(today, weeks, 5), of_week(today, weeks, 6))
    return tuple(day for day in days if day >= today) or days


def _after(found: re.Match[str], today: date) -> Days:
    said, unit = found["count"] or found["count2"], (found["unit"] or found["unit2"]).removeprefix("个")
    if said == "半":
        return (today + timedelta(days=15),) if unit == "月" else NO_DAY
    count = _number(said)
    counts = [ZH_DIGITS[each] for each in said] if count is None and len(said) == 2 else [count]
    if unit == "月":
        return tuple(add_months(today, each) for each in counts if each is not None)
    return tuple(today + timedelta(days=each * (1 if unit in "天日" else 7)) for each in counts if each is not None)


def _either_of(first: int) -> Resolve:
    """今明两天, 明后天: this day or the one after it."""
    return lambda _, today: (today + timedelta(days=first), today + timedelta(days=first + 1))


def _vague(_: re.Match[str], __: date) -> Days:
    return NO_DAY


def _relative(found: re.Match[str], today: date) -> Days:
    return (today + timedelta(days=_RELATIVE_DAYS[found["relative"]]),)


def _today(_: re.Match[str], today: date) -> Days:
    return (today,)


def _end_of_year(_: re.Match[str], today: date) -> Days:
    return (date(today.year, 12, 31),)


# Tried in this order; what one rule has read, no later one reads again.
RULES: tuple[Rule, ...] = tuple(
    (re.compile(shape, re.ASCII), resolve)
    for shape, resolve in (
        (r"农历|阴历|旧历|春节|过完?年|年后|年前|中秋|端午|清明|国庆|元宵", _vague),
        (r"(?<!\d)(?P<year>\d{4})[-/.](?P<month>\d{1,2})[-/.](?P<day>\d{1,2})(?!\d)", _dated),
        (
            rf"(?:(?P<year>(?<!\d)(?:\d{{4}}|\d\d)|[今明后去])年\s*)?(?<!\d)(?P<month>{_MONTH})\s*月\s*份?\s*"
            rf"(?P<day>{_DAY})(?:\s*{_NTH}|{_NO_AMOUNT})",
            _dated,
        ),
        (rf"(?<!\d)(?P<month>{_MONTH})\s*月份?{_PART}", _part_of_named_month),
        (rf"{_WHICH}月的?\s*(?P<day>{_DAY})(?:\s*{_NTH}|{_NO_AMOUNT})", _in_month),
        (rf"{_WHICH}?月{_PART}", _part_of_month),
        (r"年[底末]", _end_of_year),
        (rf"{_WHICH}?{_WEEK}六[,和]?[日天]", _weekend),
        (
            rf"{_WHICH}?(?<![每一二两三四五六七八九十几\d]){_WEEK}(?P<weekday>[一二三四五六日天](?!定|直|起还|样)|[1-7](?!\d))",
            _weekday,
        ),
        (rf"{_WHICH}?周末", _weekend),
        (r"今明[两天]?天?", _either_of(0)),
        (r"明后[两天]?天?", _either_of(1)),
        (
            r"过[两几]天(?!之?后)|几天[后内]|这[几两]天|过一?阵子|过段时间|尽快|最近|回头|改天|到时候|个把月"
            rf"|{_NUMBER}?个工作日[后内]?",
            _vague,
        ),
        (r"^(?:现在|马上|立刻|立即)[吧.!]*$", _today),
        (rf"(?:过|等){_DURATION}(?:[之以]?后)?|{_DURATION_TOO}[之以]?[后内]", _after),
        (r"(?P<relative>大前|前|昨|今|明|大?后)[天日早晚]", _relative),
        (r"(?:现在|马上|立刻|立即|这)就?(?:去|给你们?)?(?=[还付交转缴])", _today),
        (rf"(?<!\d)(?P<day>{_DAY})\s*{_NTH}", _this_day),
        (r"(?<![\d/.])(?P<month>\d{1,2})/(?P<day>\d{1,2})(?![\d/.])", _slashed),
        (rf"[发领]工资|发薪|工资[到发]|发奖金|{_WHICH}(?:{_WEEK}|月)|(?<!\d)(?<!个){_MONTH}月(?!\d)", _vague),
    )
)
