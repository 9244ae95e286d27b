"""Are the arms as large as they were drawn to be? If not, something loses accounts, and no figure can be trusted. Pure.

A drawing that is sound can still be looked at every day, so this test is always valid as well: the counts under the
planned shares against the counts under shares spread evenly over all there could be (a Dirichlet-multinomial mixture;
Lindon and Malek, "Anytime-Valid Inference for Multinomial Count Data", 2022).
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from scipy.special import gammaln

ALARM = 0.001
"""Below this p-value the arms are not what was drawn. Small on purpose: a false alarm stops a sound experiment."""

PRIOR = 100.0
"""How firmly the mixture sits around the planned shares, in accounts: real losses are small, a few per cent."""


def p_value(counts: Sequence[int], shares: Sequence[float]) -> float:
    """Always valid p-value of "each unit was drawn into these arms with these shares".

    :param counts: units in each arm.
    :param shares: what they were drawn with; above nought, summing to one.
    """
    seen, planned = np.asarray(counts, float), np.asarray(shares, float)
    prior = PRIOR * planned
    mixed = gammaln(PRIOR) - gammaln(PRIOR + seen.sum()) + float(np.sum(gammaln(prior + seen) - gammaln(prior)))
    drawn = float(np.sum(seen * np.log(planned)))
    return min(1.0, math.exp(min(0.0, drawn - float(mixed))))
