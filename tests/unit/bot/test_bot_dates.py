"""The day in what people type or a recogniser hears, in both languages, said on Wednesday 18 November 2026."""

import re
from datetime import date

import pytest

from bot.dates import Ambiguous, Day, Gone, bare_day, named_payday, parse_date

WEDNESDAY = date(2026, 11, 18)
VAGUE = ("?",)

# What is said, and the days it may mean: year-month-day, or month-day of 2026; "gone" if it is over.
CHINESE: list[tuple[str, tuple[str, ...]]] = [
    ("今天就还", ("11-18",)),
    ("今晚转给你", ("11-18",)),
    ("现在就付", ("11-18",)),
    ("明天", ("11-19",)),
    ("后天下午", ("11-20",)),
    ("大后天", ("11-21",)),
    ("我后面会还的", ()),
    ("这周五", ("11-20",)),
    ("周五", ("11-20",)),
    ("下周五", ("11-27",)),
    ("下週五之前", ("11-27",)),
    ("下个星期二", ("11-24",)),
    ("礼拜天", ("11-22",)),
    ("下下周一", ("11-30",)),
    ("下周日", ("11-22", "11-29")),
    ("周三", ("11-18", "11-25")),
    ("周末", ("11-21", "11-22")),
    ("下周末", ("11-28", "11-29")),
    ("月底", ("11-30",)),
    ("这个月底前", ("11-30",)),
    ("下个月底", ("12-31",)),
    ("月初", VAGUE),
    ("下月初", VAGUE),
    ("月中", VAGUE),
    ("年底", ("12-31",)),
    ("11月底", ("11-30",)),
    ("明年2月底", ("2027-02-28",)),
    ("12月中旬", VAGUE),
    ("15号", ("12-15",)),
    ("二十五号左右", ("11-25",)),
    ("20日", ("11-20",)),
    ("18号", ("11-18",)),
    ("三十一号", ("11-30", "12-31")),
    ("这个月25号", ("11-25",)),
    ("下个月10号", ("12-10",)),
    ("下月十五", ("12-15",)),
    ("12月3日", ("12-03",)),
    ("十二月三号", ("12-03",)),
    ("1月5号", ("2027-01-05",)),
    ("明年1月5日", ("2027-01-05",)),
    ("2026年11月27日", ("11-27",)),
    ("11月27日星期五", ("11-27",)),
    ("11月27日周四", ("11-19", "11-27")),
    ("11/27", ("11-27",)),
    ("2026-12-01", ("12-01",)),
    ("三天后", ("11-21",)),
    ("过三天", ("11-21",)),
    ("再过十天吧", ("11-28",)),
    ("三天之内", ("11-21",)),
    ("两天后", ("11-20",)),
    ("一个星期后", ("11-25",)),
    ("两周后", ("12-02",)),
    ("半个月后", ("12-03",)),
    ("一个月以后", ("12-18",)),
    ("300块，25号", ("11-25",)),
    ("今天不行，明天可以", ("11-19",)),
    ("不是周五，是周六", ("11-21",)),
    ("周五，不对，周六", ("11-21",)),
    ("周五还是周六", ("11-20", "11-21")),
    ("明天或者后天", ("11-19", "11-20")),
    ("我昨天病了，周五还", ("11-20",)),
    ("昨天", ("gone 11-17",)),
    ("上周五", ("gone 11-13",)),
    ("11月3号", ("gone 11-03",)),
    ("friday还", ("11-20",)),
    ("马上", ("11-18",)),
    ("明后天", ("11-19", "11-20")),
    ("两三天后", ("11-20", "11-21")),
    ("星期六、日都行", ("11-21", "11-22")),
    ("我25号发工资，26号还2000", ("11-26",)),
    ("发工资那天", VAGUE),
    ("三个工作日内", ("11-23",)),
    ("过两天", VAGUE),
    ("过几天再说", VAGUE),
    ("下个月", VAGUE),
    ("下周一定还", VAGUE),
    ("春节以后", VAGUE),
    ("2月30号", VAGUE),
    ("尾号1234", ()),
    ("我坐15号线", ()),
    ("每周五", ()),
    ("还300", ()),
    ("好的", ()),
]
ENGLISH: list[tuple[str, tuple[str, ...]]] = [
    ("today", ("11-18",)),
    ("I'll pay it now", ("11-18",)),
    ("tomorrow morning", ("11-19",)),
    ("the day after tomorrow", ("11-20",)),
    ("Friday", ("11-20",)),
    ("by Monday", ("11-23",)),
    ("this Friday", ("11-20",)),
    ("next Friday", ("11-20", "11-27")),
    ("next Tuesday", ("11-24",)),
    ("next Wednesday", ("11-25",)),
    ("Wednesday", ("11-18", "11-25")),
    ("Friday next week", ("11-27",)),
    ("next week on Friday", ("11-27",)),
    ("on sat", ("11-21",)),
    ("I sat down", ()),
    ("the weekend", ("11-21", "11-22")),
    ("end of the week", ("11-20", "11-22")),
    ("end of the month", ("11-30",)),
    ("month end", ("11-30",)),
    ("the end of next month", ("12-31",)),
    ("the end of December", ("12-31",)),
    ("beginning of next month", VAGUE),
    ("mid December", VAGUE),
    ("end of the year", ("12-31",)),
    ("the fifteenth", ("12-15",)),
    ("by the 25th", ("11-25",)),
    ("on the twenty-fifth", ("11-25",)),
    ("the 20", ("11-20",)),
    ("on the 31st", ("11-30", "12-31")),
    ("the 10th of next month", ("12-10",)),
    ("next month on the 10th", ("12-10",)),
    ("the first of next month", ("12-01",)),
    ("Nov 27", ("11-27",)),
    ("November 27th, 2026", ("11-27",)),
    ("27 November", ("11-27",)),
    ("the 3rd of December please", ("12-03",)),
    ("by November twenty seventh", ("11-27",)),
    ("Friday 27 November 2026", ("11-27",)),
    ("Friday the 4th of December", ("12-04",)),
    ("Monday the 23rd", ("11-23",)),
    ("Monday the 24th", ("11-23", "11-24")),
    ("jan 5", ("2027-01-05",)),
    ("27/11", ("11-27",)),
    ("3/4", ("2027-03-04", "2027-04-03")),
    ("5/5", ("2027-05-05",)),
    ("11/27/2026", ("11-27",)),
    ("2026-12-01", ("12-01",)),
    ("in three days", ("11-21",)),
    ("within 10 days", ("11-28",)),
    ("in a week", ("11-25",)),
    ("two weeks from now", ("12-02",)),
    ("a week from Friday", ("11-27",)),
    ("in a fortnight", ("12-02",)),
    ("in a month", ("12-18",)),
    ("300 on the 25th", ("11-25",)),
    ("not today, tomorrow", ("11-19",)),
    ("I can't pay today but Friday works", ("11-20",)),
    ("Friday, no, Saturday", ("11-21",)),
    ("not before Friday", ("11-20",)),
    ("Friday or Saturday", ("11-20", "11-21")),
    ("I lost my job last week, I can pay on Friday", ("11-20",)),
    ("may I pay on the 5th", ("12-05",)),
    ("yesterday", ("gone 11-17",)),
    ("last Friday", ("gone 11-13",)),
    ("three days ago", ("gone 11-15",)),
    ("Nov 3", ("gone 11-03",)),
    ("right now", ("11-18",)),
    ("the last day of the month", ("11-30",)),
    ("the first of the month", ("12-01",)),
    ("Saturday the 28th", ("11-28",)),
    ("I get paid on the 25th, so the 26th", ("11-26",)),
    ("I get paid on the 25th", ("11-25",)),
    ("payday", VAGUE),
    ("in 3 business days", ("11-23",)),
    ("early December", VAGUE),
    ("when I get paid", VAGUE),
    ("next month", VAGUE),
    ("in a couple of days", VAGUE),
    ("in December", VAGUE),
    ("Feb 30", VAGUE),
    ("not today", ()),
    ("every Friday", ()),
    ("the first payment", ()),
    ("a fifth of it", ()),
    ("$300", ()),
    ("15", ()),
]


