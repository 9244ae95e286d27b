"""The daily look: count, judge, and end what has to end. A look in between is free, and records nothing."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any

from sqlmodel import col, select

from ledger.ledger import UnitOfWork
from ledger.tables import Experiment
from strategy.experiments.analysis import Look, look
from strategy.experiments.counting import counted
from strategy.experiments.design import Design, InvalidDesign, from_json
from strategy.experiments.records import end
from strategy.versions import active

ENDS = {"harm": "stopped", "uneven": "stopped", "difference": "concluded", "no_difference": "concluded"}
"""What becomes of an experiment, by what a look has found."""


@dataclass(frozen=True, slots=True)
class Seen:
    """One experiment as it stands; `look` is None where its plan cannot be read."""

    id: str
    name: str
    status: str
    day: int
    design: Design | None
    look: Look | None
    conclusion: dict[str, Any]


def seen(work: UnitOfWork, experiment: Experiment) -> Seen:
    """Count one experiment now; of one that is over, what its records say today."""
    day = ((experiment.ended_at or work.now) - experiment.started_at).days
    design = from_json(experiment.design)
    if isinstance(design, InvalidDesign):
        return Seen(experiment.id, experiment.name, experiment.status, day, None, None, experiment.conclusion)
    _, settings = active(work)
    units = counted(work, experiment.id, design, settings.assumptions.cost)
    found = look(design, units, day)
    return Seen(experiment.id, experiment.name, experiment.status, day, design, found, experiment.conclusion)


def review(work: UnitOfWork) -> dict[str, str]:
    """Look at every experiment that runs and end those that are decided, do harm or lose accounts; state by name.

    Run it once a day or as often as you like: the figures hold at every look.
    """
    states: dict[str, str] = {}
    rows = work.session.exec(
        select(Experiment).where(Experiment.status == "running").order_by(col(Experiment.started_at))
    ).all()
    for experiment in rows:
        today = seen(work, experiment)
        states[experiment.name] = "unreadable" if today.look is None else today.look.state
        if today.look is not None and today.look.state in ENDS:
            end(work, experiment, ENDS[today.look.state], conclusion(today.look, today.day))
    return states


def conclusion(found: Look, day: int) -> dict[str, Any]:
    """The figures an experiment ended on, as JSON values."""
    return {"by": "the test", "day": day, **plain(found)}


def plain(found: Look) -> dict[str, Any]:
    """A look as JSON values; what is not a number (a cost per nothing) is null."""
    told = dataclasses.asdict(found)
    return {name: _plain(value) for name, value in told.items()}


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _plain(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    if isinstance(value, float):
        return None if value != value or value in (float("inf"), float("-inf")) else round(value, 6)
    return value
