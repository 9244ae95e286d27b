"""What a design can find before it starts: false alarms, power and days, by playing it many times. Pure and seeded.

Every play draws units day by day, waits for each unit's window, and looks every day from the first day it may.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import norm

from strategy.experiments.design import Design
from strategy.experiments.metrics import METRICS
from strategy.experiments.sequential import difference_of_shares, p_value

PLAYS = 4_000


class NoForecast(Exception):
    """Only shares of units can be played: an amount has no distribution that could be guessed."""


@dataclass(frozen=True, slots=True)
class Forecast:
    """Shares of plays, for the first arm beside the control."""

    looks: int
    """Daily looks in each play."""
    false_alarms: float
    """Plays without any difference in which one was found, at whatever look."""
    false_alarms_of_a_fixed_test: float
    """The same, had an ordinary test been asked at every look."""
    found: float
    """Plays with the smallest effect in which it was found by the horizon."""
    median_days: float | None
    """Until it was found; None where it is found in fewer than half the plays."""
    units_per_arm: float
    """Mean units, with their window over, at the end of a play with the smallest effect, found or not."""
    units_of_a_fixed_test: float
    """Units per arm that one look at a day fixed beforehand needs, to find as much."""


def forecast(design: Design, base: float, units_a_day: float, seed: int, plays: int = PLAYS) -> Forecast:
    """Play a design without a difference, and with its smallest effect.

    :param base: the metric in the control, a share above 0 and below 1.
    :param units_a_day: drawn in all, on average, over all arms.
    :raises NoForecast: the metric is no share.
    """
    metric = METRICS[design.metric]
    if metric.kind != "share":
        raise NoForecast(f"{design.metric} is no share of units; a forecast needs one that is")
    better = base + design.smallest_effect if metric.more_is_better else base - design.smallest_effect
    if not 0 < base < 1 or not 0 < better < 1:
        raise NoForecast("the base and the base with the smallest effect must lie above 0 and below 1")
    random = np.random.default_rng(seed)
    alpha = design.alpha / (len(design.arms) - 1)
    mixing = design.smallest_effect**2
    d, v, _, may = _play(design, base, base, units_a_day, plays, random)
    alarms = _first(may & (p_value(d, v, mixing) <= alpha))
    fixed = _first(may & (np.abs(d) >= norm.isf(alpha / 2) * np.sqrt(v)))
    d, v, units, may = _play(design, base, better, units_a_day, plays, random)
    found = _first(may & (p_value(d, v, mixing) <= alpha))
    seen = found < design.horizon_days
    last = np.minimum(found, design.horizon_days - 1)
    power = float(seen.mean())
    return Forecast(
        looks=int(may.any(axis=0).sum()),
        false_alarms=float((alarms < design.horizon_days).mean()),
        false_alarms_of_a_fixed_test=float((fixed < design.horizon_days).mean()),
        found=power,
        median_days=float(np.median(found)) + 1 if power > 0.5 else None,
        units_per_arm=float(units[np.arange(plays), last].mean()),
        units_of_a_fixed_test=_fixed_size(base, better, alpha, power),
    )


def _play(
    design: Design, control: float, arm: float, units_a_day: float, plays: int, random: np.random.Generator
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.int64], NDArray[np.bool_]]:
    """Differences, variances, units of the arm and whether a verdict was allowed: each (plays, horizon_days)."""
    counted = []
    for share, happens in ((design.control.share, control), (design.arms[1].share, arm)):
        drawn = random.poisson(units_a_day * design.share * share, (plays, design.horizon_days))
        drawn[:, design.horizon_days - design.window_days :] = 0  # their window would end after the horizon
        over = np.roll(drawn, design.window_days, axis=1)
        counted.append((np.cumsum(random.binomial(over, happens), axis=1), np.cumsum(over, axis=1)))
    (yes_control, of_control), (yes, of) = counted
    with np.errstate(divide="ignore", invalid="ignore"):
        d, v = difference_of_shares(yes, of, yes_control, of_control)
    day = np.arange(1, design.horizon_days + 1)
    may = (np.minimum(of, of_control) >= design.least_per_arm) & (day >= design.least_days)
    return np.nan_to_num(d), np.nan_to_num(v, nan=1.0, posinf=1.0), of, may


def _first(found: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Place of the first True in each row, or the row's length."""
    return np.asarray(np.where(found.any(axis=1), found.argmax(axis=1), found.shape[1]))


def _fixed_size(base: float, better: float, alpha: float, power: float) -> float:
    """The textbook size of one arm, of two equal ones."""
    reach = norm.isf(alpha / 2) + norm.ppf(min(max(power, 0.5), 0.999))
    return float(reach**2 * (base * (1 - base) + better * (1 - better)) / (better - base) ** 2)