@pytest.mark.parametrize(("text", "days"), CHINESE)
def test_days_in_chinese(text: str, days: tuple[str, ...]) -> None:
    assert read(text, "zh") == expected(days)


@pytest.mark.parametrize(("text", "days"), ENGLISH)
def test_days_in_english(text: str, days: tuple[str, ...]) -> None:
    assert read(text, "en") == expected(days)


def read(text: str, lang: str, today: date = WEDNESDAY) -> set[str]:
    day = parse_date(text, lang, today)
    if isinstance(day, Ambiguous):
        assert len(day.options) != 1
        return {option.isoformat() for option in day.options} or set(VAGUE)
    if isinstance(day, Gone):
        assert day.value < today
        return {f"gone {day.value.isoformat()}"}
    return {day.value.isoformat()} if isinstance(day, Day) else set()


def expected(days: tuple[str, ...]) -> set[str]:
    return {re.sub(r"^(gone )?(\d\d-\d\d)$", r"\g<1>2026-\2", day) for day in days}


@pytest.mark.parametrize(
    ("text", "lang", "today", "days"),
    [
        # On the day itself, the plain name may mean today or a week on.
        ("Friday", "en", date(2026, 11, 20), {"2026-11-20", "2026-11-27"}),
        ("this Friday", "en", date(2026, 11, 20), {"2026-11-20"}),
        ("next Friday", "en", date(2026, 11, 20), {"2026-11-27"}),
        # At the weekend, the coming Friday is next week's for everybody.
        ("next Friday", "en", date(2026, 11, 21), {"2026-11-27"}),
        # On a Sunday, people whose week starts on Sunday are a week ahead.
        ("下周五", "zh", date(2026, 11, 22), {"2026-11-27", "2026-12-04"}),
        ("这周五", "zh", date(2026, 11, 22), {"2026-11-27"}),
        ("这周五", "zh", date(2026, 11, 21), {"gone 2026-11-20"}),
        # The end of a month and of a year.
        ("月底", "zh", date(2026, 11, 30), {"2026-11-30"}),
        ("in a month", "en", date(2027, 1, 31), {"2027-02-28"}),
        ("下个月5号", "zh", date(2026, 12, 20), {"2027-01-05"}),
        ("12月28日", "zh", date(2027, 1, 3), {"gone 2026-12-28"}),
        ("29 February", "en", date(2027, 12, 1), {"2028-02-29"}),
        ("29 February", "en", date(2026, 5, 1), {"?"}),
    ],
)
def test_the_same_words_mean_other_days_on_other_days(text: str, lang: str, today: date, days: set[str]) -> None:
    assert read(text, lang, today) == days


