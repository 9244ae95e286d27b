"""One action for each account, so that the sum of values is greatest within people's hours and the bot's contacts.

Pure; numpy only. The two limits get shadow prices (Lagrange multipliers): what one more minute, or one more contact,
would be worth. Given the price of a minute, the best price of a contact follows from one partial sort; the price of a
minute is then searched along a line, on which the dual function is convex. A repair step spends what is left over. The
dual value is a bound that no assignment can pass, and stands beside the value reached.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from strategy.capacity.exact import solve_exactly
from strategy.settings import ACTIONS

Floats = NDArray[np.float64]
Actions = NDArray[np.int8]

NOTHING = ACTIONS.index("nothing")
BY_BOT = tuple(index for index, action in enumerate(ACTIONS) if action.startswith("bot_"))
BY_PEOPLE = tuple(index for index, action in enumerate(ACTIONS) if action.startswith("human_"))

SMALL_BOOK = 300
"""Up to so many accounts the integer programme is solved outright: rounding would weigh most there."""
_STEPS = 60
_HAIR = 1e-10
_REPAIRS = 3


@dataclass(frozen=True)
class Limits:
    """What there is for one day; infinite where nothing limits it."""

    people_minutes: float
    bot_contacts: float


@dataclass(frozen=True)
class Assigned:
    """One action for each account."""

    actions: Actions
    """Position in ``settings.ACTIONS``."""
    value: float
    """Sum of the values of what is done."""
    bound: float
    """No assignment is worth more."""
    price_of_minute: float
    """What one more minute of people's time would be worth."""
    price_of_contact: float
    """What one more contact by the bot would be worth."""
    minutes: float
    """Of people's time used."""
    contacts: int
    """Of the bot used."""


def best_actions(values: Floats, minutes: Floats, limits: Limits) -> Assigned:
    """`values` (accounts, ``ACTIONS``), -inf for what is not allowed; ``nothing`` is always allowed and worth 0.

    `minutes` of people's time by action, 0 for what is not done by people.
    """
    search = _Search(values, minutes, limits)
    if len(values) <= SMALL_BOOK:
        chosen = solve_exactly(values, minutes, limits.people_minutes, limits.bot_contacts)
    else:
        chosen = search.repaired(search.at(search.price))
    done = values[np.arange(len(values)), chosen]
    return Assigned(
        actions=chosen,
        value=float(done.sum()),
        bound=search.bound,
        price_of_minute=search.price,
        price_of_contact=search.price_of_contact(search.price),
        minutes=float(minutes[chosen].sum()),
        contacts=int(np.isin(chosen, BY_BOT).sum()),
    )


