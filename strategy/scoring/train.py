"""Train the two models: W = P(pays anything next month | overdue) and A = P(covers what is due | pays)."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any

import numpy as np
import polars as pl
from catboost import CatBoostClassifier, Pool
from numpy.typing import NDArray

from strategy.scoring.calibration import auc, brier, calibration_error, fit_platt
from strategy.scoring.features import FeatureSpec, spec_of
from strategy.scoring.heads import Head, Trained
from strategy.scoring.panel import Panel, build_panel

Progress = Callable[[str, int, int], None]
"""(stage, steps done, steps in all)."""


def silent(_stage: str, _done: int, _total: int) -> None:
    """Report to nobody."""


SETTINGS: dict[str, Any] = {
    "iterations": 300,
    "depth": 4,
    "learning_rate": 0.04,
    "l2_leaf_reg": 8,
    "rsm": 0.5,
    "random_seed": 1,
    "thread_count": 2,
    "allow_writing_files": False,
    "verbose": False,
}

HELD_OUT_FOLD = 0
"""A quarter of the accounts, unseen by the trees, on which the probabilities are calibrated."""

FEWEST_PER_CLASS = 20


class NotEnoughHistory(Exception):
    """The book has too few overdue accounts with a known next month to learn from."""


def train(book: pl.DataFrame, progress: Progress = silent) -> Trained:
    """Measure on the last labelled month with models that never saw it, then train on every labelled month.

    :param book: a checked book; accounts that are not overdue today are wanted too, for what they did before.
    :raises NotEnoughHistory: says how many rows there are.
    """
    progress("panel", 0, 3)
    spec = spec_of(book)
    panel = build_panel(book, spec)
    if len(panel.months) < 2:
        raise NotEnoughHistory(
            f"{len(panel)} overdue account-months in {len(panel.months)} months; at least two months are needed"
        )
    last = panel.months[-1]
    progress("out of time", 1, 3)
    earlier = _fit(panel.where(panel.month < last), spec)
    test = panel.where(panel.month == last)
    tested = _measure(*earlier, test)
    # In the same month, the accounts of the fold that the trees never saw in any month.
    unseen = _measure(*earlier, test.where(test.fold == HELD_OUT_FOLD))
    progress("all months", 2, 3)
    willingness, ability = _fit(panel, spec)
    card = {
        "features": list(spec.names),
        "spec": spec.to_json(),
        "settings": {name: value for name, value in SETTINGS.items() if name not in ("thread_count", "verbose")},
        "calibration": {
            "willingness": {"slope": willingness.platt.slope, "intercept": willingness.platt.intercept},
            "ability": {"slope": ability.platt.slope, "intercept": ability.platt.intercept},
        },
        "data": {
            "sha256": data_hash(book),
            "accounts": book.height,
            "panel_rows": len(panel),
            "months": [_month_name(month) for month in panel.months],
        },
        "out_of_time": {
            "trained_on": [_month_name(month) for month in panel.months[:-1]],
            "tested_on": _month_name(last),
            "calibration": "Platt, on a quarter of the accounts that the trees never saw, in the last training month",
            **tested,
            "accounts_never_seen": unseen,
        },
    }
    progress("all months", 3, 3)
    return Trained({"willingness": willingness, "ability": ability}, None, spec, card)


def data_hash(book: pl.DataFrame) -> str:
    """SHA-256 of the book's content, whatever the order of its rows and whoever wrote the file."""
    rows = book.sort("external_ref", "as_of")
    digest = hashlib.sha256()
    for column in rows:
        digest.update(column.name.encode())
        if column.dtype == pl.String():
            digest.update("\n".join(column).encode())
        else:
            digest.update(column.to_physical().cast(pl.Float64).fill_null(float("nan")).to_numpy().tobytes())
    return digest.hexdigest()


def _fit(panel: Panel, spec: FeatureSpec) -> tuple[Head, Head]:
    """Willingness on every row, ability on the payers."""
    payers = panel.where(panel.pays)
    return _fit_head(panel, panel.pays, spec, "willingness"), _fit_head(payers, payers.covers, spec, "ability")


def _fit_head(panel: Panel, happened: NDArray[np.bool_], spec: FeatureSpec, name: str) -> Head:
    held_out = panel.fold == HELD_OUT_FOLD
    # Payment habits drift from month to month, so the latest month alone sets the level where it has enough rows.
    slice_ = held_out & (panel.month == panel.month.max(initial=0))
    if _rarer(happened[slice_]) < FEWEST_PER_CLASS:
        slice_ = held_out
    for what, rows in (("training", ~held_out), ("calibration", slice_)):
        if _rarer(happened[rows]) < FEWEST_PER_CLASS:
            raise NotEnoughHistory(
                f"{name}: {int(rows.sum())} rows for {what}, only {_rarer(happened[rows])} of the rarer answer; "
                f"at least {FEWEST_PER_CLASS} are needed"
            )
    model = CatBoostClassifier(**SETTINGS, monotone_constraints=spec.monotone(name))
    model.fit(Pool(panel.table[~held_out], happened[~held_out].astype(int), feature_names=list(spec.names)))
    raw = model.predict(Pool(panel.table[slice_], feature_names=list(spec.names)), prediction_type="RawFormulaVal")
    return Head(model, fit_platt(np.asarray(raw), happened[slice_]))


def _rarer(happened: NDArray[np.bool_]) -> int:
    return min(int(happened.sum()), int((~happened).sum()))


def _measure(willingness: Head, ability: Head, panel: Panel) -> dict[str, dict[str, float]]:
    pool = panel.table
    pays, covers = willingness.probability(pool), ability.probability(pool)
    payers = panel.pays
    return {
        "willingness": _figures(panel.pays, pays),
        "ability": _figures(panel.covers[payers], covers[payers]),
        "cure": _figures(panel.covers, pays * covers),
    }


def _figures(happened: NDArray[np.bool_], probability: NDArray[np.float64]) -> dict[str, float]:
    if _rarer(happened) == 0:  # nothing to measure by; the card then says how few rows there were
        return {"rows": len(happened)}
    return {
        "rows": len(happened),
        "rate": round(float(happened.mean()), 4),
        "mean_probability": round(float(probability.mean()), 4),
        "auc": round(auc(happened, probability), 4),
        "brier": round(brier(happened, probability), 4),
        "ece": round(calibration_error(happened, probability), 4),
    }


def _month_name(month: int) -> str:
    year, index = divmod(month - 1, 12)
    return f"{year}-{index + 1:02d}"
