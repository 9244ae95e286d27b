"""How good probabilities are, with intervals: AUC, Brier score and calibration error, resampled by account.

A resample is a row of weights: how often each row was drawn. Every measure takes many resamples at once, so that a
thousand of them cost little more than one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]

BINS = 10
"""Bins of equal count for the calibration error."""

GUESSING = 0.5
"""The AUC of a coin. A head is of use if its whole interval stands above."""

RESAMPLES = 400
_SEED = 20051001
_CELLS = 4_000_000
"""Weights held in memory at once."""


def auc(happened: Bools, probability: Floats, weights: Floats | None = None) -> Floats:
    """Area under the ROC curve: how often a row where it happened stands above one where it did not; ties count half.

    :param weights: (resamples, rows), or None for every row once.
    :returns: one figure per resample; NaN where only one answer was drawn.
    """
    drawn = _weights(weights, len(happened))
    order = np.argsort(probability, kind="stable")
    drawn, answer, value = drawn[:, order], happened[order], probability[order]
    first = np.flatnonzero(np.r_[True, np.diff(value) > 0])
    yes = np.add.reduceat(drawn * answer, first, axis=1)
    no = np.add.reduceat(drawn * ~answer, first, axis=1)
    below = np.cumsum(no, axis=1) - no
    pairs = yes.sum(axis=1) * no.sum(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray((yes * (below + 0.5 * no)).sum(axis=1) / pairs)


def brier(happened: Bools, probability: Floats, weights: Floats | None = None) -> Floats:
    """Mean squared distance between what was said and what happened, per resample."""
    drawn = _weights(weights, len(happened))
    return np.asarray(drawn @ ((probability - happened) ** 2) / drawn.sum(axis=1))


def calibration_error(happened: Bools, probability: Floats, weights: Floats | None = None, bins: int = BINS) -> Floats:
    """ECE, per resample: how far the mean probability of a bin is from the share that happened, weighted by rows.

    The bins hold equal counts of the rows as they are; a resample is put into the same bins.
    """
    drawn = _weights(weights, len(happened))
    edges = np.quantile(probability, np.linspace(0, 1, bins + 1)[1:-1])
    bin_of = np.digitize(probability, edges)
    gap = np.zeros((len(happened), bins))
    gap[np.arange(len(happened)), bin_of] = probability - happened
    return np.asarray(np.abs(drawn @ gap).sum(axis=1) / drawn.sum(axis=1))


def resamples(accounts: Ints, count: int = RESAMPLES) -> Iterator[Floats]:
    """Blocks of (some resamples, rows): accounts drawn with replacement, each with all of its rows.

    :param accounts: one number per row, the same for the same account.
    """
    _, position = np.unique(accounts, return_inverse=True)
    each = int(position.max(initial=-1)) + 1
    rng = np.random.default_rng(_SEED)
    block = max(1, _CELLS // max(len(accounts), 1))
    for start in range(0, count, block):
        drawn = np.stack(
            [np.bincount(rng.integers(0, each, each), minlength=each) for _ in range(min(block, count - start))]
        )
        yield drawn[:, position].astype(np.float64)


def figures(happened: Bools, probability: Floats, accounts: Ints) -> dict[str, Any]:
    """Every measure of a probability on some rows, for a card.

    ``ece_if_perfect`` is what a perfectly calibrated model would show on as many rows, by chance alone. The interval of
    the calibration error leans upward, for a resample adds noise of its own.

    :param accounts: one number per row, the same for the same account; accounts are resampled, not rows.
    :returns: only ``rows`` where everything or nothing happened: there is nothing to measure by.
    """
    if happened.all() or not happened.any():
        return {"rows": len(happened)}
    measures = {"auc": auc, "brier": brier, "ece": calibration_error}
    drawn: dict[str, list[Floats]] = {name: [] for name in measures}
    for weights in resamples(accounts):
        for name, measure in measures.items():
            drawn[name].append(measure(happened, probability, weights))
    return {
        "rows": len(happened),
        "rate": round(float(happened.mean()), 4),
        "mean_probability": round(float(probability.mean()), 4),
        **{name: round(float(measure(happened, probability)[0]), 4) for name, measure in measures.items()},
        "ece_if_perfect": round(_by_chance(probability), 4),
        **{f"{name}_interval": interval(np.concatenate(each)) for name, each in drawn.items()},
    }


def auc_with_interval(happened: Bools, said: Floats, accounts: Ints) -> dict[str, Any]:
    """The AUC alone, of anything that puts rows into an order; both answers must be there.

    :param accounts: one number per row, the same for the same account; accounts are resampled, not rows.
    """
    drawn = [auc(happened, said, weights) for weights in resamples(accounts)]
    return {"auc": round(float(auc(happened, said)[0]), 4), "auc_interval": interval(np.concatenate(drawn))}


def no_better_than_chance(head: str, held_out: Mapping[str, Any]) -> str | None:
    """In plain words, why a head is of no use; None if it is of use.

    :param held_out: the head's figures on rows that it never saw.
    """
    if "auc" not in held_out:
        return f"{head}: all {held_out['rows']} rows that were held out have the same answer, so it cannot be measured"
    low, high = held_out["auc_interval"]
    if low > GUESSING:
        return None
    return (
        f"{head}: on rows held out it tells the two answers apart no better than chance "
        f"(AUC {held_out['auc']:.2f}, 95% interval {low:.2f} to {high:.2f})"
    )


def interval(drawn: Floats) -> list[float]:
    """The middle 95 % of a figure's resamples."""
    low, high = np.nanquantile(drawn, [0.025, 0.975])
    return [round(float(low), 4), round(float(high), 4)]


def _by_chance(probability: Floats, worlds: int = 100) -> float:
    rng = np.random.default_rng(_SEED)
    errors = [calibration_error(rng.random(len(probability)) < probability, probability)[0] for _ in range(worlds)]
    return float(np.mean(errors))


def _weights(weights: Floats | None, rows: int) -> Floats:
    return np.ones((1, rows)) if weights is None else weights
