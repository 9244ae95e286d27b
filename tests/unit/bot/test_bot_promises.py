from datetime import date, timedelta
from decimal import Decimal

import pytest

from bot.promises import Floors, Offer, Refused, make
from ledger.money import Money

TODAY = date(2026, 11, 18)
TOMORROW = TODAY + timedelta(days=1)
LAST = TODAY + timedelta(days=30)


def twd(amount: int) -> Money:
    return Money(Decimal(amount), "TWD")


FLOORS = Floors(smallest=twd(1000), due=twd(4325), balance=twd(12000), days=30)


@pytest.mark.parametrize(
    ("amount", "day", "answer"),
    [
        (4325, TOMORROW, Offer(twd(4325), TOMORROW, clears_due=True)),
        (12000, LAST, Offer(twd(12000), LAST, clears_due=True)),
        (1000, TODAY, Offer(twd(1000), TODAY, clears_due=False)),
        (4324, TOMORROW, Offer(twd(4324), TOMORROW, clears_due=False)),
        (999, TOMORROW, Refused("too_small", twd(1000))),
        (0, TOMORROW, Refused("too_small", twd(1000))),
        (-5, TOMORROW, Refused("too_small", twd(1000))),
        (12001, TOMORROW, Refused("too_large", twd(12000))),
        (4325, TODAY - timedelta(days=1), Refused("in_the_past", TODAY)),
        (4325, LAST + timedelta(days=1), Refused("too_far", LAST)),
        # The day is settled first, so that one thing is asked at a time.
        (999, LAST + timedelta(days=1), Refused("too_far", LAST)),
    ],
)
def test_a_promise_is_weighed_against_the_floors(amount: int, day: date, answer: Offer | Refused) -> None:
    assert make(twd(amount), day, FLOORS, TODAY) == answer


def test_when_little_is_due_all_of_it_is_enough() -> None:
    little = Floors(smallest=twd(1000), due=twd(300), balance=twd(12000), days=30)
    assert make(twd(300), TOMORROW, little, TODAY) == Offer(twd(300), TOMORROW, clears_due=True)
    assert make(twd(299), TOMORROW, little, TODAY) == Refused("too_small", twd(300))


def test_a_refusal_names_its_approved_sentence() -> None:
    assert Refused("too_far", LAST).template == "promise_too_far"
