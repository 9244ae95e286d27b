"""Whether a contact that is due may begin now: switches, lines, contacts a minute, hours of the treatment. Pure.

This is no permission. It only ever leaves a contact for later; what it lets through, the gate judges.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final, Protocol

from strategy.pacing import Hours, Pacing
from strategy.plan import known_zones
from strategy.settings import TIERS
from strategy.treatments import CHANNELS

MINUTE: Final = timedelta(seconds=60)
TOO_OLD: Final = timedelta(hours=12)
"""A slot missed by more than this belongs to another day; the account is planned anew."""
ALL: Final = "all"
RUNNING: Final = "running"
PAUSED: Final = "paused"
DRAINING: Final = "draining"
STATES: Final = (RUNNING, PAUSED, DRAINING)

LINES_BUSY: Final = "lines_busy"
MINUTE_FULL: Final = "minute_full"
OUTSIDE_HOURS: Final = "outside_hours"
NOT_REACHABLE: Final = "not_reachable"
WHYS: Final = (PAUSED, DRAINING, LINES_BUSY, MINUTE_FULL, OUTSIDE_HOURS, NOT_REACHABLE)
"""Why a contact is left for later."""


@dataclass(frozen=True, slots=True)
class Due:
    """A planned contact whose slot has come."""

    planned_id: str
    account_id: str
    slot: datetime
    channel: str
    agent: str
    treatment: str
    """The tier whose treatment it was planned by; empty where that is not known."""
    zones: tuple[str, ...]
    """All that the debtor may be in."""


@dataclass(slots=True)
class Traffic:
    """What goes out on each channel at `now` (aware); :func:`why_not_now` counts nothing, :meth:`begin` does."""

    now: datetime
    under_way: dict[str, int] = field(default_factory=dict)
    """Contacts reserved or placed, and not yet over."""
    last_minute: dict[str, int] = field(default_factory=dict)
    """Contacts begun after `now` - 60 s, and those reserved that have yet to begin: they may begin at any moment."""

    def begin(self, channel: str) -> None:
        """One more is on its way."""
        self.under_way[channel] = self.under_way.get(channel, 0) + 1
        self.last_minute[channel] = self.last_minute.get(channel, 0) + 1


class Standing(Protocol):
    """How dispatching stands in one transaction: one of :data:`WHYS`, or None where nothing stands in the way."""

    def campaign(self, channel: str, treatment: str) -> str | None:
        """Why no contact of a whole campaign may begin now."""

    def contact(self, due: Due) -> str | None:
        """Why one contact may not begin now. One that may counts as begun from then on."""


def channel_scope(channel: str) -> str:
    return f"channel:{channel}"


def campaign_scope(treatment: str, channel: str) -> str:
    return f"campaign:{treatment}/{channel}"


SCOPES: Final = (
    ALL,
    *(channel_scope(channel) for channel in CHANNELS),
    *(campaign_scope(tier, channel) for tier in TIERS for channel in CHANNELS),
)
"""Everything that can be paused by itself."""


def closed_by(switches: Mapping[str, str], channel: str, treatment: str) -> str | None:
    """The widest scope that keeps a contact from beginning, or None.

    :param switches: state by scope; what has no state runs. A state nobody knows is as good as paused, and a scope
        nobody knows may mean anything, so that it stops everything.
    """
    shut = [scope for scope, state in switches.items() if state != RUNNING]
    if any(scope not in SCOPES or scope == ALL for scope in shut):
        return ALL
    if channel_scope(channel) in shut or channel not in CHANNELS:
        return channel_scope(channel)
    if treatment in TIERS:
        own = campaign_scope(treatment, channel)
        return own if own in shut else None
    # Whose campaign it is cannot be told: it may be the one that is paused.
    return next((scope for scope in shut if scope.endswith(f"/{channel}")), None)


def state_of(switches: Mapping[str, str], scope: str) -> str:
    """'running', 'paused' or 'draining'; anything else that was written counts as paused."""
    state = switches.get(scope, RUNNING)
    return state if state in STATES else PAUSED


def why_not_now(
    due: Due, switches: Mapping[str, str], traffic: Traffic, pacing: Pacing, hours: Hours | None
) -> str | None:
    """One of :data:`WHYS`, or None when the contact may begin."""
    why = why_stopped(switches, due.channel, due.treatment)
    if why is None and hours is not None and not inside(hours, due.zones, traffic.now):
        return OUTSIDE_HOURS
    return why or why_full(traffic, pacing, due.channel)


def why_stopped(switches: Mapping[str, str], channel: str, treatment: str) -> str | None:
    """PAUSED or DRAINING, or None where this campaign runs."""
    scope = closed_by(switches, channel, treatment)
    if scope is None:
        return None
    return DRAINING if state_of(switches, scope) == DRAINING else PAUSED


def why_full(traffic: Traffic, pacing: Pacing, channel: str) -> str | None:
    """LINES_BUSY or MINUTE_FULL, or None where one more may begin on this channel."""
    if not _room(pacing.lines, traffic.under_way, channel):
        return LINES_BUSY
    return None if _room(pacing.per_minute, traffic.last_minute, channel) else MINUTE_FULL


def inside(hours: Hours, zones: tuple[str, ...], now: datetime) -> bool:
    """Whether the treatment's hours hold in every zone the debtor may be in; never where none is known."""
    known = known_zones(zones)
    return bool(known) and all(hours.hold(now.astimezone(zone)) for zone in known)


def _room(limits: Mapping[str, int | None], taken: Mapping[str, int], channel: str) -> bool:
    limit = limits.get(channel)
    return limit is None or taken.get(channel, 0) < limit
