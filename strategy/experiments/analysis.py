"""One look at an experiment: figures by arm, each arm against the control, and whether it goes on. Pure.

It may be taken every day. Nothing is corrected for the number of looks, because every figure here holds at all of
them at once (:mod:`strategy.experiments.sequential`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from strategy.experiments import harm, sample_ratio, sequential
from strategy.experiments.design import Design
from strategy.experiments.metrics import HARMS, METRICS, Metric

Floats = NDArray[np.float64]

KNOWN_ENOUGH: Final = 0.95
"""A metric that is known for fewer of the units whose window is over is "not known yet": those may differ."""
EFFECT_IN_DEVIATIONS: Final = 0.1
"""For figures that decide nothing, the mixing variance is the square of this many standard deviations of a unit."""

State = Literal["running", "harm", "uneven", "difference", "no_difference"]


@dataclass(frozen=True, slots=True)
class Units:
    """Everybody drawn so far; one entry a unit."""

    arm: NDArray[np.int64]
    """Place of the arm in the design."""
    days: Floats
    """Since the unit was drawn."""
    values: Mapping[str, Floats]
    """By column of :data:`strategy.experiments.metrics.COLUMNS`; NaN is not known yet."""


@dataclass(frozen=True, slots=True)
class Figure:
    """A metric in one arm, over the units whose window is over; `value` is None while it is not known."""

    arm: str
    units: int
    known: int
    value: float | None = None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class Comparison:
    """An arm less the control, with the interval that holds at every look."""

    arm: str
    difference: float
    low: float
    high: float
    p_value: float
    """Always valid; for the metric that decides, corrected for the number of arms (Holm)."""


@dataclass(frozen=True, slots=True)
class Look:
    """What is known today."""

    drawn: Mapping[str, int]
    even_p_value: float
    """Of the arms being as large as they were drawn to be."""
    figures: Mapping[str, tuple[Figure, ...]]
    comparisons: Mapping[str, tuple[Comparison, ...]]
    """By metric; empty while the metric is not known in the arm or in the control."""
    harm_p_values: Mapping[str, Mapping[str, float]]
    """By harm and arm."""
    state: State
    why: str


def look(design: Design, units: Units, day: int) -> Look:
    """Count and judge.

    :param day: whole days since the experiment started.
    """
    figures = {name: _figures(design, units, metric) for name, metric in METRICS.items()}
    comparisons = {name: _comparisons(design, units, metric) for name, metric in METRICS.items()}
    drawn = {arm.name: int((units.arm == place).sum()) for place, arm in enumerate(design.arms)}
    even = sample_ratio.p_value(list(drawn.values()), [arm.share for arm in design.arms])
    harms = {name: _harm(design, units, METRICS[name].part) for name in HARMS}
    state, why = _judge(design, day, figures[design.metric], comparisons[design.metric], even, harms)
    return Look(drawn, even, figures, comparisons, harms, state, why)


def _figures(design: Design, units: Units, metric: Metric) -> tuple[Figure, ...]:
    found = []
    for place, arm in enumerate(design.arms):
        over, part, whole = _known(design, units, metric, place)
        figure = Figure(arm.name, over, len(part))
        if _enough(over, part):
            value, variance = _value(metric, part, whole)
            width = _half_width(design, metric, variance, 1 / len(part), design.alpha)
            low, high = max(value - width, 0.0), value + width
            figure = Figure(arm.name, over, len(part), value, low, min(high, 1.0) if metric.kind == "share" else high)
        found.append(figure)
    return tuple(found)


def _comparisons(design: Design, units: Units, metric: Metric) -> tuple[Comparison, ...]:
    over, part, whole = _known(design, units, metric, 0)
    if not _enough(over, part):
        return ()
    base, base_variance = _value(metric, part, whole)
    alpha = design.alpha / (len(design.arms) - 1)
    found = []
    for place, arm in enumerate(design.arms[1:], 1):
        over, mine, my_whole = _known(design, units, metric, place)
        if not _enough(over, mine):
            continue
        value, variance = _value(metric, mine, my_whole)
        difference, together, each = value - base, variance + base_variance, 1 / len(part) + 1 / len(mine)
        width = _half_width(design, metric, together, each, alpha)
        p = float(sequential.p_value(difference, together, _mixing(design, metric, together, each)))
        found.append(Comparison(arm.name, difference, difference - width, difference + width, p))
    if metric.name != design.metric:
        return tuple(found)
    # An arm that is not known yet counts as one more that could have been found, so that coming late costs nothing.
    unseen = [1.0] * (len(design.arms) - 1 - len(found))
    adjusted = sequential.holm([*(each.p_value for each in found), *unseen])
    return tuple(
        Comparison(each.arm, each.difference, each.low, each.high, float(p))
        for each, p in zip(found, adjusted, strict=False)
    )


def _known(design: Design, units: Units, metric: Metric, place: int) -> tuple[int, Floats, Floats]:
    """How many units of an arm have their window over, and of those that are known: the part, and the whole."""
    over = (units.arm == place) & (units.days >= design.window_days)
    part = units.values[metric.part][over]
    whole = units.values[metric.whole][over] if metric.whole else np.ones_like(part)
    known = ~(np.isnan(part) | np.isnan(whole))
    return int(over.sum()), part[known], whole[known]


def _enough(over: int, part: Floats) -> bool:
    return len(part) >= 2 and len(part) >= KNOWN_ENOUGH * over


def _value(metric: Metric, part: Floats, whole: Floats) -> tuple[float, float]:
    """(value, variance); a ratio to nothing is NaN, and infinitely uncertain."""
    if metric.kind == "ratio":
        return sequential.ratio(part, whole)
    if metric.kind == "share":
        share, variance = sequential.share(part.sum(), len(part))
        return float(share), float(variance)
    return float(part.mean()), float(part.var(ddof=1) / len(part))


def _mixing(design: Design, metric: Metric, variance: float, each: float) -> float:
    if metric.name == design.metric:
        return design.smallest_effect**2
    # `variance / each` is the variance of one unit.
    return max(EFFECT_IN_DEVIATIONS**2 * variance / each, np.finfo(float).tiny)


def _half_width(design: Design, metric: Metric, variance: float, each: float, alpha: float) -> float:
    return float(sequential.half_width(variance, _mixing(design, metric, variance, each), alpha))


def _harm(design: Design, units: Units, column: str) -> dict[str, float]:
    """By arm. Everybody drawn counts from the first day: a harm waits for no window."""
    harmed = np.nan_to_num(units.values[column]) > 0
    counts = [int((harmed & (units.arm == place)).sum()) for place in range(len(design.arms))]
    return {
        arm.name: harm.p_value(count, counts[0], arm.share, design.control.share)
        for arm, count in zip(design.arms[1:], counts[1:], strict=True)
    }


def _judge(
    design: Design,
    day: int,
    figures: tuple[Figure, ...],
    comparisons: tuple[Comparison, ...],
    even: float,
    harms: Mapping[str, Mapping[str, float]],
) -> tuple[State, str]:
    for name, by_arm in harms.items():
        for arm, p in by_arm.items():
            if p <= design.harm_alpha:
                return "harm", f"arm {arm} has more {name} than the control"
    if even < sample_ratio.ALARM:
        return "uneven", "the arms are not as large as they were drawn to be: something loses accounts"
    fewest = min(figure.units for figure in figures)
    if day < design.least_days:
        early = f"no verdict before day {design.least_days}"
    elif fewest < design.least_per_arm:
        early = f"{fewest} units of {design.least_per_arm} in the smallest arm have their window over"
    elif not comparisons:
        early = f"{design.metric} is not known yet"
    else:
        found = [each for each in comparisons if each.p_value <= design.alpha]
        if found:
            better = METRICS[design.metric].more_is_better
            said = [f"{each.arm} is {'better' if (each.difference > 0) == better else 'worse'}" for each in found]
            return "difference", f"{design.metric}: {', '.join(said)}"
        early = "no difference so far"
    if day >= design.horizon_days:
        return "no_difference", f"the horizon of {design.horizon_days} days is over: {early}"
    return "running", early
