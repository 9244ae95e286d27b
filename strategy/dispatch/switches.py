"""Pausing, draining and resuming, recorded with who did it and audited. No row means that contacts go out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from sqlmodel import col, select

from ledger.audit_form import LONGEST_NAME, is_name
from ledger.ledger import UnitOfWork
from ledger.tables import Attempt, DispatchSwitch, PlannedContact
from strategy.dispatch.pace import ALL, DRAINING, PAUSED, RUNNING, SCOPES, STATES, campaign_scope, channel_scope

BY_HAND: Final = "by_hand"
BREAKER: Final = "breaker"
"""Who is named where no person paused a scope."""
AUDITED: Final = {PAUSED: "dispatch.paused", DRAINING: "dispatch.drained", RUNNING: "dispatch.resumed"}


@dataclass(frozen=True, slots=True)
class Switch:
    """How a scope stands, and who put it so."""

    scope: str
    state: str
    """'running', 'paused' or 'draining'; whatever else was written reads as 'paused'."""
    why: str
    by: str
    at: datetime
    figures: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class NotSwitched:
    """Nothing was changed, and why."""

    why: str


NO_SUCH_SCOPE: Final = "there is no such scope"
NAME_NEEDED: Final = f"whoever does this must give a name, one line of up to {LONGEST_NAME} letters"
A_PERSON_RESUMES: Final = "only a person resumes what is paused"


def read_switches(work: UnitOfWork) -> dict[str, Switch]:
    """By scope: every scope that was ever switched."""
    rows = work.session.exec(select(DispatchSwitch).order_by(col(DispatchSwitch.scope))).all()
    return {
        row.scope: Switch(
            row.scope, row.state if row.state in STATES else PAUSED, row.why, row.by, row.at, dict(row.figures)
        )
        for row in rows
    }


def states(switches: Mapping[str, Switch]) -> dict[str, str]:
    """State by scope, as strategy.dispatch.pace reads it."""
    return {scope: switch.state for scope, switch in switches.items()}


def switch(
    work: UnitOfWork, scope: str, state: str, by: str, why: str = BY_HAND, figures: Mapping[str, Any] | None = None
) -> Switch | NotSwitched:
    """Put `scope` into 'paused', 'draining' or 'running'. The same state again changes nothing and is no error.

    :param by: the name of a person, or :data:`BREAKER`, which can only pause.
    """
    by = by.strip()
    if scope not in SCOPES:
        return NotSwitched(NO_SUCH_SCOPE)
    if not is_name(by):
        return NotSwitched(NAME_NEEDED)
    if by == BREAKER and state != PAUSED:
        return NotSwitched(A_PERSON_RESUMES)
    row = work.session.get(DispatchSwitch, scope)
    if row is not None and row.state == state:
        return Switch(scope, row.state, row.why, row.by, row.at, dict(row.figures))
    if row is None:
        if state == RUNNING:
            return Switch(scope, RUNNING, BY_HAND, by, work.now)
        row = DispatchSwitch(scope=scope, state=state, why=why, figures={}, by=by, at=work.now)
    row.state, row.why, row.by, row.at, row.figures = state, why, by, work.now, dict(figures or {})
    work.session.add(row)
    work.session.flush()
    work.audit(AUDITED[state], scope, {"by": by, "why": why, "figures": dict(figures or {})})
    return Switch(scope, state, why, by, work.now, dict(figures or {}))


def under_way(work: UnitOfWork) -> dict[tuple[str, str], int]:
    """Contacts that have not ended yet, by treatment and channel; a drained scope is empty when it has none."""
    rows = work.session.exec(
        select(PlannedContact.treatment, Attempt.channel)
        .select_from(Attempt)
        .join(PlannedContact, col(PlannedContact.id) == Attempt.planned_id, isouter=True)
        .where(col(Attempt.status).in_(("reserved", "placing")))
    ).all()
    found: dict[tuple[str, str], int] = {}
    for treatment, channel in rows:
        key = (treatment or "", channel)
        found[key] = found.get(key, 0) + 1
    return found


def covers(scope: str, treatment: str, channel: str) -> bool:
    """Whether a contact of this treatment and channel belongs to `scope`."""
    return scope in (ALL, channel_scope(channel), campaign_scope(treatment, channel))