class _Search:
    """The dual of one day: accounts by their best contact by bot, and by each way in which people may contact them."""

    def __init__(self, values: Floats, minutes: Floats, limits: Limits) -> None:
        self._values, self._minutes, self._limits = values, minutes, limits
        by_bot = values[:, BY_BOT]
        self._bot_action = np.array(BY_BOT, dtype=np.int8)[by_bot.argmax(axis=1)]
        self._bot = by_bot.max(axis=1)
        # Contacts that take the same time compete at every price alike: only the best of them counts.
        self._ways = []
        for each in sorted({float(minutes[index]) for index in BY_PEOPLE}):
            same = np.array([index for index in BY_PEOPLE if minutes[index] == each], dtype=np.int8)
            self._ways.append((each, values[:, same].max(axis=1), same[values[:, same].argmax(axis=1)]))
        self._room = int(min(limits.bot_contacts, len(values)))
        self.price = self._price_of_minute()
        self.bound = self._dual(self.price)

    def _people(self, price: float) -> tuple[Floats, Actions]:
        """For each account the best contact by people at this price of a minute: what is left, and which it is."""
        (minutes, best, action), *others = self._ways
        left = best - price * minutes
        for minutes, best, other in others:
            this = best - price * minutes
            action = np.where(this > left, other, action)
            left = np.maximum(left, this)
        return left, action

    def price_of_contact(self, price: float) -> float:
        """The best price of a contact by the bot at this price of a minute: what the first one left out would bring."""
        people, _ = self._people(price)
        return self._contact_price(self._bot - np.maximum(people, 0))

    def _contact_price(self, surplus: Floats) -> float:
        if self._room >= len(surplus):
            return 0.0
        first_left_out = np.partition(surplus, len(surplus) - 1 - self._room)[len(surplus) - 1 - self._room]
        return max(float(first_left_out), 0.0)

    def at(self, price: float) -> Actions:
        """What is done at this price of a minute: never more contacts by the bot than there are."""
        people, by_people = self._people(price)
        surplus = self._bot - np.maximum(people, 0)
        contact = self._contact_price(surplus)
        by_bot = surplus > contact
        if contact > 0:
            level = np.flatnonzero(surplus == contact)
            by_bot[level[: self._room - int(by_bot.sum())]] = True
        chosen = np.where(people > 0, by_people, np.int8(NOTHING))
        return np.where(by_bot, self._bot_action, chosen).astype(np.int8)

    def _price_of_minute(self) -> float:
        """The lowest price at which people have the time for what is chosen, to within one contact or to a hair.

        False position, which lands close at once, with every second step a bisection, which gets there for certain.
        """
        over = self._used(0.0) - self._limits.people_minutes
        if over <= 0:
            return 0.0
        # A hair above the dearest minute: at that price surely nobody is called.
        low, high = 0.0, max(float(best.max()) / minutes for minutes, best, _ in self._ways) * (1 + _HAIR)
        under = -self._limits.people_minutes
        shortest = self._ways[0][0]
        for step in range(_STEPS):
            share = 0.5 if step % 2 else over / (over - under)
            middle = low + (high - low) * min(max(share, 0.02), 0.98)
            found = self._used(middle) - self._limits.people_minutes
            if found > 0:
                low, over = middle, found
            else:
                high, under = middle, found
                if -found < shortest:
                    break
            if high - low < _HAIR * high:
                break
        return high

    def _used(self, price: float) -> float:
        return float(self._minutes[self.at(price)].sum())

    def _dual(self, price: float) -> float:
        people, _ = self._people(price)
        people = np.maximum(people, 0)
        contact = self._contact_price(self._bot - people)
        total = float(np.maximum(people, self._bot - contact).sum())
        for each, limit in ((price, self._limits.people_minutes), (contact, self._limits.bot_contacts)):
            total += each * limit if each else 0.0
        return total

    def repaired(self, chosen: Actions) -> Actions:
        """Spend what is left over, best at the prices first: a price takes all accounts of one value, or none."""
        prices = self.price * self._minutes
        prices[list(BY_BOT)] += self.price_of_contact(self.price)
        contacts = np.isin(np.arange(len(ACTIONS)), BY_BOT).astype(np.float64)
        _, by_people = self._people(self.price)
        for _ in range(_REPAIRS):
            before = chosen.copy()
            served = np.isin(chosen, BY_PEOPLE)
            self._fill(chosen, ~served, by_people, self._minutes, self._limits.people_minutes, prices)
            self._fill(chosen, chosen == NOTHING, self._bot_action, contacts, self._limits.bot_contacts, prices)
            if np.array_equal(before, chosen):
                break
        return chosen

    def _fill(
        self, chosen: Actions, may_change: NDArray[np.bool_], wanted: Actions, use: Floats, limit: float, prices: Floats
    ) -> None:
        """Give accounts what is `wanted` for each, where it is worth more than what they have, up to the limit on `use`
        (by action)."""
        room = limit - use[chosen].sum()
        rows = np.flatnonzero(may_change)
        now, then = chosen[rows], wanted[rows]
        gain = self._values[rows, then] - self._values[rows, now]
        better = np.flatnonzero(gain > 0)
        order = better[np.argsort((prices[then] - prices[now] - gain)[better], kind="stable")]
        fits = order[np.cumsum(use[then[order]]) <= room]
        chosen[rows[fits]] = then[fits]
