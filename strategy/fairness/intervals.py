"""Intervals of shares, of their ratio and difference, and of a mean. Pure.

With several groups there are several comparisons, and one of them looks unusual by chance alone. So every interval of
a comparison is made for all of them together (Bonferroni): with `comparisons` intervals, all hold with 95 %.
"""

from __future__ import annotations

from math import exp, log, sqrt
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

Interval = tuple[float, float]
ERROR = 0.05


def deviate(comparisons: int = 1) -> float:
    """How many standard errors an interval reaches to each side."""
    return NormalDist().inv_cdf(1 - ERROR / 2 / max(comparisons, 1))


def of_share(count: int, of: int, z: float) -> Interval:
    """Wilson's interval of count / of; stays within 0..1 and is of use at 0 and 1, too."""
    if of == 0:
        return 0.0, 1.0
    share, spread = count / of, z * z / of
    middle = (share + spread / 2) / (1 + spread)
    half = z * sqrt(share * (1 - share) / of + spread / (4 * of)) / (1 + spread)
    return max(0.0, middle - half), min(1.0, middle + half)


def of_ratio(count: int, of: int, other: int, of_other: int, z: float) -> Interval:
    """Of (count / of) / (other / of_other), by its logarithm (Katz); half a case is added where a count is zero."""
    if count == 0 or other == 0:
        return _katz(count + 0.5, of + 0.5, other + 0.5, of_other + 0.5, z)
    return _katz(count, of, other, of_other, z)


def _katz(count: float, of: float, other: float, of_other: float, z: float) -> Interval:
    middle = log((count / of) / (other / of_other))
    half = z * sqrt(max(0.0, 1 / count - 1 / of + 1 / other - 1 / of_other))
    return exp(middle - half), exp(middle + half)


def of_difference(count: int, of: int, other: int, of_other: int, z: float) -> Interval:
    """Of count / of - other / of_other, from the two Wilson intervals (Newcombe)."""
    if of == 0 or of_other == 0:
        return -1.0, 1.0
    here, there = count / of, other / of_other
    (low, high), (low_there, high_there) = of_share(count, of, z), of_share(other, of_other, z)
    return (
        here - there - sqrt((here - low) ** 2 + (high_there - there) ** 2),
        here - there + sqrt((high - here) ** 2 + (there - low_there) ** 2),
    )


def of_mean(values: NDArray[np.float64], z: float) -> Interval:
    """Of the mean of independent values; everything is possible with fewer than two."""
    if len(values) < 2:
        return -1.0, 1.0
    half = z * float(values.std(ddof=1)) / sqrt(len(values))
    return float(values.mean()) - half, float(values.mean()) + half
