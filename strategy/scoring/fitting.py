"""Fit one head: trees on every row, calibrated on what trees that never saw the account say of it.

Cross-fitting: the accounts are split into :data:`FOLDS` parts, and for each part trees are grown on the other parts.
So every row has log-odds from trees that never saw its account, and the calibration spends no rows. The trees that
stay are grown on all of them.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar

import numpy as np
from catboost import CatBoostClassifier, Pool
from numpy.typing import NDArray

from strategy.reasons.leaf_tables import every_leaf_weighed
from strategy.scoring.calibration import CalibrationRows, Platt, fit_platt
from strategy.scoring.features import FeatureSpec
from strategy.scoring.heads import Head

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]
Table = NDArray[np.float32]
Grown = TypeVar("Grown")

SETTINGS: dict[str, Any] = {
    "depth": 4,
    "learning_rate": 0.06,
    "l2_leaf_reg": 8,
    "model_shrink_rate": 0,
    "rsm": 0.25,
    # A quarter of the borders and one step for a leaf's value: a third of the time, and no AUC lost.
    "border_count": 64,
    "leaf_estimation_iterations": 1,
    # Several trainings run side by side instead; the trees are the same on every machine.
    "thread_count": 1,
    "random_seed": 1,
    "allow_writing_files": False,
    "verbose": False,
}

FEWEST_TREES, MOST_TREES, ROWS_PER_TREE = 160, 360, 50
"""With 5,000 rows the trees after the 160th add little; with 20,000 the 360th still does."""

FOLDS = 4

SIDE_BY_SIDE = min(FOLDS, os.cpu_count() or 1)
"""Trainings at the same time, each on one thread: threads of one training mostly wait for each other."""

FEWEST_PER_CLASS = 20
"""Rows of the rarer answer that a head needs."""


class NotEnoughHistory(Exception):
    """Too few rows with a known answer to learn from."""


@dataclass(frozen=True)
class Fitted:
    """A head, and the trees of its folds, which can say of every account what trees say that never saw it."""

    head: Head
    folds: tuple[CatBoostClassifier, ...]
    ahead: tuple[Platt, ...]
    """For each fold the calibration for the month to come, from the other folds alone: fit to measure the fold by."""
    level: tuple[Platt, ...]
    """The same for the latest month."""
    calibrated_on: CalibrationRows

    def probability_unseen(self, table: Table, accounts: Ints, *, ahead: bool) -> Floats:
        """Calibrated; each row by trees and a calibration that never saw its account.

        :param ahead: the rows are of the month after those that were learnt from.
        """
        of = fold_of(accounts)
        said = np.empty(len(table))
        for fold, (model, platt) in enumerate(zip(self.folds, self.ahead if ahead else self.level, strict=True)):
            rows = of == fold
            if rows.any():
                said[rows] = platt.probability(Head(model, platt).log_odds(table[rows]))
        return said


def fold_of(accounts: Ints) -> Ints:
    """0 .. FOLDS - 1: all rows of one account fall into the same fold."""
    return accounts % FOLDS


def fit_head(
    table: Table,
    happened: Bools,
    spec: FeatureSpec,
    head: str,
    accounts: Ints,
    months: Ints | None = None,
    step: Callable[[], None] = lambda: None,
) -> Fitted:
    """Any head: willingness, ability, contact, promise, kept.

    :param table: (rows, len(spec.names)); NaN is unknown.
    :param head: decides the signs that the trees must keep (``spec.monotone``) and stands in the error.
    :param accounts: one number per row, the same for the rows of one account.
    :param months: as one number each, greater is later. The latest month alone sets the level of the probabilities
        where it has enough rows, and part of its change goes on, because habits drift; None if all rows are of one
        time.
    :param step: called :data:`FOLDS` + 1 times.
    :raises NotEnoughHistory: says how many rows there are, and how many are needed.
    """
    months = np.zeros(len(table), dtype=np.int64) if months is None else months
    require_both_answers(happened, head)
    of = fold_of(accounts)
    learnt_from = [*(of != fold for fold in range(FOLDS)), np.ones(len(table), dtype=np.bool_)]
    for rows in learnt_from:
        require_both_answers(happened[rows], head, "outside one fold")
    *models, final = side_by_side(
        (partial(grow, table[rows], happened[rows], months[rows], spec, head) for rows in learnt_from), step
    )
    unseen = np.empty(len(table))
    for fold, model in enumerate(models):
        if (of == fold).any():
            unseen[of == fold] = model.predict(table[of == fold], prediction_type="RawFormulaVal")
    calibrations = {
        ahead: tuple(
            fit_platt(unseen[of != fold], happened[of != fold], months[of != fold], ahead=ahead)
            for fold in range(FOLDS)
        )
        for ahead in (True, False)
    }
    calibrated = Head(every_leaf_weighed(final), fit_platt(unseen, happened, months))
    calibrated_on = CalibrationRows(unseen, happened, accounts, months)
    return Fitted(calibrated, tuple(models), calibrations[True], calibrations[False], calibrated_on)


def side_by_side(trainings: Iterable[Callable[[], Grown]], step: Callable[[], None] = lambda: None) -> list[Grown]:
    """What the trainings return, in their order; ``step`` is called in this thread as each is done."""
    done: list[Grown] = []
    with ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
        for grown in pool.map(lambda training: training(), trainings):
            done.append(grown)
            step()
    return done


def grow(table: Table, happened: Bools, months: Ints, spec: FeatureSpec, head: str) -> CatBoostClassifier:
    """The trees alone, uncalibrated, with the known signs of the head.

    They start from each month's own level: which month a row is of shows in its features (older months have less
    history), and a drift of the level would else be taken for a property of the accounts.
    """
    _, month = np.unique(months, return_inverse=True)
    rate = (np.bincount(month, happened) + 0.5) / (np.bincount(month) + 1.0)
    level = np.log(rate / (1.0 - rate))[month]
    model = CatBoostClassifier(**SETTINGS, iterations=trees_for(len(table)), monotone_constraints=spec.monotone(head))
    return model.fit(Pool(table, happened.astype(int), baseline=level, feature_names=list(spec.names)))


def trees_for(rows: int) -> int:
    """How many trees so many rows are worth."""
    return min(max(rows // ROWS_PER_TREE, FEWEST_TREES), MOST_TREES)


def require_both_answers(happened: Bools, head: str, where: str = "in all") -> None:
    """:raises NotEnoughHistory: one of the two answers is too rare."""
    rarer = min(int(happened.sum()), int((~happened).sum()))
    if rarer < FEWEST_PER_CLASS:
        raise NotEnoughHistory(
            f"{head}: {len(happened)} rows {where}, only {rarer} of the rarer answer; "
            f"at least {FEWEST_PER_CLASS} are needed"
        )
