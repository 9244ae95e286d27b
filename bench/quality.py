"""How good the models are beside others, on the same rows and folds: ``python -m bench.quality --data FILE``.

Willingness W, ability A, and cure J both as W x A and learnt directly. Every model is calibrated in the same way, by
log-odds of trees that never saw the account. Intervals come from resampled accounts, and so do differences to ours.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from bench.rivals import RIVALS, Bools, Floats, Grow, Table
from rehearsal.marginals import uci_book
from strategy.scoring.book import check_book
from strategy.scoring.calibration import fit_platt
from strategy.scoring.features import STANDARD, Feature, FeatureSpec, feature_table, spec_of
from strategy.scoring.fitting import FOLDS, fit_head, fold_of, grow
from strategy.scoring.metrics import auc, brier, figures, interval, resamples
from strategy.scoring.panel import LABELLED, Panel, build_panel, has_outcomes, outcome_panel

OURS = "Amends (CatBoost)"
STATUS = ("PAY_0", "PAY_2", "PAY_3", "PAY_4", "PAY_5", "PAY_6")
"""The UCI file's payment status by month, latest first."""
DEFAULT = "default.payment.next.month"
TESTED_SHARE = 0.3
"""Accounts that a split by accounts tests on."""


def probability(rival: Grow | None, train: Panel, happened: Bools, test: Table, spec: FeatureSpec, head: str) -> Floats:
    """Probabilities of the test rows: grown on all training rows, calibrated on cross-fitted log-odds of them.

    :param rival: None for ours, exactly as ``amends train`` fits it.
    """
    if rival is None:
        return fit_head(train.table, happened, spec, head, train.account, train.month).head.probability(test)
    fold, unseen = fold_of(train.account), np.empty(len(train))
    for each in range(FOLDS):
        rows = fold == each
        unseen[rows] = rival(train.table[~rows], happened[~rows])(train.table[rows])
    return fit_platt(unseen, happened, train.month).probability(rival(train.table, happened)(test))


def split(panel: Panel, how: str, seed: int, train_on: Sequence[int], test_on: Sequence[int]) -> tuple[Panel, Panel]:
    """Training and test rows.

    :param how: "months": the latest month is tested by the months before it; "accounts": a random part of the accounts
        by the others, over all months; "both": that part in the latest month, by the others in the months before it.
    :param train_on: months as on the panel; with ``test_on`` they stand for the months above if they are given.
    """
    tested = np.asarray(test_on or panel.months[-1:])
    before = np.asarray(train_on or [month for month in panel.months if month < tested.min()])
    accounts = np.unique(panel.account)
    drawn = np.random.default_rng(seed).random(len(accounts)) < TESTED_SHARE
    chosen = np.isin(panel.account, accounts[drawn])
    if how == "accounts":
        # One level for all months: each is on both sides, and none of them is to come.
        timeless = replace(panel, month=np.zeros_like(panel.month))
        return timeless.where(~chosen), timeless.where(chosen)
    if how == "both":
        return panel.where(np.isin(panel.month, before) & ~chosen), panel.where(np.isin(panel.month, tested) & chosen)
    return panel.where(np.isin(panel.month, before)), panel.where(np.isin(panel.month, tested))


def compare(train: Panel, test: Panel, spec: FeatureSpec) -> dict[str, Any]:
    """By target and model: figures on the test rows, and the difference to ours in AUC and Brier with its interval."""
    known, payers = test.covers_known, test.pays & test.covers_known
    said: dict[str, dict[str, Floats]] = {"willingness": {}, "ability": {}, "cure, W x A": {}, "cure, direct": {}}
    whole = train.where(train.covers_known)
    rivals: dict[str, Grow | None] = {OURS: None, **RIVALS}
    for name, rival in rivals.items():
        willing = probability(rival, train, train.pays, test.table, spec, "willingness")
        able = probability(rival, train.payers, train.payers.covers, test.table, spec, "ability")
        direct = probability(rival, whole, whole.covers, test.table, spec, "ability")
        said["willingness"][name], said["ability"][name] = willing, able[payers]
        said["cure, W x A"][name], said["cure, direct"][name] = (willing * able)[known], direct[known]
    rows = {"willingness": np.ones(len(test), dtype=np.bool_), "ability": payers}
    answers = {"willingness": test.pays}
    return {
        target: beside(
            answers.get(target, test.covers)[rows.get(target, known)], by_model, test.account[rows.get(target, known)]
        )
        for target, by_model in said.items()
    }


def beside(happened: Bools, by_model: dict[str, Floats], accounts: NDArray[np.int64]) -> dict[str, Any]:
    """Figures of each model, and how far ours is ahead on the same resamples: above zero in AUC, below in Brier."""
    found: dict[str, Any] = {name: figures(happened, said, accounts) for name, said in by_model.items()}
    for name in [name for name in by_model if name != OURS]:
        for measure_name, measure in (("auc", auc), ("brier", brier)):
            ahead = [
                measure(happened, by_model[OURS], weights) - measure(happened, by_model[name], weights)
                for weights in resamples(accounts)
            ]
            found[name][f"ours_ahead_{measure_name}"] = interval(np.concatenate(ahead))
    return found


