"""From a model's log-odds to a probability that can be believed: Platt scaling."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Platt:
    """``probability = 1 / (1 + exp(-(slope * log_odds + intercept)))``."""

    slope: float
    intercept: float

    def probability(self, log_odds: Floats) -> Floats:
        return np.asarray(1.0 / (1.0 + np.exp(-(self.slope * log_odds + self.intercept))))


LEVEL_ROWS = 20
"""Rows of either answer that the latest month needs to be calibrated on by itself."""

TREND_KEPT = 0.25
"""How much of the last change of level is expected once more in the month to come (a damped trend)."""

DRAWS = 200
"""Of a calibration: enough for a 95% interval."""

NEWTON_STEPS = 3
"""From the fit on the rows themselves to the fit on rows drawn again: the two are close."""

FLATTEST = 0.05
"""The slope is at least this, so that the order is never turned round."""

_PULLED_TO = np.array([1.0, 0.0])


def fit_platt(log_odds: Floats, happened: Bools, months: Ints | None = None, *, ahead: bool = True) -> Platt:
    """The slope and intercept that fit best on rows that the model never saw. The slope never turns the order round.

    :param months: one number per row, greater is later. Payments drift from month to month by much more than chance
        would have it, so the latest month alone is used where it has enough rows of either answer.
    :param ahead: for the month after the latest: the part of the last change of level that chance does not explain
        is expected to go on, by a quarter. Off: for the latest month itself.
    """
    now_rows, before_rows = _rows_used(happened, months, ahead=ahead)
    now = _fit(log_odds[now_rows], happened[now_rows])
    if before_rows is None:
        return now
    then = _fit(log_odds[before_rows], happened[before_rows], slope=now.slope)
    return _gone_on(now, then, _variance(now, log_odds, now_rows, before_rows), TREND_KEPT)


def _rows_used(happened: Bools, months: Ints | None, *, ahead: bool) -> tuple[Bools, Bools | None]:
    """The rows that slope and level come from, and those that the last change of level is seen by, if any are."""
    everything = np.ones(len(happened), dtype=np.bool_)
    if months is None:
        return everything, None
    found = sorted(set(months.tolist()))
    latest = months == found[-1]
    if _rarer(happened[latest]) < LEVEL_ROWS:
        return everything, None
    before = months == found[-2] if ahead and len(found) > 1 else np.zeros_like(latest)
    return latest, before if _rarer(happened[before]) >= LEVEL_ROWS else None


def _gone_on(now: Platt, then: Platt, variance: float, kept: float) -> Platt:
    return Platt(now.slope, now.intercept + kept * beyond_chance(now.intercept - then.intercept, variance))


def _variance(platt: Platt, log_odds: Floats, now: Bools, before: Bools) -> float:
    """What chance does to the difference between two levels."""
    return sum(1.0 / _information(platt, log_odds[rows]) for rows in (now, before))


@dataclass(frozen=True)
class CalibrationRows:
    """What one head was calibrated on, kept so that it can be said how sure the calibration is."""

    log_odds: Floats
    """From trees that never saw the account."""
    happened: Bools
    accounts: Ints
    """One number per row, the same for the rows of one account."""
    months: Ints

    def draws(self, count: int = DRAWS, seed: int = 1) -> list[tuple[float, float]]:
        """How slope and intercept might as well have come out.

        Two things are not known: which accounts happened to be there, so they are drawn again with replacement; and how
        much of the last change of level goes on, so each draw takes another share, from none of it to all of it (half
        of them less than :data:`TREND_KEPT`). That the trees, too, would have come out otherwise is not in the draws.
        """
        now_rows, before_rows = _rows_used(self.happened, self.months, ahead=True)
        now = _fit(self.log_odds[now_rows], self.happened[now_rows])
        then, variance = now, 0.0
        if before_rows is not None:
            then = _fit(self.log_odds[before_rows], self.happened[before_rows], slope=now.slope)
            variance = _variance(now, self.log_odds, now_rows, before_rows)
        rng = np.random.default_rng(seed)
        _, account = np.unique(self.accounts, return_inverse=True)
        people = int(account.max()) + 1
        drawn = []
        for _ in range(count):
            times = np.bincount(rng.integers(people, size=people), minlength=people)[account].astype(np.float64)
            platt = self._weighed(now, now_rows, times)
            if before_rows is not None:
                before = self._weighed(Platt(platt.slope, then.intercept), before_rows, times, level_alone=True)
                platt = _gone_on(platt, before, variance, float(rng.uniform() ** 2))
            drawn.append((round(platt.slope, 6), round(platt.intercept, 6)))
        return drawn

    def _weighed(self, near: Platt, rows: Bools, times: Floats, *, level_alone: bool = False) -> Platt:
        """The fit where each row counts so many times, by Newton's steps from a fit that is near it."""
        terms = np.column_stack([self.log_odds[rows], np.ones(int(rows.sum()))])
        weights, happened = times[rows], self.happened[rows]
        at, free = np.array([near.slope, near.intercept]), slice(1, 2) if level_alone else slice(0, 2)
        for _ in range(NEWTON_STEPS):
            said = 1.0 / (1.0 + np.exp(-(terms @ at)))
            gradient = terms.T @ (weights * (said - happened)) + at - _PULLED_TO
            curve = (terms.T * (weights * said * (1.0 - said))) @ terms + np.eye(2)
            at[free] -= np.linalg.solve(curve[free, free], gradient[free])
            at[0] = max(at[0], FLATTEST)
        return Platt(float(at[0]), float(at[1]))


def beyond_chance(change: float, variance: float) -> float:
    """A change, shrunk towards none by as much as chance alone would make of it (James and Stein's rule)."""
    return change * max(0.0, 1.0 - variance / change**2) if change else 0.0


def _fit(log_odds: Floats, happened: Bools, slope: float | None = None) -> Platt:
    """Slope and intercept; the intercept alone where the slope is given."""

    def loss(parameters: Floats) -> tuple[float, Floats]:
        score = parameters[0] * log_odds + parameters[1]
        beyond = 1.0 / (1.0 + np.exp(-score)) - happened
        # The small pull towards (1, 0), worth one row, keeps rows that are perfectly separated finite.
        away = parameters - _PULLED_TO
        gradient = np.array([beyond @ log_odds, beyond.sum()]) + away
        return float(np.sum(np.logaddexp(0.0, score) - happened * score) + 0.5 * away @ away), gradient

    start = 1.0 if slope is None else slope
    bounds = [(FLATTEST, None) if slope is None else (slope, slope), (None, None)]
    found = minimize(loss, x0=np.array([start, 0.0]), jac=True, bounds=bounds)
    return Platt(slope=float(found.x[0]), intercept=float(found.x[1]))


def _information(platt: Platt, log_odds: Floats) -> float:
    """What the rows tell of the level: one over its variance."""
    said = platt.probability(log_odds)
    return float(np.sum(said * (1.0 - said)))


def _rarer(happened: Bools) -> int:
    return min(int(happened.sum()), int((~happened).sum()))
