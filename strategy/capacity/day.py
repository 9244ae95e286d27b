"""One day of the whole book: whom people take first, and what is worth doing for the rest. Pure; numpy only.

1. Accounts of ``people`` (a hard rule, or no score) are served by people, whatever they are worth and even where that
   takes more hours than there are: the day then says how many are missing. Accounts that chance gave to a person
   (arm ``human_first``) are served next, so that value has no say in who is measured.
2. What is left of the hours, and the bot's contacts, go where they are worth most (``assignment.py``).
3. The hold-out, and accounts contacted too recently, are left alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import inf

import numpy as np
from numpy.typing import NDArray

from strategy.arms import ARMS
from strategy.capacity.assignment import BY_PEOPLE, NOTHING, Assigned, Limits, best_actions
from strategy.capacity.value import Uplift, assumed, values
from strategy.settings import ACTIONS, TIERS, StrategySettings

Floats = NDArray[np.float64]

_PEOPLE = TIERS.index("people")


@dataclass(frozen=True)
class DayBook:
    """The accounts as columns, one entry per account, all of the same length."""

    willingness: Floats
    """P(pay | nothing is done), 0..1; NaN where there is no score."""
    if_paid: Floats
    """What the account pays in a cycle if it pays; see ``value.if_paid``. One currency for all."""
    tiers: NDArray[np.int8]
    """Position in ``settings.TIERS``."""
    given: NDArray[np.int8]
    """Position in ``settings.TIERS`` of the tier whose treatment the account is given; see ``placing.Placements``."""
    arms: NDArray[np.int8]
    """Position in ``arms.ARMS``."""
    resting: NDArray[np.bool_]
    """Contacted too recently, a promise is open, or somebody has the account already: nothing is to be done today."""

    def __len__(self) -> int:
        return len(self.willingness)


@dataclass(frozen=True)
class Day:
    """What is done about each account today, and what the limits cost."""

    actions: NDArray[np.int8]
    """Position in ``settings.ACTIONS``, one per account."""
    worth: Floats
    """Value of that action in the book's currency; 0 for nothing, NaN where there is no score to tell."""
    served_first: int
    """Accounts that people take whatever they are worth."""
    people_hours: float
    """Used, those served first included."""
    hours_missing: float
    """What the accounts served first need beyond the hours there are."""
    bot_contacts: int
    value: float
    """Of what was chosen by value."""
    bound: float
    """What that could be worth at most."""
    price_of_hour: float
    """What one more hour of people's time would be worth."""
    price_of_contact: float
    """What one more contact by the bot would be worth."""

    @property
    def by_action(self) -> dict[str, int]:
        """Accounts by action."""
        counts = np.bincount(self.actions, minlength=len(ACTIONS))
        return {action: int(count) for action, count in zip(ACTIONS, counts, strict=True)}


def plan_day(book: DayBook, settings: StrategySettings, uplift: Mapping[str, Uplift] | None = None) -> Day:
    """The best day under the settings' capacity. `uplift` is what a contact does; the assumptions where it is None."""
    minutes = minutes_by_action(settings)
    worth = values(book.willingness, book.if_paid, uplift or assumed(settings.assumptions), settings.assumptions)
    first = _served_first(book)
    actions = np.full(len(book), NOTHING, dtype=np.int8)
    actions[first] = _first_contact(settings)[book.given[first]]
    minutes_first = float(minutes[actions[first]].sum())

    hours, contacts = settings.capacity.people_hours_per_day, settings.capacity.bot_contacts_per_day
    minutes_there_are = inf if hours is None else hours * 60
    rest = np.flatnonzero(~first)
    chosen = _by_value(
        book,
        worth,
        rest,
        settings,
        minutes,
        Limits(max(0.0, minutes_there_are - minutes_first), inf if contacts is None else float(int(contacts))),
    )
    actions[rest] = chosen.actions
    done = worth[np.arange(len(book)), actions]
    return Day(
        actions=actions,
        worth=np.where(np.isfinite(done), done, np.nan),
        served_first=int(first.sum()),
        people_hours=(minutes_first + chosen.minutes) / 60,
        hours_missing=max(0.0, minutes_first - minutes_there_are) / 60,
        bot_contacts=chosen.contacts,
        value=chosen.value,
        bound=chosen.bound,
        price_of_hour=chosen.price_of_minute * 60,
        price_of_contact=chosen.price_of_contact,
    )


def minutes_by_action(settings: StrategySettings) -> Floats:
    """People's minutes for each of ``ACTIONS``; the bot takes none."""
    minutes = np.zeros(len(ACTIONS))
    minutes[list(BY_PEOPLE)] = settings.assumptions.minutes_per_contact["human"]
    return minutes


def allowed_actions(settings: StrategySettings) -> NDArray[np.bool_]:
    """(``TIERS``, ``ACTIONS``): what may be done about an account that is given a tier's treatment.

    The channels of the treatment, by its own agent or by a person: never by the bot where the treatment names people.
    """
    allowed = np.zeros((len(TIERS), len(ACTIONS)), dtype=np.bool_)
    for row, tier in enumerate(TIERS):
        treatment = settings.treatments[tier]
        names = {f"{agent}_{channel}" for agent in (treatment.agent, "human") for channel in treatment.channels}
        allowed[row] = [action == "nothing" or action in names for action in ACTIONS]
    return allowed


def _served_first(book: DayBook) -> NDArray[np.bool_]:
    by_chance = book.arms == ARMS.index("human_first")
    first: NDArray[np.bool_] = ((book.tiers == _PEOPLE) | by_chance) & ~book.resting
    return first


def _first_contact(settings: StrategySettings) -> NDArray[np.int8]:
    """By tier: the contact by a person on the first channel of its treatment."""
    return np.array([ACTIONS.index(f"human_{settings.treatments[tier].channels[0]}") for tier in TIERS], dtype=np.int8)


def _by_value(
    book: DayBook,
    worth: Floats,
    rest: NDArray[np.int64],
    settings: StrategySettings,
    minutes: Floats,
    limits: Limits,
) -> Assigned:
    may = allowed_actions(settings)[book.given[rest]]
    alone = (book.arms[rest] == ARMS.index("hold_out")) | book.resting[rest]
    may[alone] = [action == "nothing" for action in ACTIONS]
    return best_actions(np.where(may, worth[rest], -np.inf), minutes, limits)
