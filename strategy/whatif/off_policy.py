"""What another strategy would have brought, worked out from what was logged under the one that ran. Pure; numpy only.

Three estimates of the mean outcome per account under a target strategy. ``ips`` weighs each logged outcome by how much
more often the target would have done what was done (Horvitz and Thompson, 1952). ``self_normalised`` divides by the sum
of the weights: a little biased, much steadier. ``doubly_robust`` weighs only what an outcome model did not foresee
(Dudik, Langford and Li, 2011): right when either the propensities or the model are. Where the log holds next to nothing
of what the target would do, no estimate is worth much, and :attr:`OffPolicy.warnings` says so.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

NORMAL_95 = 1.959964
FEWEST_ROWS = 30
"""Logged rows of an action below which the target leans on too little."""
FEWEST_EFFECTIVE = 100.0
LARGEST_SHARE = 0.05
"""One row may carry this share of all weight."""
POSSIBLE = 0.001
"""Share of the target that may be impossible under the strategy that ran before it is said."""
RIDGE = 1.0
"""Pull of the outcome model's coefficients towards nothing, in rows."""


@dataclass(frozen=True)
class Logged:
    """What was done with each account and what came of it; all of the same length."""

    action: NDArray[np.int64]
    """Position in the list of actions."""
    propensity: Floats
    """With which probability the strategy that ran did just that with this account, above 0 and up to 1."""
    outcome: Floats
    """What is to be valued: money, or 1 for a promise kept and 0 for none."""

    def __len__(self) -> int:
        return len(self.action)


@dataclass(frozen=True)
class Estimate:
    """Mean outcome per account, with its 95% interval."""

    value: float
    low: float
    high: float
    standard_error: float


@dataclass(frozen=True)
class Thin:
    """One way in which the log does not bear out the target.

    ``never_logged`` and ``hardly_logged`` name an action, and the figure is its logged rows; ``not_possible`` (share of
    what the target would do that the strategy that ran could not have done with that account); ``few_effective_rows``
    (figure: how many), ``one_row_weighs_much`` (its share of all weight), ``weights_off`` (their mean, which should be
    1: the target does things that the log could never have done, or propensities are wrong).
    """

    code: str
    figure: float
    action: str = ""


@dataclass(frozen=True)
class OffPolicy:
    """A target strategy valued from the log of another one."""

    rows: int
    logged: Estimate
    """What the strategy that ran brought."""
    ips: Estimate
    self_normalised: Estimate
    doubly_robust: Estimate
    gain: Estimate
    """Doubly robust value less what was brought: below 0 at both ends means worse, across 0 means not known."""
    effective_rows: float
    """As many unweighted rows would tell as much: (sum of weights)^2 / sum of squared weights."""
    largest_weight: float
    warnings: tuple[Thin, ...]


def value_of(
    logged: Logged,
    target: Floats,
    predicted: Floats,
    actions: tuple[str, ...],
    possible: NDArray[np.bool_] | None = None,
) -> OffPolicy:
    """Value a target strategy.

    :param target: (rows, actions) probability with which the target does each action with each account.
    :param predicted: (rows, actions) outcome foreseen for each; see :func:`predicted_outcomes`.
    :param possible: (rows, actions) what the strategy that ran might have done with each, where that is known.
    :raises ValueError: no rows, or a propensity that is not above 0.
    """
    if not len(logged):
        raise ValueError("nothing is logged")
    if not np.all(logged.propensity > 0):
        raise ValueError("every logged action needs a propensity above 0")
    rows = np.arange(len(logged))
    weights = target[rows, logged.action] / logged.propensity
    corrected = (target * predicted).sum(axis=1) + weights * (logged.outcome - predicted[rows, logged.action])
    squares = float((weights**2).sum())
    return OffPolicy(
        rows=len(logged),
        logged=_mean(logged.outcome),
        ips=_mean(weights * logged.outcome),
        self_normalised=_ratio(weights, logged.outcome),
        doubly_robust=_mean(corrected),
        gain=_mean(corrected - logged.outcome),
        effective_rows=float(weights.sum()) ** 2 / squares if squares else 0.0,
        largest_weight=float(weights.max()),
        warnings=_impossible(target, possible) + _thin(logged, target, weights, actions),
    )


def predicted_outcomes(features: Floats, logged: Logged, actions: int, folds: int = 5) -> Floats:
    """(rows, actions) outcome that a straight line per action foresees, each row by lines that never saw it.

    :param features: (rows, features), without gaps. An action with fewer than :data:`FEWEST_ROWS` rows to learn from
        gets the line of all actions together.
    """
    spread = features.std(axis=0)
    scaled = (features - features.mean(axis=0)) / np.where(spread > 0, spread, 1.0)
    design = np.column_stack([np.ones(len(features)), scaled])
    predicted = np.zeros((len(logged), actions))
    fold = np.arange(len(logged)) % folds
    for each in range(folds):
        unseen, seen = fold == each, fold != each
        together = _line(design[seen], logged.outcome[seen])
        for action in range(actions):
            did = seen & (logged.action == action)
            line = _line(design[did], logged.outcome[did]) if did.sum() >= FEWEST_ROWS else together
            predicted[unseen, action] = design[unseen] @ line
    return predicted


def _line(design: Floats, outcome: Floats) -> Floats:
    pull = RIDGE * np.eye(design.shape[1])
    pull[0, 0] = 1e-9  # the level is free; the tiny pull keeps an empty slice solvable
    return np.asarray(np.linalg.solve(design.T @ design + pull, design.T @ outcome))


def _mean(values: Floats) -> Estimate:
    error = float(values.std(ddof=1) / np.sqrt(len(values))) if len(values) > 1 else float("inf")
    return _estimate(float(values.mean()), error)


def _ratio(weights: Floats, outcome: Floats) -> Estimate:
    total = float(weights.sum())
    if total == 0:
        return _estimate(0.0, float("inf"))
    value = float((weights * outcome).sum()) / total
    return _estimate(value, float(np.sqrt((weights**2 * (outcome - value) ** 2).sum())) / total)


def _estimate(value: float, error: float) -> Estimate:
    return Estimate(value, value - NORMAL_95 * error, value + NORMAL_95 * error, error)


def _impossible(target: Floats, possible: NDArray[np.bool_] | None) -> tuple[Thin, ...]:
    if possible is None:
        return ()
    share = float(np.where(possible, 0.0, target).sum(axis=1).mean())
    return (Thin("not_possible", round(share, 4)),) if share > POSSIBLE else ()


def _thin(logged: Logged, target: Floats, weights: Floats, actions: tuple[str, ...]) -> tuple[Thin, ...]:
    found = []
    counts = np.bincount(logged.action, minlength=len(actions))
    wanted = target.sum(axis=0)
    for index, action in enumerate(actions):
        # An action that the target takes with less than one account in the whole log decides nothing.
        if wanted[index] >= 1 and counts[index] < FEWEST_ROWS:
            code = "hardly_logged" if counts[index] else "never_logged"
            found.append(Thin(code, int(counts[index]), action))
    total, squares = float(weights.sum()), float((weights**2).sum())
    effective = total**2 / squares if squares else 0.0
    if effective < FEWEST_EFFECTIVE:
        found.append(Thin("few_effective_rows", round(effective, 1)))
    if total and weights.max() / total > LARGEST_SHARE:
        found.append(Thin("one_row_weighs_much", round(float(weights.max()) / total, 3)))
    mean = _mean(weights)
    if not mean.low - 0.02 <= 1 <= mean.high + 0.02:
        found.append(Thin("weights_off", round(mean.value, 3)))
    return tuple(found)
