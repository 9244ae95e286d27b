"""Until when a person takes up what the bot hands over. Pure: the bot tells it, and the desk is held to it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

BUSINESS_DAYS: Final[Mapping[str, int]] = {"P0": 0, "P1": 1, "P2": 3}
"""By priority; one that nobody knows counts as the most urgent."""
ASKED_FOR: Final = frozenset({"ask_for_human_or_are_you_a_bot", "not_understood", "cannot_commit"})
"""Whoever asked for a person, or cannot go on without one, waits one business day at most."""


def taken_up_by(trigger: str, priority: str, now: datetime) -> datetime:
    """When a person must have looked at it, in the zone that `now` came in; weekends are judged there.

    :raises ValueError: `now` carries no zone.
    """
    if now.tzinfo is None:
        raise ValueError("a due time needs a zone")
    days = BUSINESS_DAYS.get(priority, 0)
    if trigger in ASKED_FOR:
        days = min(days, 1)
    due = now
    while days:
        due += timedelta(days=1)
        if due.weekday() < 5:
            days -= 1
    return due