@pytest.mark.parametrize(
    ("text", "lang", "day"),
    [
        ("25", "en", Day(date(2026, 11, 25))),
        ("on 25.", "en", Day(date(2026, 11, 25))),
        ("就二十五吧", "zh", Day(date(2026, 11, 25))),
        ("31", "zh", Ambiguous((date(2026, 11, 30), date(2026, 12, 31)))),
        ("300", "en", None),
        ("25 dollars", "en", None),
        ("好", "zh", None),
    ],
)
def test_a_figure_alone_can_answer_which_day(text: str, lang: str, day: Day | Ambiguous | None) -> None:
    assert bare_day(text, lang, WEDNESDAY) == day


@pytest.mark.parametrize(
    ("text", "lang", "payday"),
    [
        ("I get paid on the 25th", "en", 25),
        ("my salary comes in on the 28th, so the 29th", "en", 28),
        ("我25号发工资，26号还", "zh", 25),
        ("工资十号到", "zh", 10),
        ("I get paid on Friday", "en", None),
        ("the 25th", "en", None),
        ("25号还", "zh", None),
    ],
)
def test_the_payday_that_somebody_names_is_told_from_the_day_to_pay(text: str, lang: str, payday: int | None) -> None:
    assert named_payday(text, lang, WEDNESDAY) == payday


def test_a_known_payday_is_the_day_that_payday_means() -> None:
    assert parse_date("发工资那天", "zh", WEDNESDAY, payday=25) == Day(date(2026, 11, 25))
    assert parse_date("when I get paid", "en", WEDNESDAY, payday=15) == Day(date(2026, 12, 15))
    assert parse_date("on payday, no, on Friday", "en", WEDNESDAY, payday=25) == Day(date(2026, 11, 20))
