"""What the bot puts forward, and how far it gives way: step by step down to the floor, and never below. Pure.

The dialogue model has no say in it. Everything follows from what the debtor has put forward so far.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import ROUND_CEILING, Decimal
from typing import Any, Final

from bot.promises import Floors, Offer, Refused, make
from ledger.money import Money

SOON_DAYS: Final = 7
"""How far ahead "soon" reaches: what the bot has in mind before it gives way."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """How far this talk may go.

    `presses`: an offer inside the floors that lies below the middle is answered once with the middle, and the debtor
    hears in the same breath that their own offer will do.
    """

    floors: Floors
    presses: bool


@dataclass(frozen=True, slots=True)
class Given:
    """How far the bot has given way already: steps on the amount and on the day."""

    amount_steps: int = 0
    day_steps: int = 0
    own: Decimal | None = None
    """The debtor's own offer that was answered with a higher one."""
    best: Decimal | None = None
    """The highest offer so far of those below the floor."""
    floor_twice: bool = False
    """Whether the floor was named once more to somebody who came up towards it."""

    def as_facts(self) -> dict[str, Any]:
        """JSON values; :func:`given_from` reads them back."""
        own, best = (None if each is None else str(each) for each in (self.own, self.best))
        told = {"amount": self.amount_steps, "day": self.day_steps, "own": own}
        return {**told, "best": best, "floor_twice": self.floor_twice}


def given_from(facts: Mapping[str, Any]) -> Given:
    """What :meth:`Given.as_facts` wrote; nothing given for an empty one."""
    own, best = (None if facts.get(each) is None else Decimal(facts[each]) for each in ("own", "best"))
    steps = int(facts.get("amount", 0)), int(facts.get("day", 0))
    return Given(*steps, own, best, bool(facts.get("floor_twice")))


@dataclass(frozen=True, slots=True)
class Proposal:
    """What the debtor puts forward; either may be open still. `lower`: not that much; `later`: not that soon."""

    amount: Decimal | None = None
    day: date | None = None
    lower: bool = False
    later: bool = False


@dataclass(frozen=True, slots=True)
class Take:
    """Both amount and day are inside the floors: read them back."""

    offer: Offer


@dataclass(frozen=True, slots=True)
class Open:
    """What was put forward will do so far; the other half is still to be asked for."""

    amount: Money | None
    day: date | None


@dataclass(frozen=True, slots=True)
class Counter:
    """Put this forward instead: an amount or a day.

    `last`: it is the floor. `own`: the debtor's own amount, which will do if this will not.
    """

    bound: Money | date
    last: bool
    own: Money | None = None


@dataclass(frozen=True, slots=True)
class Person:
    """The floor has been turned down: somebody who may decide more takes over."""


Answer = Take | Open | Counter | Refused | Person


def amounts(floors: Floors) -> tuple[Money, ...]:
    """What the bot goes down by: all that is due, a round sum halfway, the smallest. Fewer where they are the same."""
    due, smallest = floors.due.amount, min(floors.smallest.amount, floors.due.amount)
    step = next((Decimal(each) for each in (100, 10, 1) if due >= 10 * each), Decimal("0.01"))
    middle = ((due + smallest) / 2 / step).to_integral_value(ROUND_CEILING) * step
    rungs = [due, middle, smallest] if smallest < middle < due else [due, smallest]
    return tuple(Money(each, floors.due.currency) for each in dict.fromkeys(rungs))


def days(floors: Floors, today: date) -> tuple[date, ...]:
    """What the bot goes out to: soon, halfway, the last day that may be promised. Fewer where they are the same."""
    soon = min(SOON_DAYS, floors.days)
    ahead = dict.fromkeys((soon, (soon + floors.days + 1) // 2, floors.days))
    return tuple(today + timedelta(days=each) for each in ahead)


def weigh(said: Proposal, given: Given, bounds: Bounds, today: date) -> tuple[Answer, Given]:
    """The answer to what the debtor puts forward, and how far the bot has given way with it.

    An amount outside the floors is spoken about before a day outside them. What can be noted is never refused, and
    countered once at most.
    """
    floors = bounds.floors
    amount, given = _own_if_declined(said, given)
    if amount is None and said.lower:
        return _next_amount(given, floors)
    if amount is not None:
        weighed = make(Money(amount, floors.due.currency), today, floors, today)
        if isinstance(weighed, Refused):
            return (weighed, given) if weighed.reason != "too_small" else _next_amount(given, floors, amount)
        rungs = amounts(floors)
        if bounds.presses and given.amount_steps == 0 and len(rungs) > 2 and amount < rungs[1].amount:
            own = Money(amount, floors.due.currency)
            return Counter(rungs[1], last=False, own=own), replace(given, own=amount, amount_steps=1)
    return _weigh_day(said, amount, given, floors, today)


def _own_if_declined(said: Proposal, given: Given) -> tuple[Decimal | None, Given]:
    """A no to what the bot pressed for means the debtor's own offer, which was good enough."""
    if said.amount is None and said.lower and given.own is not None:
        return given.own, replace(given, own=None)
    return said.amount, given


def _weigh_day(
    said: Proposal, amount: Decimal | None, given: Given, floors: Floors, today: date
) -> tuple[Answer, Given]:
    money = None if amount is None else Money(amount, floors.due.currency)
    if said.day is None:
        return _next_day(given, floors, today) if said.later else (Open(money, None), given)
    weighed = make(money or floors.due, said.day, floors, today)
    if isinstance(weighed, Refused):
        return (weighed, given) if weighed.reason != "too_far" else _next_day(given, floors, today)
    return (Open(None, said.day) if money is None else Take(weighed)), given


def _next_amount(given: Given, floors: Floors, offered: Decimal | None = None) -> tuple[Answer, Given]:
    """The next sum down; after the last one a person, but who comes up towards it hears it once more."""
    rungs = amounts(floors)
    found = _step(given.amount_steps, len(rungs))
    comes_up = offered is not None and given.best is not None and offered > given.best
    if offered is not None:
        given = replace(given, best=max(offered, given.best or offered))
    if found is None:
        if comes_up and not given.floor_twice:
            return Counter(rungs[-1], last=True), replace(given, floor_twice=True)
        return Person(), given
    return Counter(rungs[found], last=found == len(rungs) - 1), replace(given, amount_steps=given.amount_steps + 1)


def _next_day(given: Given, floors: Floors, today: date) -> tuple[Answer, Given]:
    rungs = days(floors, today)
    found = _step(given.day_steps, len(rungs))
    if found is None:
        return Person(), given
    return Counter(rungs[found], last=found == len(rungs) - 1), replace(given, day_steps=given.day_steps + 1)


def _step(steps: int, rungs: int) -> int | None:
    """The rung after `steps` steps down from the first, None when the last has been said. A single one is said once."""
    following = min(steps + 1, rungs - 1)
    return following if steps < max(rungs - 1, 1) else None
