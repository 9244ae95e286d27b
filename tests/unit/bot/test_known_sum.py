"""The sum that is due, in the words in which people say a sum that both sides know."""

from __future__ import annotations

from decimal import Decimal

import pytest

from bot.amounts import Amount, parse_amount

BALANCE = Decimal(90_000)


@pytest.mark.parametrize(
    ("said", "due"),
    [
        ("the whole four hundred twelve seventy-five", "412.75"),
        ("four twelve seventy five this Friday", "412.75"),
        ("i could do the four ten", "410"),
        ("twelve forty, as you say", "1240"),
        ("all twelve hundred and forty", "1240"),
        ("one thousand two hundred and forty", "1240"),
        ("nine oh five it is", "905"),
    ],
)
def test_the_sum_that_is_due_is_known_by_its_everyday_words(said: str, due: str) -> None:
    assert parse_amount(said, "en", Decimal(due), BALANCE, heard=False) == Amount(Decimal(due))


@pytest.mark.parametrize(
    ("said", "due"), [("call me at four ten", "410"), ("twelve forty", "300"), ("four ten thousand", "410")]
)
def test_such_words_are_no_other_sum_and_no_hour(said: str, due: str) -> None:
    assert parse_amount(said, "en", Decimal(due), BALANCE, heard=False) != Amount(Decimal(due))


def test_not_a_cent_less_is_neither_81_nor_the_first_of_august() -> None:
    said = "到了我就还你们,两千八百八一分不少"
    assert parse_amount(said, "zh", Decimal(2880), BALANCE, heard=False) == Amount(Decimal(2880))
