"""Which promise the bot may take: an amount and a day inside the floors that the treatment allows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from ledger.money import Money

Reason = Literal["too_small", "too_large", "in_the_past", "too_far"]


@dataclass(frozen=True, slots=True)
class Floors:
    """The bounds of a promise on one account.

    `smallest` is the least amount that may be promised, `due` what is overdue now, `balance` everything owed; all in
    one currency. `days` is how many days from today the promised day may lie.
    """

    smallest: Money
    due: Money
    balance: Money
    days: int


@dataclass(frozen=True, slots=True)
class Offer:
    """A promise inside the floors. It binds nobody until the debtor has confirmed the read-back.

    `clears_due` is False for a part payment.
    """

    amount: Money
    due_on: date
    clears_due: bool


@dataclass(frozen=True, slots=True)
class Refused:
    """A promise outside the floors, with the nearest amount or day that would be inside.

    The approved sentence for it is `template`; it takes the fact `bound`.
    """

    reason: Reason
    bound: Money | date

    @property
    def template(self) -> str:
        return f"promise_{self.reason}"


def make(amount: Money, due_on: date, floors: Floors, today: date) -> Offer | Refused:
    """Weigh a promised `amount` by the day `due_on`, both as the debtor said them, against `floors`.

    When everything that is due is less than the smallest allowed promise, paying all of it is still a promise.

    :raises ValueError: the amount and the floors are in different currencies.
    """
    if len({amount.currency, floors.smallest.currency, floors.due.currency, floors.balance.currency}) > 1:
        raise ValueError("a promise and its floors must share one currency")
    last_day = today + timedelta(days=floors.days)
    if due_on < today:
        return Refused("in_the_past", today)
    if due_on > last_day:
        return Refused("too_far", last_day)
    if amount.amount > floors.balance.amount:
        return Refused("too_large", floors.balance)
    smallest = min(floors.smallest, floors.due, key=lambda money: money.amount)
    if amount.amount <= 0 or amount.amount < smallest.amount:
        return Refused("too_small", smallest)
    return Offer(amount, due_on, clears_due=amount.amount >= floors.due.amount)
