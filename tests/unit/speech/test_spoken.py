"""Golden texts: how a number, an amount, a date, a time or a code is read aloud."""

import pytest

from speech.spoken import spoken

CHINESE = {
    "您逾期45天，应还新台币2300元。": "您逾期四十五天，应还新台币两千三百元。",
    "新台币12345.50元": "新台币一万两千三百四十五元五角",
    "新台币12.05元": "新台币十二元零五分",
    "人民币2300.00元": "人民币两千三百元",
    "人民币200000000元": "人民币两亿元",
    "1010000元": "一百零一万元",
    "10002块": "一万零二块",
    "2元": "两元",
    "0.34元": "三角四分",
    "美元2300元": "两千三百美元",
    "SGD50元": "五十新加坡元",
    "新台币-5元": "负新台币五元",
    "２３００元": "两千三百元",
    "2026年11月27日星期五": "二零二六年十一月二十七日星期五",
    "2025-11-30": "二零二五年十一月三十日",
    "每月10号": "每月十号",
    "2天": "两天",
    "第2期": "第二期",
    "15:05": "十五点零五分",
    "2:00": "两点",
    "12.5%": "百分之十二点五",
    "尾号是1204": "尾号是一二零四",
    "请拨打0800-123-456": "请拨打零八零零，一二三，四五六",
    "13800138000": "一三八零零一三八零零零",
    "详见 https://pay.example/a1 ，共2笔": "详见 https://pay.example/a1 ，共两笔",
    "没有数字。": "没有数字。",
}
ENGLISH = {
    "NT$2,300 has been past due for 45 days.": (
        "two thousand three hundred New Taiwan dollars has been past due for forty-five days."
    ),
    "NT$12,345.67": "twelve thousand three hundred and forty-five New Taiwan dollars and sixty-seven cents",
    "$1": "one dollar",
    "$0.01": "one cent",
    "-$5": "minus five dollars",
    "£2.10": "two pounds and ten pence",
    "¥2,300.50": "two thousand three hundred point five yuan",
    "SGD 50": "fifty Singapore dollars",
    "1,000,001 people": "one million and one people",
    "Friday 27 November 2026": "Friday November twenty-seventh, twenty twenty-six",
    "March 3, 2005": "March third, two thousand and five",
    "2025-11-30": "November thirtieth, twenty twenty-five",
    "the 15th": "the fifteenth",
    "15:05": "three oh five p m",
    "9:30pm": "nine thirty p m",
    "00:15": "twelve fifteen a m",
    "12.5%": "twelve point five percent",
    "ending in 1204": "ending in one two zero four",
    "the last 4 digits": "the last four digits",
    "call 0800-123-456": "call zero eight zero zero, one two three, four five six",
    "+886 2 1234 5678": "plus eight eight six, two, one two three four, five six seven eight",
    "www.example.org/2 has 2 pages": "www.example.org/2 has two pages",
    "no digits here": "no digits here",
}


@pytest.mark.parametrize(("written", "said"), CHINESE.items())
def test_chinese(written: str, said: str) -> None:
    assert spoken(written, "zh") == said


@pytest.mark.parametrize(("written", "said"), ENGLISH.items())
def test_english(written: str, said: str) -> None:
    assert spoken(written, "en") == said
