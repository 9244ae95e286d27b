"""An experiment's plan for tests, and units that behave as told."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np

from strategy.experiments.analysis import Units
from strategy.experiments.design import Arm, Design
from strategy.experiments.metrics import COLUMNS

PLAN = Design(
    name="kinder_cadence",
    question="Do fewer reminders cost promises?",
    arms=(Arm("control", 0.5), Arm("kinder", 0.5, {"remind": {"cadence_days": 9}})),
    tiers=("remind", "persuade"),
    metric="ptp",
    smallest_effect=0.05,
    window_days=7,
    least_days=7,
    horizon_days=60,
)
"""Half of the debtors of two tiers are reminded every nine days."""


def plan(**changes: Any) -> Design:
    return dataclasses.replace(PLAN, **changes)


def units(counts: tuple[int, ...], days: float = 30.0, **shares: tuple[float, ...]) -> Units:
    """`counts` units in each arm; of a column named, the given share of each arm's units is 1, the rest 0.

    A column that is not named is not known.
    """
    arm = np.repeat(np.arange(len(counts)), counts)
    values = {name: np.full(len(arm), np.nan) for name in COLUMNS}
    for name, by_arm in shares.items():
        values[name] = np.concatenate(
            [
                (np.arange(count) < round(share * count)).astype(float)
                for count, share in zip(counts, by_arm, strict=True)
            ]
        )
    return Units(arm, np.full(len(arm), days), values)
