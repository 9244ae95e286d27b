"""An experiment's plan, fixed before anybody sees a figure: arms, who takes part, what is decided on. Pure.

It is stored as JSON in ``Experiment.design``. The gate is not part of any plan: each contact of each arm is judged by
the contact policy as ever, so an arm can be as strict or kinder, never looser. Nor are the tiers for hard rules and
for accounts without a score: ``people`` takes part in nothing.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any, Final

from strategy.experiments.metrics import HARMS, METRICS
from strategy.settings import TIERS
from strategy.settings_reader import FieldError, Reader

UNITS: Final = ("debtor", "account")
ELIGIBLE: Final = tuple(tier for tier in TIERS if tier != "people")


@dataclass(frozen=True, slots=True)
class Arm:
    """One way of treating accounts. The first arm of a design is the control and changes nothing."""

    name: str
    share: float
    """Of those who take part, above 0; the shares of all arms sum to 1."""
    treatments: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """By tier, the fields of its treatment that are different in this arm, e.g. ``{"remind": {"cadence_days": 7}}``."""
    strategy_version: int | None = None
    """Or: the treatments of this published strategy version."""

    @property
    def changes_nothing(self) -> bool:
        return not self.treatments and self.strategy_version is None


@dataclass(frozen=True, slots=True)
class Design:
    """One experiment."""

    name: str
    question: str
    arms: tuple[Arm, ...]
    tiers: tuple[str, ...]
    """Accounts of these tiers take part, once drawn to the end: what an arm does to a tier is part of its effect."""
    metric: str
    """The one figure that decides; a name of :data:`strategy.experiments.metrics.METRICS`."""
    smallest_effect: float
    """The smallest difference worth acting on, in the metric's own unit; the test is sharpest for it."""
    unit: str = "debtor"
    """Who is drawn: all accounts of a person into one arm, or each account by itself."""
    share: float = 1.0
    """Of the eligible, how many take part, above 0 and up to 1."""
    alpha: float = 0.05
    """Chance of finding a difference where there is none, over all looks and all arms together."""
    window_days: int = 14
    """What happens to a unit in this many days after it was drawn is counted, and counted only when they are over."""
    least_days: int = 14
    """No verdict on the metric before this day: a week has its own rhythm."""
    horizon_days: int = 90
    """The day on which it ends, found or not."""
    least_per_arm: int = 100
    """Units with their window over, in each arm, before the first look."""
    harm_alpha: float = 0.05
    """The same as `alpha`, for each harm: an arm with more of it than the control stops the experiment at once."""

    @property
    def control(self) -> Arm:
        return self.arms[0]

    def arm(self, name: str) -> Arm | None:
        return next((arm for arm in self.arms if arm.name == name), None)


@dataclass(frozen=True, slots=True)
class InvalidDesign:
    """A plan that cannot be started, with all that is wrong."""

    errors: tuple[FieldError, ...]

    def __str__(self) -> str:
        return "; ".join(str(error) for error in self.errors)


def to_json(design: Design) -> dict[str, Any]:
    """Plain JSON values; :func:`from_json` turns them back into an equal design."""
    told = {each.name: getattr(design, each.name) for each in fields(Design)}
    arms = [
        {
            "name": arm.name,
            "share": arm.share,
            "treatments": {tier: dict(changes) for tier, changes in arm.treatments.items()},
            "strategy_version": arm.strategy_version,
        }
        for arm in design.arms
    ]
    return {**told, "arms": arms, "tiers": list(design.tiers)}


def from_json(data: object) -> Design | InvalidDesign:
    """Read a plan. Fields with a sensible value of their own may be left out; all errors come at once."""
    reader = Reader()
    given = reader.table(data, "", [each.name for each in fields(Design)])
    usual = {each.name: each.default for each in fields(Design)}
    top = {**{name: value for name, value in usual.items() if isinstance(value, str | int | float)}, **given}
    design = Design(
        name=reader.text(top, "name"),
        question=reader.text(top, "question"),
        arms=_arms(reader, top.get("arms")),
        tiers=reader.some_of(top, "tiers", ELIGIBLE),
        metric=reader.one_of(top, "metric", tuple(METRICS)),
        smallest_effect=reader.number(top, "smallest_effect", 0, 1e9),
        unit=reader.one_of(top, "unit", UNITS),
        share=reader.number(top, "share", 0, 1),
        alpha=reader.number(top, "alpha", 0.0001, 0.2),
        window_days=reader.whole(top, "window_days", 1, 180),
        least_days=reader.whole(top, "least_days", 1, 365),
        horizon_days=reader.whole(top, "horizon_days", 1, 730),
        least_per_arm=reader.whole(top, "least_per_arm", 50, 1_000_000),
        harm_alpha=reader.number(top, "harm_alpha", 0.01, 0.5),
    )
    if reader.errors:
        return InvalidDesign(tuple(reader.errors))
    _check(reader, design)
    return InvalidDesign(tuple(reader.errors)) if reader.errors else design


def _arms(reader: Reader, data: object) -> tuple[Arm, ...]:
    if not isinstance(data, list) or len(data) < 2:
        reader.wrong("arms", "must be a list of two or more, the control first")
        return ()
    return tuple(_arm(reader, arm, f"arms.{place}") for place, arm in enumerate(data))


def _arm(reader: Reader, data: object, at: str) -> Arm:
    table = reader.table(data, at, [each.name for each in fields(Arm)])
    treatments = table.get("treatments", {})
    if not isinstance(treatments, dict) or not all(isinstance(changes, dict) for changes in treatments.values()):
        reader.wrong(f"{at}.treatments", "must be fields by tier")
        treatments = {}
    version = table.get("strategy_version")
    if version is not None and (isinstance(version, bool) or not isinstance(version, int) or version < 1):
        reader.wrong(f"{at}.strategy_version", "must be the number of a strategy version")
        version = None
    return Arm(reader.text(table, f"{at}.name"), reader.number(table, f"{at}.share", 0, 1), treatments, version)


def _check(reader: Reader, design: Design) -> None:
    """What only the whole plan shows."""
    names = [arm.name for arm in design.arms]
    if len(set(names)) < len(names):
        reader.wrong("arms", "must have a name each")
    if not all(name.isidentifier() for name in names):
        reader.wrong("arms", "must have names of letters, digits and underscores")
    if min(arm.share for arm in design.arms) <= 0 or not math.isclose(sum(arm.share for arm in design.arms), 1):
        reader.wrong("arms", "must have shares above 0 that sum to 1")
    if not design.control.changes_nothing:
        reader.wrong("arms.0", "is the control and must change nothing")
    for place, arm in enumerate(design.arms[1:], 1):
        if arm.changes_nothing or (arm.treatments and arm.strategy_version is not None):
            reader.wrong(f"arms.{place}", "must change treatments, or name a strategy version, and not both")
        for tier in arm.treatments.keys() - set(design.tiers):
            reader.wrong(f"arms.{place}.treatments.{tier}", "is no tier of this experiment")
    if design.smallest_effect <= 0:
        reader.wrong("smallest_effect", "must be above 0")
    if design.share <= 0:
        reader.wrong("share", "must be above 0")
    if design.metric in HARMS:
        reader.wrong("metric", "is a harm: it stops an experiment and is no aim of one")
    if design.horizon_days < max(design.least_days, design.window_days):
        reader.wrong("horizon_days", "must not end before least_days and window_days")
