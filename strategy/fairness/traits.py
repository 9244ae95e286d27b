"""People by group of one trait, and of two traits together. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from strategy.whatif.book import Grouped

FEWEST = 20
"""Groups of fewer people are pooled: their figures would be noise, and could point at somebody."""

POOLED = "small groups"
TOGETHER = ("sex", "age")
"""Traits that are also looked at together: what is even by each may not be by both."""


def grouped(words: Sequence[str | None]) -> Grouped:
    """From everybody's word; None is not known. Bands such as '<26' come before '26-35'."""
    names = sorted({word for word in words if word is not None}, key=lambda word: (not word.startswith("<"), word))
    places = {name: place for place, name in enumerate(names)}
    return Grouped(np.array([-1 if word is None else places[word] for word in words], dtype=np.int64), tuple(names))


def measured_traits(traits: Mapping[str, Grouped]) -> dict[str, Grouped]:
    """Every trait, and :data:`TOGETHER`, with small groups pooled; a trait with a single group has nothing to compare.

    The pooled group comes last and is called :data:`POOLED`.
    """
    wanted = dict(traits)
    if all(name in traits for name in TOGETHER):
        wanted["_and_".join(TOGETHER)] = crossed(*(traits[name] for name in TOGETHER))
    pooled = {name: _pooled(grouped) for name, grouped in wanted.items()}
    return {name: grouped for name, grouped in pooled.items() if len(grouped.names) > 1}


def crossed(one: Grouped, other: Grouped) -> Grouped:
    """Groups by both traits; -1 where either is not known."""
    known = (one.code >= 0) & (other.code >= 0)
    code = np.where(known, one.code.astype(np.int64) * len(other.names) + other.code, -1)
    return Grouped(code, tuple(f"{first} {second}" for first in one.names for second in other.names))


def _pooled(grouped: Grouped) -> Grouped:
    code = np.asarray(grouped.code, dtype=np.int64)
    counts = np.bincount(code[code >= 0], minlength=len(grouped.names))
    kept = np.flatnonzero(counts >= FEWEST)
    places = np.full(len(grouped.names) + 1, -1)
    places[:-1][(counts > 0) & (counts < FEWEST)] = len(kept)
    places[kept] = np.arange(len(kept))
    names = tuple(grouped.names[row] for row in kept)
    has_small = bool(((counts > 0) & (counts < FEWEST)).any())
    return Grouped(places[code], (*names, POOLED) if has_small else names)
