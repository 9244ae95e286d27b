"""The heartbeats: a few recurring jobs. What is due lives in our tables, so a beat only says 'look now'."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from apscheduler.schedulers.base import BaseScheduler
from apscheduler.triggers.interval import IntervalTrigger

Beat = Callable[[], object]


@dataclass(frozen=True, slots=True)
class Heartbeat:
    """`beat` runs when the schedule starts and `every` so often after that."""

    name: str
    every: timedelta
    beat: Beat


def heartbeats(
    *,
    score: Beat,
    plan: Beat,
    dispatch: Beat,
    promises: Beat,
    service_levels: Beat,
    audit_check: Beat,
    audit_anchor: Beat,
) -> tuple[Heartbeat, ...]:
    """The house's own rhythm.

    On the virtual clock beats due together run in this order, so a plan is there before it is dispatched; in a real
    process each runs in a thread of its own, and what is planned a moment too late is dispatched a minute later.
    """
    return (
        Heartbeat("score", timedelta(days=1), score),
        Heartbeat("promises", timedelta(hours=1), promises),
        Heartbeat("plan", timedelta(hours=1), plan),
        Heartbeat("dispatch", timedelta(minutes=1), dispatch),
        Heartbeat("service_levels", timedelta(minutes=5), service_levels),
        Heartbeat("audit_anchor", timedelta(hours=1), audit_anchor),
        Heartbeat("audit_check", timedelta(days=1), audit_check),
    )


def schedule(scheduler: BaseScheduler, beats: Sequence[Heartbeat], start: datetime) -> None:
    """Add every beat to `scheduler`, first due at `start` (aware).

    * A late beat runs however late it is (no misfire limit): it looks at our tables, and what is due there is due. What
      must not be made up for is known by its own time: a slot missed by half a day is dropped by the dispatcher.
    * Beats missed in a row run once (coalesced), for the second would find nothing left to do.
    * A beat never overlaps itself: two at a time would only wait for each other's transactions. The one that is skipped
      is not lost either, since the next one looks at the same tables.
    * A beat that breaks is logged and comes again at its time; the others never notice.
    """
    for order, heartbeat in enumerate(beats, start=1):
        scheduler.add_job(
            heartbeat.beat,
            IntervalTrigger(seconds=int(heartbeat.every.total_seconds()), start_date=start, timezone=UTC),
            id=f"{order}-{heartbeat.name}",
            name=heartbeat.name,
            next_run_time=start,
            misfire_grace_time=None,
            coalesce=True,
            max_instances=1,
        )
