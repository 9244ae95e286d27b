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
    add_working_days,
    coming,
    day_of_month,
    last_of_month,
    nearest_end,
    nearest_year,
    next_with_day,
    next_yearly,
    of_week,
    on,
    weekend,
)
from bot.numerals import ZH_DIGITS, chinese

_NUMBER = r"(?:\d{1,3}|[一二两三四五六七八九十百][零一二两三四五六七八九十百]{0,5})"
_DAY = r"(?:\d{1,2}|[一二三四五六七八九十]{1,3})"
_MONTH = r"(?:\d{1,2}|十[一二]?|[一二三四五六七八九])"
_WEEK = r"(?:周|星期|礼拜)"
_NTH = r"[号日](?![线楼店门院码])"
_RELATIVE_DAYS = {"大前": -3, "前": -2, "昨": -1, "今": 0, "明": 1, "后": 2, "大后": 3}
_WHICH = r"(?P<which>这个?|本|当|下{1,2}个?|上个?)"
_UNIT = r"(?:天|日|周|个?星期|个?礼拜|个月|个?工作日|个?小时)"
_DURATION = rf"(?P<count>半|{_NUMBER})(?P<unit>{_UNIT})"
_DURATION_TOO = rf"(?P<count2>半|{_NUMBER})(?P<unit2>{_UNIT})"
# A day without 号 or 日 must not be the start of an amount.
_NO_AMOUNT = r"(?![\d.,]|[元块千百万])"
_END = r"(?:底|末|尾(?!号)|的?月[底末尾]|的?最后一天)"
_NO_END = r"(?:初(?!中)|[上中下]旬|中间|中(?!国|秋|午))"
_LUNAR_DAY = r"(?:初?[一二三四五六七八九十]{1,3})"
# A feast whose day the calendar of the sun fixes; the others are asked back.
_FEASTS = {"国庆": (10, 1), "元旦": (1, 1), "圣诞": (12, 25), "平安夜": (12, 24), "五一": (5, 1), "劳动节": (5, 1)}
_PAY_VERB = r"(?=再?[就给]?[还付交转打])"


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
    year = int(named) if named.isdigit() else int("".join(str(ZH_DIGITS[each]) for each in named))
    return on(year + 2000 if len(named) == 2 else year, month, day)


def _slashed(found: re.Match[str], today: date) -> Days | None:
    return nearest_year(int(found["month"]), int(found["day"]), today) or None


def _months_ahead(which: str) -> int:
    return which.count("下") - which.count("上")


def _in_month(found: re.Match[str], today: date) -> Days:
    return day_of_month(add_months(today, _months_ahead(found["which"])), _number(found["day"]) or 0)


def _this_day(found: re.Match[str], today: date) -> Days | None:
    day = _number(found["day"])
    return None if day is None or day == 0 else next_with_day(day, today)


def _end_of_named_month(found: re.Match[str], today: date) -> Days:
    month = _number(found["month"]) or 0
    if not 1 <= month <= 12:
        return NO_DAY
    if found["year"]:
        year = today.year + {"去": -1, "今": 0, "明": 1, "后": 2}[found["year"]]
        return (last_of_month(date(year, month, 1)),)
    return nearest_end(month, today)


def _end_of_month(found: re.Match[str], today: date) -> Days:
    return (last_of_month(add_months(today, _months_ahead(found["which"] or ""))),)


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
    which = found["which"]
    days = weekend(today, None if which is None else _months_ahead(which))
    if found.re.groupindex.get("before") and found["before"]:
        return tuple(day - timedelta(days=day.weekday() - 4) for day in days[:1])
    return days


def _after(found: re.Match[str], today: date) -> Days:
    said, unit = found["count"] or found["count2"], (found["unit"] or found["unit2"]).removeprefix("个")
    if said == "半":
        return (today + timedelta(days=15),) if unit == "月" else NO_DAY
    return tuple(_ahead(each, unit, today) for each in _counts(said))


