"""Fit the amount: trees for the share that payers pay, and the level that makes expectations add up."""

from __future__ import annotations

from functools import partial

import numpy as np
from catboost import CatBoostRegressor, Pool
from numpy.typing import NDArray

from strategy.scoring.amount import AmountHead
from strategy.scoring.features import FeatureSpec
from strategy.scoring.fitting import FOLDS, SETTINGS, Fitted, NotEnoughHistory, fold_of, side_by_side, trees_for
from strategy.scoring.panel import Panel

FEWEST = 100
"""Payments of a known amount that are needed."""


def fit_amount(panel: Panel, spec: FeatureSpec, willingness: Fitted) -> AmountHead:
    """Trees on every payment, and a level from expectations of accounts that neither head's trees had seen.

    A share is counted up to the whole balance: what is paid beyond it repays nothing.

    :raises NotEnoughHistory: too few payments of a known amount.
    """
    known = panel.where(~np.isnan(panel.paid) & (panel.balance > 0))
    fold = fold_of(known.account)
    if int(known.pays.sum()) < FEWEST:
        raise NotEnoughHistory(f"amount: {int(known.pays.sum())} payments of a known amount; {FEWEST} are needed")
    if np.ptp((_repaid(known) / known.balance)[known.pays]) == 0:
        raise NotEnoughHistory("amount: every payment is the same share of what was owed")
    learnt_from = [*(known.pays & (fold != each) for each in range(FOLDS)), known.pays]
    *models, final = side_by_side(partial(_grow, known.where(rows), spec) for rows in learnt_from)
    expected = np.zeros(len(known))
    for each, model in enumerate(models):
        unseen = fold == each
        if unseen.any():
            expected[unseen] = AmountHead(model, 1.0).share(known.table[unseen]) * known.balance[unseen]
    expected *= willingness.probability_unseen(known.table, known.account, ahead=False)
    return AmountHead(final, float(_repaid(known).sum() / expected.sum()))


def _grow(payers: Panel, spec: FeatureSpec) -> CatBoostRegressor:
    """Weighted by the root of the balance: a share matters by what it is a share of, and the largest are noisy."""
    weights = np.sqrt(payers.balance)
    pool = Pool(payers.table, _repaid(payers) / payers.balance, weight=weights, feature_names=list(spec.names))
    return CatBoostRegressor(**SETTINGS, iterations=trees_for(len(payers))).fit(pool)


def _repaid(panel: Panel) -> NDArray[np.float64]:
    """What was paid, up to the balance."""
    return np.minimum(panel.paid, panel.balance)
