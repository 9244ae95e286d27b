"""An offer is always inside the floors, and the bound that is offered instead is itself a promise that can be taken."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.phrases import say
from bot.promises import Floors, Offer, Refused, make
from ledger.money import Money

TODAY = date(2026, 11, 18)
CENTS = st.integers(-100, 500_000).map(lambda cents: Decimal(cents) / 100)
DAYS = st.integers(-40, 80).map(lambda days: TODAY + timedelta(days=days))


@st.composite
def floors(draw: st.DrawFn) -> Floors:
    """Due is part of the balance; the smallest promise may be more than what is due."""
    smallest, due, more = (draw(st.integers(1, 300_000)) for _ in range(3))
    return Floors(
        smallest=Money(Decimal(smallest) / 100, "TWD"),
        due=Money(Decimal(due) / 100, "TWD"),
        balance=Money(Decimal(due + more) / 100, "TWD"),
        days=draw(st.integers(0, 60)),
    )


@given(CENTS, DAYS, floors())
def test_an_offer_is_inside_the_floors(amount: Decimal, day: date, bounds: Floors) -> None:
    offer = make(Money(amount, "TWD"), day, bounds, TODAY)
    inside = (
        TODAY <= day <= TODAY + timedelta(days=bounds.days)
        and 0 < amount <= bounds.balance.amount
        and (amount >= bounds.smallest.amount or amount >= bounds.due.amount)
    )
    assert isinstance(offer, Offer) == inside
    if isinstance(offer, Offer):
        assert (offer.amount.amount, offer.due_on) == (amount, day)
        assert offer.clears_due == (amount >= bounds.due.amount)


@given(CENTS, DAYS, floors())
def test_what_is_offered_instead_can_be_taken_and_can_be_said(amount: Decimal, day: date, bounds: Floors) -> None:
    money = Money(amount, "TWD")
    answer = make(money, day, bounds, TODAY)
    for _ in range(2):
        if isinstance(answer, Refused):
            assert say(answer.template, "en", bound=answer.bound).text
            assert say(answer.template, "zh", bound=answer.bound).text
            if isinstance(answer.bound, Money):
                money = answer.bound
            else:
                day = answer.bound
            answer = make(money, day, bounds, TODAY)
    assert isinstance(answer, Offer)


@given(floors())
def test_all_that_is_due_can_always_be_promised_for_today(bounds: Floors) -> None:
    assert make(bounds.due, TODAY, bounds, TODAY) == Offer(bounds.due, TODAY, clears_due=True)


@given(floors())
def test_another_currency_is_a_fault(bounds: Floors) -> None:
    with pytest.raises(ValueError, match="currency"):
        make(Money(Decimal(1), "USD"), TODAY, bounds, TODAY)
