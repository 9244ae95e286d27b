"""A treatment: how one tier's accounts are contacted, and how far an offer may go. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from strategy.pacing import CHANNELS as CHANNELS
from strategy.pacing import Hours

AGENTS = ("bot", "human")
TONES = ("gentle", "plain", "firm")
"""How a reminder is worded, from the softest on. All of them are kind, and none holds a threat."""
OFFERS = ("full", "part", "later", "plan", "callback")
"""Pay what is due; pay a part of it; pay on a later day; pay it in parts; be called back by a person."""
OFFERS_BEFORE_PLANS = ("full", "part", "later", "callback")
"""How a version that names no offers is read: it was written before there were plans."""


@dataclass(frozen=True, slots=True)
class Treatment:
    """What happens to the accounts of one tier. It can only be stricter than the contact policy, never looser."""

    name: str
    agent: str
    """Who speaks: one of :data:`AGENTS`."""
    channels: tuple[str, ...]
    """In the order in which they are tried; one or more of :data:`CHANNELS`."""
    cadence_days: int
    """Least days between two planned contacts, 1..90."""
    promise_days: int
    """How far ahead a promised date may lie, 1..60 days."""
    part_floor: Decimal
    """Smallest part, as a share of the amount due, above 0 and up to 1; 1 means that no parts are taken."""
    plan_parts: int = 3
    """Most parts of a plan, 2..12, where ``plan`` is offered; each is at least the smallest part."""
    plan_days: int = 60
    """How far ahead the last part of a plan may lie, 7..365 days."""
    tone: str = "plain"
    """One of :data:`TONES`."""
    offers: tuple[str, ...] = OFFERS
    """What the bot may agree to, in the order in which it is put forward; ``full`` always among :data:`OFFERS`."""
    hours: Hours | None = None
    """Local hours in which the bot contacts; None for all business hours."""


DEFAULT_TREATMENTS: Mapping[str, Treatment] = {
    "self_cure": Treatment(
        name="light_reminder",
        agent="bot",
        channels=("chat",),
        cadence_days=7,
        promise_days=14,
        part_floor=Decimal("1"),
        tone="gentle",
        offers=("full", "later", "callback"),
    ),
    "remind": Treatment(
        name="reminder_with_parts",
        agent="bot",
        channels=("chat", "voice"),
        cadence_days=5,
        promise_days=21,
        part_floor=Decimal("0.25"),
    ),
    "persuade": Treatment(
        name="clear_reminder",
        agent="bot",
        channels=("voice", "chat"),
        cadence_days=4,
        promise_days=14,
        part_floor=Decimal("0.4"),
        tone="firm",
        plan_parts=2,
        plan_days=35,
        offers=("full", "later", "part", "plan", "callback"),
    ),
    "assist": Treatment(
        name="personal_help",
        agent="human",
        channels=("voice", "chat"),
        cadence_days=7,
        promise_days=30,
        part_floor=Decimal("0.1"),
        plan_parts=6,
        plan_days=190,
        tone="gentle",
    ),
    "people": Treatment(
        name="personal_review",
        agent="human",
        channels=("voice",),
        cadence_days=7,
        promise_days=30,
        part_floor=Decimal("0.1"),
        plan_parts=6,
        plan_days=190,
        tone="gentle",
    ),
}
"""By tier. The offers are modest on purpose: a manager widens them, and sees the effect first."""