def _counts(said: str) -> list[int]:
    """两三: two or three."""
    count = _number(said)
    if count is None:
        return [ZH_DIGITS[each] for each in said] if len(said) == 2 else []
    return [count]


def _ahead(count: int, unit: str, today: date) -> date:
    if unit == "月":
        return add_months(today, count)
    if unit in ("工作日", "小时"):
        return add_working_days(today, count) if unit == "工作日" else today + timedelta(days=count // 24)
    return today + timedelta(days=count * (1 if unit in "天日" else 7))


def _some_days(found: re.Match[str], today: date) -> Days | None:
    """三五天, without 后 or 内: only as a range is it no count of days gone by."""
    counts = _counts(found["count"])
    unit = found["unit"].removeprefix("个")
    return tuple(_ahead(each, unit, today) for each in counts) if len(counts) == 2 else None


def _workdays(found: re.Match[str], today: date) -> Days:
    return tuple(_ahead(each, "工作日", today) for each in _counts(found["count"]))


def _two_days(found: re.Match[str], today: date) -> Days | None:
    first, second = _number(found["day"]), _number(found["day2"])
    if first is None or second is None or not 1 <= first < second <= 31:
        return None
    return next_with_day(first, today) + next_with_day(second, today)


def _neighbours(found: re.Match[str], today: date) -> Days | None:
    """十五六号: the 15th or the 16th."""
    tens = _number(found["tens"]) if found["tens"] else 0
    first, second = ZH_DIGITS[found["first"]], ZH_DIGITS[found["second"]]
    if second != first + 1 or (tens or 0) + second > 31:
        return None
    return tuple(each for unit in (first, second) for each in next_with_day((tens or 0) + unit, today))


def _feast(found: re.Match[str], today: date) -> Days:
    return next_yearly(*_FEASTS[found["feast"]], today)


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


def _compact(found: re.Match[str], _: date) -> Days:
    return on(int(found["year"]), int(found["month"]), int(found["day"]))


# Tried in this order; what one rule has read, no later one reads again.
RULES: tuple[Rule, ...] = tuple(
    (re.compile(shape, re.ASCII), resolve)
    for shape, resolve in (
        (rf"(?:农历|阴历|旧历)(?:[一二三四五六七八九十正腊冬闰]{{1,3}}月)?{_LUNAR_DAY}?[号日]?", _vague),
        (rf"(?:正月|腊月|冬月){_LUNAR_DAY}?", _vague),
        (rf"春节|除夕|大年|过完?年|年后|年前|中秋|端午|清明|元宵|(?:{'|'.join(_FEASTS)})节?(?:之|以)?[前后]", _vague),
        (
            rf"(?<![\d一二三四五六七八九十百千万十])(?P<feast>{'|'.join(_FEASTS)})节?(?![\d零一二三四五六七八九十百千万块元])",
            _feast,
        ),
        (r"[二三]?十[几来][号日]", _vague),
        (r"(?<!\d)(?P<year>20\d\d)(?P<month>0[1-9]|1[0-2])(?P<day>[0-3]\d)(?!\d)", _compact),
        (r"(?<!\d)(?P<year>\d{4})[-/.](?P<month>\d{1,2})[-/.](?P<day>\d{1,2})(?!\d)", _dated),
        (
            rf"(?:(?P<year>(?<!\d)(?:\d{{4}}|\d\d)|[今明后去]|[二两]?[零〇一二三四五六七八九]{{2,4}})年\s*)?(?<!\d)(?P<month>{_MONTH})\s*月\s*份?\s*"
            rf"(?P<day>{_DAY})(?:\s*{_NTH}|{_NO_AMOUNT})",
            _dated,
        ),
        (rf"(?:(?P<year>[今明后去])年\s*)?(?<!\d)(?P<month>{_MONTH})\s*月份?{_END}", _end_of_named_month),
        (rf"(?<!\d)(?P<month>{_MONTH})\s*月份?{_NO_END}", _vague),
        (rf"{_WHICH}月的?\s*(?P<day>{_DAY})(?:\s*{_NTH}|{_NO_AMOUNT})", _in_month),
        (rf"{_WHICH}?月{_END}(?:最后一天)?", _end_of_month),
        (rf"{_WHICH}?月{_NO_END}|[上中下]旬", _vague),
        (r"年[底末]", _end_of_year),
        (rf"{_WHICH}?{_WEEK}六[,和]?[日天]", _weekend),
        (
            rf"{_WHICH}?(?<![每一二两三四五六七八九十几\d]){_WEEK}(?:的?{_WEEK})?"
            r"(?P<weekday>[一二三四五六日天](?!定|直|起还|样)|[1-7](?!\d))",
            _weekday,
        ),
        (rf"{_WHICH}?周末(?P<before>(?:之|以)?前)?", _weekend),
        (r"今明[两天]?天?", _either_of(0)),
        (r"明后[两天]?天?", _either_of(1)),
        (
            r"十天半个?月|过[两几]天(?!之?后)|几天[之以]?[后内]|这[几两]天|过一?阵子|过段时间|尽快|尽早|尽量早|早点还|最近|近期|回头|改天"
            r"|到时候|个把月|(?<!没)(?<!没有)有了?钱(?:了|就|再|的时候)|生日",
            _vague,
        ),
        (r"^(?:现在|马上|立刻|立即)[吧.!]*$", _today),
        (
            rf"(?:过|等我?|再?给我们?|宽限我?|缓我?|容我)再?{_DURATION}(?:时间|[之以]?[后内])?|{_DURATION_TOO}[之以]?[后内]",
            _after,
        ),
        (rf"(?<![了期过达欠拖第])(?P<count>{_NUMBER})(?P<unit>个?工作日)", _workdays),
        (rf"(?<![了期过达欠拖第])(?P<count>[一二两三四五六七八九]{{2}})(?P<unit>{_UNIT})", _some_days),
        (r"(?P<relative>大前|前|昨|今|明|大?后)[天日早晚]", _relative),
        (r"(?:现在|马上|立刻|立即|这)就?(?:去|给你们?)?(?=[还付交转缴])", _today),
        (rf"(?<!\d)(?P<day>{_DAY})[号日]?[,和或到至~-](?P<day2>{_DAY})\s*{_NTH}", _two_days),
        (rf"(?<!\d)(?P<tens>[二三]?十)?(?P<first>[一二三四五六七八])(?P<second>[二三四五六七八九]){_NTH}", _neighbours),
        (rf"(?<!\d)(?P<day>{_DAY})\s*{_NTH}", _this_day),
        (r"(?<![\d/.])(?P<month>\d{1,2})/(?P<day>\d{1,2})(?![\d/.])", _slashed),
        (
            rf"[发领开]了?工资|发薪|工资(?:[到发]|下来)|[发到拿]奖金|拿到奖金|奖金下来|[一两三\d]个半(?:月|星期|礼拜)|(?:老板|公司)发钱|(?:这个?|本|下{{1,2}}个?)(?:{_WEEK}|月)|[明后]年"
            rf"|(?<!\d)(?<!个){_MONTH}月(?!\d)|(?<!月)初[一二三四五六七八九十](?!中)",
            _vague,
        ),
    )
)
# What means a day only in a sentence that names no other.
ALONE: tuple[Rule, ...] = tuple(
    (re.compile(shape, re.ASCII), resolve)
    for shape, resolve in (
        (rf"(?:^|(?<=[,.我就那]))(?:今儿)?(?:晚上|晚点|待会|等会儿?|一会儿?){_PAY_VERB}|下班(?:之|以)?前|今天", _today),
        (r"^以后(?:再说|再还|吧)?[.!]*$|^晚点再还|下次", _vague),
    )
)
