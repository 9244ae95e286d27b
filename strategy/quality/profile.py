"""The reference profile of a model: how its features and probabilities lay in the data it learnt from. Pure.

It travels with the model as JSON, and every scoring run is held against it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from strategy.quality.checks import CHANCE, level
from strategy.quality.findings import Finding
from strategy.quality.limits import Limits
from strategy.quality.psi import Bins, Floats, bins_of, counts_in, luck, psi

FEWEST_TO_BREAK = 100
"""A handful of accounts may all stand where the model has seen few, and the model be right about them."""

Profile = Mapping[str, Mapping[str, Mapping[str, Sequence[float]]]]
"""{"features" | "scores": {name: {"edges": [...], "counts": [...]}}}; bins as in strategy/quality/psi.py."""


def profile_of(
    table: NDArray[np.float32], names: Sequence[str], probabilities: Mapping[str, Floats]
) -> dict[str, dict[str, dict[str, list[float]]]]:
    """The profile of what a model learnt from.

    :param table: (rows, len(names)); NaN where a feature is not known.
    :param probabilities: by head, one for each row of the table.
    """
    features = {name: table[:, position] for position, name in enumerate(names)}
    return {
        part: {name: _bins_json(bins_of(values)) for name, values in columns.items()}
        for part, columns in (("features", features), ("scores", probabilities))
    }


class Drift:
    """Counts accounts in a profile's bins, chunk by chunk, and then says how far they moved."""

    def __init__(self, profile: Mapping[str, Any]) -> None:
        """:raises KeyError, TypeError, ValueError: it is no profile."""
        self._bins = {
            (check, name): _bins(stored)
            for check, part in (("feature_psi", "features"), ("score_psi", "scores"))
            for name, stored in profile[part].items()
        }
        self._counts = {key: np.zeros(len(bins.counts), np.int64) for key, bins in self._bins.items()}

    def add(self, table: NDArray[np.float32], names: Sequence[str], probabilities: Mapping[str, Floats]) -> None:
        """Some more accounts; arguments as of :func:`profile_of`. What the profile does not know is left out."""
        for position, name in enumerate(names):
            self._add("feature_psi", name, table[:, position])
        for name, values in probabilities.items():
            self._add("score_psi", name, values)

    def findings(self, limits: Limits) -> list[Finding]:
        """PSI of every feature and every probability; nothing of what no account was counted for."""
        return [self._finding(key, counts, limits) for key, counts in self._counts.items() if counts.any()]

    def _add(self, check: str, name: str, values: Floats) -> None:
        if (check, name) in self._bins:
            self._counts[check, name] += counts_in(self._bins[check, name], values)

    def _finding(self, key: tuple[str, str], counts: NDArray[np.int64], limits: Limits) -> Finding:
        (check, name), rows = key, int(counts.sum())
        moved, by_luck = psi(self._bins[key].counts, counts), luck(self._bins[key], rows, CHANCE)
        found = level(check, moved, limits, beyond_luck=moved > by_luck)
        if found == "broken" and rows < FEWEST_TO_BREAK:
            found = "warn"
        return Finding(check, name, found, moved, None, max(limits[check].warn, by_luck), rows)


def _bins_json(bins: Bins) -> dict[str, list[float]]:
    return {"edges": list(bins.edges), "counts": list(bins.counts)}


def _bins(stored: Mapping[str, Any]) -> Bins:
    bins = Bins(tuple(float(edge) for edge in stored["edges"]), tuple(int(count) for count in stored["counts"]))
    if len(bins.counts) != len(bins.edges) + 2 or min(bins.counts) < 0:
        raise ValueError("a profile's bins do not fit its edges")
    return bins
