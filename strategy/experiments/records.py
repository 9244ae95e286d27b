"""Experiments in the ledger: started, stopped and concluded, each with an entry in the audit chain."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from sqlmodel import col, select

from ledger.ledger import UnitOfWork
from ledger.tables import Experiment, StrategyVersion
from strategy.experiments.design import Arm, Design, InvalidDesign, from_json, to_json
from strategy.experiments.treatments import ArmUnusable, settings_in
from strategy.settings import InvalidSettings, StrategySettings
from strategy.settings import from_json as settings_from_json
from strategy.versions import active

CODES = ("by", "state", "day")
"""Of a conclusion, what may stand in the audit chain: no free text."""


class ExperimentRefused(Exception):
    """The experiment cannot be started or stopped; the message says why, for the person who asked."""


def start(work: UnitOfWork, design: Design, author: str) -> str:
    """Start an experiment and give its id. Accounts are drawn with the next scoring run.

    :raises ExperimentRefused: the name was used before, another experiment runs on one of its tiers, or an arm asks
        for what no strategy may.
    """
    if not author.strip():
        raise ExperimentRefused("somebody must start it by name")
    if work.session.exec(select(Experiment.id).where(Experiment.name == design.name)).first() is not None:
        raise ExperimentRefused(f"there was an experiment {design.name} before; its records keep that name")
    for other in running(work).values():
        if shared := sorted(set(other.tiers) & set(design.tiers)):
            raise ExperimentRefused(f"experiment {other.name} runs on {', '.join(shared)}; a tier takes one at a time")
    _, in_force = active(work)
    for arm in design.arms[1:]:
        try:
            arm_settings(work, arm, in_force)
        except ArmUnusable as error:
            raise ExperimentRefused(str(error)) from error
    experiment_id = work.new_id()
    work.session.add(
        Experiment(
            id=experiment_id,
            name=design.name,
            status="running",
            design=to_json(design),
            author=author,
            started_at=work.now,
        )
    )
    work.session.flush()
    work.audit("experiment.started", experiment_id, {"author": author, "design_sha256": design_hash(design)})
    return experiment_id


def design_hash(design: Design) -> str:
    """SHA-256 of a plan, so that the audit chain shows that nobody changed it afterwards."""
    told = json.dumps(to_json(design), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(told.encode()).hexdigest()


def running(work: UnitOfWork) -> dict[str, Design]:
    """The designs of the experiments that run, by id, oldest first. One that cannot be read draws nobody."""
    rows = work.session.exec(
        select(Experiment).where(Experiment.status == "running").order_by(col(Experiment.started_at))
    )
    found = {row.id: from_json(row.design) for row in rows}
    return {each: design for each, design in found.items() if not isinstance(design, InvalidDesign)}


def named(work: UnitOfWork, name: str) -> Experiment:
    """:raises ExperimentRefused: there is none of that name."""
    row = work.session.exec(select(Experiment).where(Experiment.name == name)).first()
    if row is None:
        raise ExperimentRefused(f"there is no experiment {name}")
    return row


def stop(work: UnitOfWork, name: str, by: str, reason: str) -> None:
    """A person ends it. Its accounts are treated like everybody from the next contact on.

    :raises ExperimentRefused: there is none of that name, it is over, or no reason was given.
    """
    if not by.strip() or not reason.strip():
        raise ExperimentRefused("whoever stops an experiment gives a name and a reason")
    end(work, named(work, name), "stopped", {"by": by, "reason": reason})


def end(work: UnitOfWork, experiment: Experiment, status: str, conclusion: Mapping[str, Any]) -> None:
    """:raises ExperimentRefused: it is over already."""
    if experiment.status != "running":
        raise ExperimentRefused(f"experiment {experiment.name} is {experiment.status} already")
    experiment.status = status
    experiment.ended_at = work.now
    experiment.conclusion = dict(conclusion)
    work.session.add(experiment)
    work.session.flush()
    work.audit(f"experiment.{status}", experiment.id, {name: conclusion[name] for name in CODES if name in conclusion})


def arm_settings(work: UnitOfWork, arm: Arm, in_force: StrategySettings) -> StrategySettings:
    """The settings by which an arm's accounts are treated.

    :raises ArmUnusable: its strategy version is not there, or it asks for what no strategy may.
    """
    version = None if arm.strategy_version is None else work.session.get(StrategyVersion, arm.strategy_version)
    of_version = None if version is None else settings_from_json(version.settings)
    if isinstance(of_version, InvalidSettings):
        raise ArmUnusable(f"arm {arm.name}: strategy version {arm.strategy_version} cannot be read")
    if version is not None and version.published_at is None:
        raise ArmUnusable(f"arm {arm.name}: strategy version {version.version} was never published")
    return settings_in(arm, in_force, of_version)
