from decimal import Decimal

import pytest

from bot.numerals import chinese, english


@pytest.mark.parametrize(
    ("said", "value"),
    [
        ("零", "0"),
        ("十", "10"),
        ("十五", "15"),
        ("一百十五", "115"),
        ("一百一", "110"),
        ("两千零三", "2003"),
        ("一万零五百", "10500"),
        ("一百一十万", "1100000"),
        ("一亿零一", "100000001"),
        ("10万5千", "105000"),
        ("2千300", "2300"),
        ("一点五万", "15000"),
        ("三点二五", "3.25"),
        ("二〇二六", "2026"),
        ("叁佰伍拾", "350"),
    ],
)
def test_chinese(said: str, value: str) -> None:
    assert chinese(said) == Decimal(value)


@pytest.mark.parametrize(
    "said", ["", "百", "万", "万一", "三百三百", "十百", "百分", "三五百", "好", "1.2.3", "一二十"]
)
def test_no_chinese_number(said: str) -> None:
    assert chinese(said) is None


@pytest.mark.parametrize(
    ("said", "value"),
    [
        ("zero", "0"),
        ("twenty five", "25"),
        ("a hundred and one", "101"),
        ("three hundred k", "300000"),
        ("twelve hundred fifty", "1250"),
        ("one fifty five", "155"),
        ("one point five million", "1500000"),
        ("half a million", "500000"),
        ("two million three thousand four", "2003004"),
        ("2 thousand 3 hundred", "2300"),
    ],
)
def test_english(said: str, value: str) -> None:
    assert english(said.split()) == Decimal(value)


@pytest.mark.parametrize(
    "said",
    ["", "a", "and", "hundred", "thousand two", "six two", "ten five", "two thousand thousand", "five and", "half"],
)
def test_no_english_number(said: str) -> None:
    assert english(said.split()) is None