def default_label(raw: pl.DataFrame, book: pl.DataFrame) -> dict[str, Any]:
    """The label that comes with the UCI file, on the whole book by folds of accounts; statuses in, traits out."""
    happened = raw[DEFAULT].cast(pl.Boolean).to_numpy()
    table = np.asfortranarray(np.column_stack([feature_table(book), raw.select(STATUS).to_numpy()]), dtype=np.float32)
    spec = FeatureSpec((*STANDARD.features, *(Feature(name, "status") for name in STATUS)))
    accounts = np.arange(len(table), dtype=np.int64)
    fold = fold_of(accounts)
    said = {OURS: fit_head(table, happened, spec, "default", accounts).probability_unseen(table, accounts, ahead=False)}
    for name, rival in RIVALS.items():
        log_odds = np.empty(len(table))
        for each in range(FOLDS):
            log_odds[fold == each] = rival(table[fold != each], happened[fold != each])(table[fold == each])
        said[name] = fit_platt(log_odds, happened).probability(log_odds)
    return beside(happened, said, accounts)


def trap(raw: pl.DataFrame, book: pl.DataFrame) -> dict[str, Any]:
    """What a panel shows that is built on the statuses of the UCI file, which were filled in afterwards.

    Overdue by the status of a month, better by the status of the month after: the figure is false, and this is why the
    book has no status.
    """
    parts = []
    for closed in LABELLED:
        overdue = raw[STATUS[closed - 1]] >= 1
        seen = raw.filter(overdue)
        table = np.column_stack([feature_table(book.filter(overdue), closed=closed), seen[STATUS[closed - 1]]])
        parts.append((table, seen[STATUS[closed - 2]].to_numpy() <= 0, np.full(seen.height, -closed)))
    table, better, month = (np.concatenate(each) for each in zip(*parts, strict=True))
    table = np.asfortranarray(table, dtype=np.float32)
    last = month == -LABELLED[-1]
    spec = FeatureSpec((*STANDARD.features, Feature("status", "status")))
    model = grow(table[~last], better[~last], month[~last], spec, "default")
    said = model.predict(table[last], prediction_type="RawFormulaVal")
    return {"rows": int(last.sum()), "auc_that_is_false": round(float(auc(better[last], said)[0]), 4)}


def main(arguments: Sequence[str]) -> None:
    """Measure, write the JSON, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="the UCI file, or a book as parquet")
    parser.add_argument("--json", type=Path, help="where the figures go")
    parser.add_argument("--split", choices=("months", "accounts", "both"), default="months")
    parser.add_argument("--seed", type=int, default=1, help="of the draw of accounts")
    parser.add_argument("--train-on", default="", help="months, e.g. 2005-06,2005-07")
    parser.add_argument("--test-on", default="", help="months, e.g. 2005-08")
    parser.add_argument("--only-panel", action="store_true", help="leave out the default label and the trap")
    given = parser.parse_args(arguments)
    raw = pl.read_parquet(given.data)
    is_uci = "LIMIT_BAL" in raw.columns
    book = uci_book(given.data)[0] if is_uci else check_book(raw, given.data.name)
    spec = spec_of(book)
    panel = outcome_panel(book, spec) if has_outcomes(book) else build_panel(book, spec)
    train, test = split(panel, given.split, given.seed, _months(given.train_on), _months(given.test_on))
    told: dict[str, Any] = {
        "split": given.split,
        "seed": given.seed,
        "rows": {"train": len(train), "test": len(test)},
        "panel": compare(train, test, spec),
    }
    if is_uci and not given.only_panel:
        told |= {"default_label": default_label(raw, book), "trap": trap(raw, book)}
    if given.json:
        given.json.write_text(json.dumps(told, indent=2), encoding="utf-8")
    sys.stdout.write("\n".join(_lines(told)) + "\n")


def _lines(told: dict[str, Any]) -> list[str]:
    lines = [f"split by {told['split']}: {told['rows']['train']} rows to train, {told['rows']['test']} to test", ""]
    lines += ["| target | model | AUC | Brier | ECE | ours ahead in AUC |", "|---|---|---|---|---|---|"]
    for target, by_model in {**told["panel"], "default": told.get("default_label", {})}.items():
        for name, each in by_model.items():
            ahead = each.get("ours_ahead_auc")
            shown = f"{ahead[0]:+.4f} .. {ahead[1]:+.4f}" if ahead else ""
            low, high = each["auc_interval"]
            area = f"{each['auc']:.4f} [{low:.3f}, {high:.3f}]"
            lines.append(f"| {target} | {name} | {area} | {each['brier']:.4f} | {each['ece']:.4f} | {shown} |")
    if "trap" in told:
        lines += ["", f"a panel on back-filled statuses would show AUC {told['trap']['auc_that_is_false']} (false)"]
    return lines


def _months(text: str) -> list[int]:
    """ "2005-06,2005-07" as the panel numbers months."""
    pairs = [each.split("-") for each in text.split(",") if each]
    return [int(year) * 12 + int(month) for year, month in pairs]


if __name__ == "__main__":
    main(sys.argv[1:])
