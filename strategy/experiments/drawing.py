"""Who is in which arm: a keyed hash, the same every time it is asked, whatever else is drawn. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import polars as pl
from numpy.typing import NDArray

from strategy.arms import draws
from strategy.experiments.design import Design
from strategy.settings import TIERS

SEPARATOR = ":"
OUT = -1
"""In an array of arms: takes no part."""


def arm_in(design: Design, experiment_id: str, unit_id: str) -> tuple[str, float] | None:
    """The arm of one debtor or account with the probability it had, or None: it does not take part.

    Ask only for accounts that no hard rule and no permanent arm has taken; the caller multiplies by the probability
    of that.

    :param experiment_id: the key of the draw. It is made at the start, so nobody can pick a plan whose draw they have
        seen, and no two experiments, nor the permanent arms, draw alike.
    :param unit_id: the debtor's or the account's id, as `Design.unit` says.
    """
    place = int(arms_in(design, experiment_id, [unit_id])[0])
    return None if place == OUT else (design.arms[place].name, design.share * design.arms[place].share)


def arms_in(design: Design, experiment_id: str, unit_ids: Sequence[str] | pl.Series) -> NDArray[np.int64]:
    """:func:`arm_in` for many at once: places in ``design.arms``, :data:`OUT` for who does not take part."""
    part, drawn = draws(unit_ids, f"experiment|{experiment_id}")
    edges = np.cumsum([arm.share for arm in design.arms])[:-1]
    return np.where(part < design.share, np.searchsorted(edges, drawn, side="right"), OUT)


def join(
    running: Mapping[str, Design],
    tiers: NDArray[np.integer],
    free: NDArray[np.bool_],
    account_ids: Sequence[str] | pl.Series,
    debtor_ids: Sequence[str] | pl.Series,
) -> tuple[pl.Series, NDArray[np.float64]]:
    """For every account the label of its experiment's arm, or null, and the probability it was drawn there with, or 1.

    :param running: designs by experiment id; no two share a tier.
    :param tiers: each account's tier, as its place in :data:`strategy.settings.TIERS`.
    :param free: accounts that no hard rule and no permanent arm has taken.
    """
    names: list[str | None] = [None]
    chances = [1.0]
    code = np.zeros(len(tiers), dtype=np.int64)
    for experiment_id, design in running.items():
        mine = free & np.isin(tiers, [TIERS.index(tier) for tier in design.tiers])
        places = arms_in(design, experiment_id, debtor_ids if design.unit == "debtor" else account_ids)
        code = np.where(mine & (places != OUT), len(names) + places, code)
        names += [label(experiment_id, arm.name) for arm in design.arms]
        chances += [design.share * arm.share for arm in design.arms]
    return pl.Series(names, dtype=pl.String).gather(code), np.array(chances)[code]


def label(experiment_id: str, arm: str) -> str:
    """How the arm stands in ``TierAssignment.arm``."""
    return f"{experiment_id}{SEPARATOR}{arm}"


def read_label(text: str) -> tuple[str, str] | None:
    """(experiment id, arm) of a label; None for one of the permanent arms."""
    experiment_id, found, arm = text.partition(SEPARATOR)
    return (experiment_id, arm) if found else None
