"""A test that may be looked at every day: the mixture sequential probability ratio test (mSPRT). Pure.

A fixed test asked every day finds something sooner or later, for chance gets a new try with each look. This one weighs
"no difference" against "some difference, drawn from a normal distribution around nought". While there is none, that
weight has the same expectation at every look, so the chance that it *ever* passes ``1 / alpha`` is at most ``alpha``,
however often anybody looks and whenever they stop (Ville's inequality).

With an estimated difference ``d`` of variance ``v`` and a mixing variance ``m``::

    evidence = sqrt(v / (v + m)) * exp(m * d**2 / (2 * v * (v + m)))
    p-value  = 1 / evidence
    interval = d +- sqrt(v * (v + m) / m * (2 * log(1 / alpha) + log((v + m) / v)))

**The mixing variance** is the square of the smallest effect worth acting on. The choice never touches the false alarms,
only how soon a real effect is seen, and it is flat: the interval is narrowest where ``m / v`` is about 8 at alpha .05,
and there its half width is about three standard errors, that is ``sqrt(m)``. So it is narrowest just when the smallest
effect worth acting on can be told from none. Half or double that effect costs a few per cent of width.

The variance is estimated from the same data, so the promise holds for large arms; `least_per_arm` of a design is the
first look. After Johari, Pekelis, Walsh, "Always Valid Inference" (2015), and Robbins (1970).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]


def difference_of_shares(
    happened: ArrayLike, of: ArrayLike, happened_control: ArrayLike, of_control: ArrayLike
) -> tuple[Floats, Floats]:
    """(difference, variance) of two shares; counts of any one shape, such as one for each look.

    The variance counts one more of each answer, so that an arm in which nothing has happened yet is not called certain.
    """
    mine, variance = share(happened, of)
    control, control_variance = share(happened_control, of_control)
    return mine - control, variance + control_variance


def share(happened: ArrayLike, of: ArrayLike) -> tuple[Floats, Floats]:
    """(share, variance); of units that each did or did not."""
    yes, n = np.asarray(happened, float), np.asarray(of, float)
    smoothed = (yes + 1) / (n + 2)
    return yes / n, smoothed * (1 - smoothed) / n


def ratio(part: Floats, whole: Floats) -> tuple[float, float]:
    """(ratio, variance) of ``sum(part) / sum(whole)`` over units, such as cost over what was collected; delta method.

    NaN, with an infinite variance, where the whole is nought: a cost per nothing is no figure.
    """
    total = float(whole.sum())
    if total <= 0:
        return float("nan"), float("inf")
    found = float(part.sum()) / total
    rest = part - found * whole
    return found, float(len(part) * rest.var(ddof=1) / total**2)


def log_evidence(difference: ArrayLike, variance: ArrayLike, mixing_variance: float) -> Floats:
    """Log of the weight of "some difference" against "none"; what is unknown (NaN) weighs nothing."""
    d, v = np.asarray(difference, float), np.asarray(variance, float)
    with np.errstate(divide="ignore", invalid="ignore"):
        shrunk = 0.5 * np.log(v / (v + mixing_variance))
        found = shrunk + mixing_variance * d**2 / (2 * v * (v + mixing_variance))
    return np.nan_to_num(found, nan=0.0, neginf=0.0)


def p_value(difference: ArrayLike, variance: ArrayLike, mixing_variance: float) -> Floats:
    """Always valid: under no difference the chance that it is ever ``alpha`` or less is at most ``alpha``."""
    return np.minimum(1.0, np.exp(-np.minimum(log_evidence(difference, variance, mixing_variance), 700.0)))


def half_width(variance: ArrayLike, mixing_variance: float, alpha: float) -> Floats:
    """Half the width of the interval that holds the true difference at *every* look, with probability 1 - alpha."""
    v = np.asarray(variance, float)
    with np.errstate(invalid="ignore"):
        together = v + mixing_variance
        return np.asarray(np.sqrt(v * together / mixing_variance * (2 * np.log(1 / alpha) + np.log(together / v))))


def holm(p_values: ArrayLike) -> Floats:
    """Several arms against one control: p-values that may be compared with alpha as they stand (Holm, 1979).

    It needs no independence, and so holds for always-valid p-values too.
    """
    p = np.asarray(p_values, float)
    order = np.argsort(p, kind="stable")
    stepped = np.maximum.accumulate(p[order] * np.arange(len(p), 0, -1))
    adjusted = np.empty_like(p)
    adjusted[order] = np.minimum(stepped, 1.0)
    return adjusted
