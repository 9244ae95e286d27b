"""The population stability index (PSI): how far a column has moved from its reference, and how far luck moves it. Pure.

PSI = sum over bins of (now - before) * ln(now / before), with the shares of the two samples in fixed bins. The bins are
the deciles of the reference, and one more for values that are missing. By long use in credit scoring, below .1 is
stable, .1 to .25 a shift, above .25 a large one; those limits are for large samples. Two samples of one population have
a PSI of about (bins - 1) * (1/n + 1/m) by luck alone: .3 for thirty accounts in ten bins. So a figure says something
only when it also stands above :func:`luck`. (B. Yurdakul, Statistical properties of PSI, 2018.)
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import chi2

Floats = NDArray[np.floating[Any]]

BINS = 10
SMOOTHING = 0.5
"""Added to the count of every bin, so that one empty bin of a small sample is no infinity."""
DRAWS = 4_000
EXPECTED_FOR_CHI2 = 5
"""Chi-square is a fair picture of luck where every bin expects this many; below, samples are drawn."""


@dataclass(frozen=True, slots=True)
class Bins:
    """A reference: upper edges of the bins but the last, and how many of its rows lay in each; the last is 'missing'.

    A value belongs to the first bin whose edge is not below it, so a value that many rows share (zero, mostly) is an
    edge, and has no company of the values above it.
    """

    edges: tuple[float, ...]
    counts: tuple[int, ...]
    """``len(edges) + 2``: the bins, then missing."""

    @property
    def rows(self) -> int:
        return sum(self.counts)


def bins_of(values: Floats, bins: int = BINS) -> Bins:
    """Fix the bins by a reference sample; NaN and infinities are missing. A sample without a value has one bin."""
    known = values[np.isfinite(values)].astype(np.float64)
    edges: tuple[float, ...] = ()
    if known.size:
        # Edges are values that occur, never between two: float32 and JSON then agree on where a value falls.
        quantiles = np.quantile(known, np.arange(1, bins) / bins, method="inverted_cdf")
        edges = tuple(float(edge) for edge in np.unique(quantiles) if edge < known.max())
    return Bins(edges, tuple(int(count) for count in counts_in(Bins(edges, ()), values)))


def counts_in(bins: Bins, values: Floats) -> NDArray[np.int64]:
    """How many of the values lie in each bin; the last is 'missing'."""
    known = np.isfinite(values)
    place = np.searchsorted(np.asarray(bins.edges, dtype=np.float64), values[known].astype(np.float64), side="left")
    counts = np.bincount(place, minlength=len(bins.edges) + 1)
    return np.append(counts, values.size - int(known.sum())).astype(np.int64)


def psi(before: NDArray[np.int64] | tuple[int, ...], now: NDArray[np.int64] | tuple[int, ...]) -> float:
    """The PSI of two samples that are counted in the same bins; bins that are empty in both say nothing."""
    both = np.stack([np.asarray(before, dtype=np.float64), np.asarray(now, dtype=np.float64)])
    return float(_psi(both[0], both[1][None, :])[0])


def luck(bins: Bins, rows: int, chance: float) -> float:
    """The PSI that a sample of ``rows`` rows of the reference's own population exceeds with this chance."""
    if not rows or not bins.rows:
        return float("inf")
    return _luck(bins.counts, rows, chance)


@lru_cache(maxsize=512)
def _luck(counts: tuple[int, ...], rows: int, chance: float) -> float:
    reference = np.asarray(counts, dtype=np.float64)
    reference = reference[reference > 0]
    if reference.size == 1:
        # A reference that knows one bin alone: what else may come up by luck is what its own size leaves open.
        return float(_psi(np.append(reference, 0), np.array([[max(rows - 1, 0), min(rows, 1)]]))[0])
    shares = reference / reference.sum()
    scale = 1 / rows + 1 / reference.sum()
    if rows * shares.min() >= EXPECTED_FOR_CHI2 and reference.min() >= EXPECTED_FOR_CHI2:
        return float(chi2.ppf(1 - chance, reference.size - 1) * scale)
    # The same seed each time: the same file is judged the same way twice.
    chances = np.random.default_rng(1)
    drawn = chances.multinomial(rows, shares, size=DRAWS)
    again = chances.multinomial(int(reference.sum()), shares, size=DRAWS)
    return float(np.quantile(_psi(again.astype(np.float64), drawn), 1 - chance))


def _psi(before: NDArray[np.float64], now: NDArray[Any]) -> NDArray[np.float64]:
    """Row by row; ``before`` is one sample or one for each row."""
    before = np.broadcast_to(before, now.shape)
    live = ((before + now).sum(axis=0) > 0)[None, :]
    one = np.where(live, before + SMOOTHING, 0.0)
    other = np.where(live, now + SMOOTHING, 0.0)
    one, other = one / one.sum(axis=1, keepdims=True), other / other.sum(axis=1, keepdims=True)
    ratio = np.log(np.where(live, other, 1.0) / np.where(live, one, 1.0))
    return np.asarray(((other - one) * ratio).sum(axis=1))
