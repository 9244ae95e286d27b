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


def drift(
    profile: Mapping[str, Any],
    table: NDArray[np.float32],
    names: Sequence[str],
    probabilities: Mapping[str, Floats],
    limits: Limits,
) -> list[Finding]:
    """PSI of every feature and every probability against the profile; what the profile does not know is left out.

    :raises KeyError, TypeError, ValueError: it is no profile.
    """
    features = {name: table[:, position] for position, name in enumerate(names)}
    return [
        _psi(check, name, _bins(profile[part][name]), values, limits)
        for check, part, columns in (("feature_psi", "features", features), ("score_psi", "scores", probabilities))
        for name, values in columns.items()
        if name in profile[part]
    ]


def _psi(check: str, name: str, bins: Bins, values: Floats, limits: Limits) -> Finding:
    moved, by_luck = psi(bins.counts, counts_in(bins, values)), luck(bins, len(values), CHANCE)
    found = level(check, moved, limits, beyond_luck=moved > by_luck)
    return Finding(check, name, found, moved, None, max(limits[check].warn, by_luck), len(values))


def _bins_json(bins: Bins) -> dict[str, list[float]]:
    return {"edges": list(bins.edges), "counts": list(bins.counts)}


def _bins(stored: Mapping[str, Any]) -> Bins:
    bins = Bins(tuple(float(edge) for edge in stored["edges"]), tuple(int(count) for count in stored["counts"]))
    if len(bins.counts) != len(bins.edges) + 2 or min(bins.counts) < 0:
        raise ValueError("a profile's bins do not fit its edges")
    return bins
