"""What a telephone makes one sound, in sums and in days."""

from datetime import date
from decimal import Decimal

import pytest

from bot.facts import Alike, wording
from bot.sound_alikes import alike_days, alike_sums
from ledger.money import Money

TODAY = date(2026, 3, 4)


@pytest.mark.parametrize(
    ("lang", "value", "alike"),
    [
        ("en", "15", ["50"]),
        ("en", "50", ["15"]),
        ("en", "13", ["30"]),
        ("en", "250", ["215"]),
        ("en", "1015", ["1050"]),
        ("en", "15000", ["50000"]),
        ("en", "15.50", ["50.50"]),
        ("en", "20", []),
        ("en", "12", []),
        ("en", "2300", []),
        ("zh", "40", ["14"]),
        ("zh", "14", ["40"]),
        ("zh", "4", ["10"]),
        ("zh", "40000", ["100000"]),
        ("zh", "100", ["700"]),
        ("zh", "7200", ["1200"]),
        ("zh", "17", ["11"]),
        ("zh", "11", ["17"]),
        ("zh", "2700", ["2100"]),
        ("zh", "15", []),
        ("zh", "2300", []),
    ],
)
def test_sums(lang: str, value: str, alike: list[str]) -> None:
    found = alike_sums(Decimal(value), lang, least=Decimal(1), most=Decimal(100_000))
    assert found == tuple(map(Decimal, alike))


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_sums_that_sound_alike_do_so_both_ways_and_stay_within_what_can_be_meant(lang: str) -> None:
    for value in map(Decimal, range(1, 3000)):
        for other in alike_sums(value, lang, least=Decimal(100), most=Decimal(5000)):
            assert 100 <= other <= 5000
            assert value in alike_sums(other, lang, least=Decimal(1), most=Decimal(5000))


@pytest.mark.parametrize(
    ("lang", "day", "alike"),
    [
        ("zh", 7, []),  # the first is over
        ("zh", 10, [4]),
        ("zh", 11, [17]),
        ("zh", 27, [21]),
        ("zh", 14, []),
        ("en", 13, [30]),
        ("en", 30, [13]),
        ("en", 15, []),
    ],
)
def test_days(lang: str, day: int, alike: list[int]) -> None:
    assert alike_days(date(2026, 3, day), lang, TODAY) == tuple(date(2026, 3, each) for each in alike)


def test_a_day_that_the_month_does_not_have_is_no_choice() -> None:
    assert alike_days(date(2027, 2, 13), "en", TODAY) == ()


def test_the_choice_is_worded_figure_by_figure() -> None:
    choice = Alike((Money(Decimal(15), "TWD"), Money(Decimal(50), "TWD")))
    assert wording(choice, "en") == "NT$15, one, five, or NT$50, five, zero"
    assert wording(choice, "zh") == "新台币15元，一、五，还是新台币50元，五、零"
