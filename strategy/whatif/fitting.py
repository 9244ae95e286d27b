"""What does not fit into a working day, and what one more hour would bring. Pure; numpy only.

Under a strategy every tier has one agent, so people's hours and the bot's contacts are two queues that do not compete.
Within each, the contacts that bring most for the time they take go first. The price of an hour is what the best contact
left out would bring for it. ``strategy/capacity`` decides what is done about each account on one day; for one queue
both find the same price.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from strategy.settings import StrategySettings
from strategy.treatments import AGENTS
from strategy.whatif.book import BookArrays
from strategy.whatif.recovery import PERIOD_DAYS, Terms

Floats = NDArray[np.float64]

WORKING_DAYS = PERIOD_DAYS * 5 / 7
"""Of the period: contacts are planned on Monday to Friday."""
SMALLEST = 1e-6
"""Contacts worth less than this share of the best one are not told apart."""


@dataclass(frozen=True)
class Queue:
    """One agent's working day under one strategy."""

    contacts: float
    """Planned for an average working day."""
    hours: float
    room: float | None
    """What there is: hours of people, contacts of the bot; None is not limited."""
    left_out: float
    """Contacts that do not fit."""
    price: float
    """What one more hour of people, or one more contact by the bot, would bring, in the book's currency."""
    value_left_out: float
    """What the contacts left out would have brought, less their cost."""


def queues(book: BookArrays, tiers: NDArray[np.int8], settings: StrategySettings, terms: Terms) -> dict[str, Queue]:
    """By agent.

    An account without a score, or whose contact costs more than it brings, is worth nothing here and comes last; by
    the strategy it is contacted all the same where there is room.
    """
    capacity = settings.capacity
    rooms = {"human": capacity.people_hours_per_day, "bot": capacity.bot_contacts_per_day}
    daily = terms.mix * terms.contacts / WORKING_DAYS
    found = {}
    for agent in AGENTS:
        minutes = settings.assumptions.minutes_per_contact[agent]
        of_agent = np.array([each == agent for each in terms.agents])
        rate = (daily * of_agent).sum(axis=1)[tiers]
        contacts = float(rate.sum())
        room = rooms[agent]
        hours = contacts * minutes / 60
        fits = np.inf if room is None else room * 60 / minutes if agent == "human" else room
        price, left_out, lost = 0.0, 0.0, 0.0
        if contacts > fits:
            price, lost = _margin(_value_of_contact(book, tiers, terms, agent), rate, fits)
            left_out = contacts - fits
        per_unit = 60 / minutes if agent == "human" else 1.0
        found[agent] = Queue(contacts, hours, room, left_out, price * per_unit, lost)
    return found


def _value_of_contact(book: BookArrays, tiers: NDArray[np.int8], terms: Terms, agent: str) -> Floats:
    """What one contact by `agent` brings to each account, less its cost; at least 0.

    By the tier's own treatment where that agent gives it, else by the one that people give in `people`.
    """
    last = len(terms.mix) - 1
    kinds = [tier if terms.agents[tier] == agent else last for tier in range(len(terms.mix))]
    contacts = [(float(terms.uplift[kind]), float(terms.spend[kind] / terms.contacts[kind])) for kind in kinds]
    value = np.zeros(0)
    for uplift, cost in dict.fromkeys(contacts):
        brought = np.maximum(book.brought(uplift) - cost, 0.0)
        here = np.array([contact == (uplift, cost) for contact in contacts])
        value = np.where(here[tiers], brought, value) if len(value) else brought
    return value


def _margin(value: Floats, rate: Floats, fits: float) -> tuple[float, float]:
    """Value of the best contact left out, and of all that are left out, when `fits` contacts go in by value."""
    top = float(value.max())
    if top == 0:
        return 0.0, 0.0
    steps = _step(value) - _step(np.array([top * SMALLEST]))
    steps = np.maximum(steps, 0)
    bins = int(steps.max()) + 1
    weights = np.bincount(steps, weights=rate, minlength=bins)
    sums = np.bincount(steps, weights=rate * value, minlength=bins)
    from_top = np.cumsum(weights[::-1])
    margin = bins - 1 - int(np.searchsorted(from_top, fits, side="right"))
    price = float(sums[margin] / weights[margin]) if weights[margin] else 0.0
    above = float(from_top[bins - 2 - margin]) if margin < bins - 1 else 0.0
    lost = float(sums[:margin].sum()) + max(float(weights[margin]) - (fits - above), 0.0) * price
    return price, lost


def _step(value: Floats) -> NDArray[np.int64]:
    """Steps of equal ratio, 512 to each doubling: values range over orders of magnitude, and a price is wanted to a
    fraction of a percent. The bits of a positive number, read as a whole one, are in the order of its logarithm."""
    return np.ascontiguousarray(value).view(np.int64) >> np.int64(43)
