"""Train the models of a book: W = P(pays next month | overdue), A = P(covers what is due | pays), and the amount."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from strategy.quality.profile import profile_of
from strategy.scoring.amount import AmountHead, worth
from strategy.scoring.amount_fitting import fit_amount
from strategy.scoring.features import FeatureSpec, spec_of
from strategy.scoring.fitting import FEWEST_PER_CLASS, FOLDS, SETTINGS, Fitted, Floats, NotEnoughHistory, fit_head
from strategy.scoring.heads import Trained
from strategy.scoring.leaks import too_good_to_be_true
from strategy.scoring.metrics import auc_with_interval, figures, no_better_than_chance
from strategy.scoring.panel import Panel, build_panel, has_outcomes, outcome_panel

Progress = Callable[[str, int, int], None]
"""(stage, steps done, steps in all)."""


def silent(_stage: str, _done: int, _total: int) -> None:
    """Report to nobody."""


class NothingLearnt(NotEnoughHistory):
    """There are rows enough, but nothing in them tells those who pay from those who do not."""


@dataclass(frozen=True)
class Fits:
    """All that was fitted on one panel."""

    heads: dict[str, Fitted]
    amount: AmountHead | None
    absent: dict[str, str]
    """Heads that could not be trained, with the reason."""


def train(book: pl.DataFrame, progress: Progress = silent, told: Mapping[str, Any] | None = None) -> Trained:
    """Measure on the latest labelled month with models that never saw it, then train on every labelled row.

    :param book: a checked book; accounts that are not overdue today are wanted too, for what they did before. If it
        has outcome columns, they alone are what is learnt.
    :param told: group and signs of the book's own features (:func:`strategy.scoring.book.read_own_features`).
    :raises NotEnoughHistory: says how many rows there are, and how many are needed.
    :raises NothingLearnt: willingness cannot be told apart from chance on rows that were held out.
    """
    steps = _Steps(progress, 4 * (FOLDS + 1) + 1)
    steps("panel")
    spec = spec_of(book, told)
    from_outcomes = has_outcomes(book)
    panel = outcome_panel(book, spec) if from_outcomes else build_panel(book, spec)
    out_of_time = _out_of_time(panel, spec, lambda: steps("out of time"))
    fits, out_of_time = worth_keeping(fit_panel(panel, spec, lambda: steps("all months")), out_of_time)
    card = {
        "spec": spec.to_json(),
        "settings": {name: value for name, value in SETTINGS.items() if name != "verbose"}
        | {f"trees_{name}": fitted.head.model.tree_count_ for name, fitted in fits.heads.items()},
        "absent_heads": fits.absent,
        "data": {
            "sha256": data_hash(book),
            "accounts": book.height,
            "panel_rows": len(panel),
            "answers": "outcome columns of the book" if from_outcomes else "payments of the month after",
            "months": [_month_name(month) for month in panel.months],
        },
        "out_of_time": out_of_time,
        "accounts_never_seen": _accounts_never_seen(panel, fits),
        "too_good": too_good_to_be_true(panel.table, spec.names, panel.pays),
        "calibration_draws": {name: fitted.calibrated_on.draws() for name, fitted in fits.heads.items()},
        "profile": _profile(panel, spec, fits),
    }
    progress("all months", 1, 1)
    return Trained({name: fitted.head for name, fitted in fits.heads.items()}, fits.amount, spec, card)


def _profile(panel: Panel, spec: FeatureSpec, fits: Fits) -> dict[str, Any]:
    """Of the latest month alone: the earlier ones have less history in the book than an account that is scored."""
    table = panel.where(panel.month >= panel.latest_months[0]).table
    return profile_of(table, spec.names, {name: fitted.head.probability(table) for name, fitted in fits.heads.items()})


def fit_panel(panel: Panel, spec: FeatureSpec, step: Callable[[], None] = lambda: None) -> Fits:
    """Willingness on every row; ability and the amount on those that paid, where it is known.

    :raises NotEnoughHistory: too few rows for willingness; without one of the others a model can still be of use.
    """
    heads, absent = fit_heads(panel, spec, step)
    amount: AmountHead | None = None
    try:
        amount = fit_amount(panel, spec, heads["willingness"])
    except NotEnoughHistory as error:
        absent["amount"] = str(error)
    return Fits(heads, amount, absent)


def fit_heads(
    panel: Panel, spec: FeatureSpec, step: Callable[[], None] = lambda: None
) -> tuple[dict[str, Fitted], dict[str, str]]:
    """Willingness, and ability if there is enough for it; else why there is none.

    :raises NotEnoughHistory: too few rows for willingness.
    """
    heads = {"willingness": fit_head(panel.table, panel.pays, spec, "willingness", panel.account, panel.month, step)}
    payers = panel.payers
    try:
        heads["ability"] = fit_head(payers.table, payers.covers, spec, "ability", payers.account, payers.month, step)
    except NotEnoughHistory as error:
        return heads, {"ability": str(error)}
    return heads, {}


def worth_keeping(fits: Fits, out_of_time: dict[str, Any]) -> tuple[Fits, dict[str, Any]]:
    """Without the heads that tell accounts apart no better than chance; nor are they on the card with figures.

    A head is judged by the latest month, by trees of the months before, if that month has enough rows; else by trees
    that never saw the account, over all months.

    :raises NothingLearnt: willingness is such a head. A model that guesses would put accounts with the bot by lot.
    """
    problems = {name: _by_chance(name, fitted, out_of_time.get(name, {})) for name, fitted in fits.heads.items()}
    absent = {name: problem for name, problem in problems.items() if problem}
    if "willingness" in absent:
        raise NothingLearnt(f"{absent['willingness']}; no model was made of it")
    if not absent:
        return fits, out_of_time
    kept = {name: fitted for name, fitted in fits.heads.items() if name not in absent}
    return Fits(kept, fits.amount, {**fits.absent, **absent}), _without(out_of_time, {*absent, "cure"})


def _by_chance(name: str, fitted: Fitted, tested: Mapping[str, Any]) -> str | None:
    rarer = tested.get("rows", 0) * min(tested.get("rate", 0.0), 1 - tested.get("rate", 0.0))
    if "auc" not in tested or rarer < FEWEST_PER_CLASS:
        rows = fitted.calibrated_on
        tested = auc_with_interval(rows.happened, rows.log_odds, rows.accounts)
    return no_better_than_chance(name, tested)


def _without(figures_by_head: dict[str, Any], left_out: set[str]) -> dict[str, Any]:
    return {
        name: _without(each, left_out) if name == "accounts_never_seen" else each
        for name, each in figures_by_head.items()
        if name not in left_out
    }


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


def _out_of_time(panel: Panel, spec: FeatureSpec, step: Callable[[], None]) -> dict[str, Any]:
    """Figures of the latest month by models of the months before; ``absent`` says why there are none."""
    if len(panel.months) < 2:
        return {"absent": f"the answers are of {len(panel.months)} month; two are needed"}
    tested = panel.latest_months
    earlier, test = panel.where(panel.month < tested[0]), panel.where(panel.month >= tested[0])
    try:
        fits = fit_panel(earlier, spec, step)
    except NotEnoughHistory as error:
        return {"absent": f"the months before the latest: {error}"}
    said = {name: fitted.head.probability(test.table) for name, fitted in fits.heads.items()}
    unseen = {
        name: fitted.probability_unseen(test.table, test.account, ahead=True) for name, fitted in fits.heads.items()
    }
    return {
        "trained_on": [_month_name(month) for month in earlier.months],
        "tested_on": _span(tested),
        **measured(test, said),
        **_measured_amount(test, fits.amount, said),
        # In the same month, each account by trees and a calibration that never saw it in any month.
        "accounts_never_seen": measured(test, unseen),
    }


def _accounts_never_seen(panel: Panel, fits: Fits) -> dict[str, Any]:
    """Figures over all folds of accounts, in the latest month, whose level the calibration is for."""
    tested = panel.latest_months
    latest = panel.where(panel.month >= tested[0])
    unseen = {
        name: fitted.probability_unseen(latest.table, latest.account, ahead=False)
        for name, fitted in fits.heads.items()
    }
    return {"folds": FOLDS, "tested_on": _span(tested), **measured(latest, unseen)}


def measured(panel: Panel, said: dict[str, Floats]) -> dict[str, Any]:
    """Figures of each head that there is, and of the product of willingness and ability.

    :param said: by head, a probability per row of the panel.
    """
    found = {"willingness": figures(panel.pays, said["willingness"], panel.account)}
    if "ability" in said:
        payers = panel.pays & panel.covers_known
        found["ability"] = figures(panel.covers[payers], said["ability"][payers], panel.account[payers])
        known = panel.covers_known
        cure = said["willingness"] * said["ability"]
        found["cure"] = figures(panel.covers[known], cure[known], panel.account[known])
    return found


def _measured_amount(panel: Panel, amount: AmountHead | None, said: dict[str, Floats]) -> dict[str, Any]:
    known = ~np.isnan(panel.paid) & (panel.balance > 0)
    if amount is None or not known.any():
        return {}
    expected = amount.expected(panel.table, said["willingness"], panel.balance)[known]
    return {"amount": worth(panel.paid[known], expected, panel.balance[known])}


def _span(months: list[int]) -> str:
    return " - ".join(_month_name(month) for month in sorted({months[0], months[-1]}))


def _month_name(month: int) -> str:
    year, index = divmod(month - 1, 12)
    return f"{year}-{index + 1:02d}"


class _Steps:
    """Counts the steps of a training, which may end early."""

    def __init__(self, progress: Progress, total: int) -> None:
        self.progress, self.done, self.total = progress, 0, total

    def __call__(self, stage: str) -> None:
        self.progress(stage, self.done, self.total)
        self.done += 1
