"""What the dispatcher asks before it takes a contact that is due: read once in the transaction that reserves."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from sqlalchemy import text
from sqlmodel import col, select

from ledger.ledger import WRITERS, UnitOfWork
from ledger.tables import Attempt
from strategy.dispatch.attempts import FRESH_FOR
from strategy.dispatch.pace import MINUTE, Due, Standing, Traffic, why_full, why_not_now, why_stopped
from strategy.dispatch.switches import read_switches, states
from strategy.experiments.running import Experiments
from strategy.pacing import Hours, Pacing
from strategy.settings import StrategySettings
from strategy.treatment_of import treatment_of
from strategy.versions import active

PACE_LOCK: Final = WRITERS + 3
"""PostgreSQL's advisory lock that makes dispatchers count one after another, to the end of the transaction."""

Turnstile = Callable[[UnitOfWork], Standing]
"""Called once in each transaction that takes contacts; what it gives is asked about each of them, in order."""


@dataclass(slots=True)
class _Read:
    work: UnitOfWork
    settings: StrategySettings
    switches: dict[str, str]
    traffic: Traffic
    any_hours: bool

    def campaign(self, channel: str, treatment: str) -> str | None:
        stopped = why_stopped(self.switches, channel, treatment)
        return stopped or why_full(self.traffic, self.settings.pacing, channel)

    def contact(self, due: Due) -> str | None:
        hours = self._hours(due) if self.any_hours and due.agent == "bot" else None
        why = why_not_now(due, self.switches, self.traffic, self.settings.pacing, hours)
        if why is None:
            self.traffic.begin(due.channel)
        return why

    def _hours(self, due: Due) -> Hours | None:
        return treatment_of(self.work, due.account_id).hours


def turnstile(work: UnitOfWork) -> Standing:
    """Whether each contact may begin now (None), or why it is left for later (strategy.dispatch.pace.WHYS).

    What it lets through counts as begun, so that a batch keeps the pace as well as a single contact does.

    :raises StrategyUnreadable: nothing begins then.
    """
    _, settings = active(work)
    switches = states(read_switches(work))
    if _limited(settings.pacing) and work.session.get_bind().dialect.name == "postgresql":
        work.session.connection().execute(text(f"SELECT pg_advisory_xact_lock({PACE_LOCK})"))
    experiments = Experiments.read(work, settings)
    everyones = (settings, *experiments.by_label.values())
    any_hours = any(treatment.hours for each in everyones for treatment in each.treatments.values())
    return _Read(work, settings, switches, traffic(work), any_hours)


def traffic(work: UnitOfWork) -> Traffic:
    """What is on its way on each channel now."""
    session, now = work.session, work.now
    pending = select(Attempt.channel, Attempt.status, Attempt.reserved_at, Attempt.placing_at)
    under_way, minute = Counter[str](), Counter[str]()
    for channel, status, reserved_at, _ in session.exec(
        pending.where(col(Attempt.status).in_(("reserved", "placing")), Attempt.direction == "outbound")
    ):
        waits = status == "reserved"
        if not waits or now - reserved_at <= FRESH_FOR:
            under_way[channel] += 1
            minute[channel] += waits
    # What began in the last minute was reserved at most two minutes before that.
    recent = session.exec(
        pending.where(col(Attempt.reserved_at) > now - MINUTE - 2 * FRESH_FOR, col(Attempt.placing_at) > now - MINUTE)
    )
    for channel, *_ in recent:
        minute[channel] += 1
    return Traffic(now, dict(under_way), dict(minute))


def _limited(pacing: Pacing) -> bool:
    return any(limit is not None for each in (pacing.lines, pacing.per_minute) for limit in each.values())
