"""Exact SHAP values for every account at bulk speed.

A tree of CatBoost asks the same question at every node of a level, so all rows of a leaf have the same SHAP values.
They are worked out once per leaf, by the definition (every subset of the tree's features; a feature that is left out is
averaged over by the weights of the training rows), and looked up per row. Neighbouring trees share one table while
their leaf indexes fit into :data:`BITS` together. Equal to CatBoost's own ``ShapValues`` within rounding, for a model
that :func:`every_leaf_weighed` has passed.

Source of the definition: Lundberg et al., "Consistent Individualized Feature Attribution for Tree Ensembles", 2018.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import combinations, pairwise
from math import factorial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from catboost import CatBoostClassifier
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Table = NDArray[np.float32]

BITS = 8
"""Splits that one table may ask about: 256 rows of four numbers stay in the fastest cache, and an index is a byte."""

SIDE_BY_SIDE = 4
"""Numbers that are fetched together: four doubles are the widest copy that numpy has a fast path for."""

ROWS_AT_ONCE = 32_768
THREADS = 2

A_TRACE = 1e-6
"""The weight of a leaf that no training row reached."""

_NO_WEIGHT = 1e-13
"""Subtrees lighter than this never saw a training row; CatBoost counts them as nothing, and so must we."""


class NotOblivious(Exception):
    """The model is not made of oblivious trees over plain numbers; its leaves cannot be tabulated."""


@dataclass(frozen=True)
class _Lookup:
    """Some trees together: the splits that make up the index, and what each index adds to some columns."""

    splits: tuple[tuple[int, np.float32], ...]
    """(feature, border): the bit is set where the value is above the border. The first is the lowest bit."""
    adds: tuple[tuple[int, Floats], ...]
    """(block of columns, table of (indexes, SIDE_BY_SIDE))."""


@dataclass(frozen=True)
class LeafTables:
    """One model's SHAP values, tabulated, in uncalibrated log-odds."""

    base: float
    """What the model says of the average training row; with an account's contributions it adds up to its log-odds."""
    columns: int
    nan_is_high: tuple[int, ...]
    """Features whose missing values stand above every border; the others' stand below."""
    lookups: tuple[_Lookup, ...]

    def contributions(self, table: Table) -> Floats:
        """(rows, columns) log-odds by feature, or by group of features where the tables were made for groups.

        :param table: (rows, features) as the model was trained on, NaN where unknown; column order is fastest.
        """
        blocks = -(-self.columns // SIDE_BY_SIDE)
        total = np.zeros((blocks, len(table), SIDE_BY_SIDE))
        edges = [*range(0, len(table), ROWS_AT_ONCE), len(table)]

        def fill(edge: tuple[int, int]) -> None:
            start, end = edge
            self._add(table[start:end], total[:, start:end])

        with ThreadPoolExecutor(THREADS) as pool:
            list(pool.map(fill, pairwise(edges)))
        if blocks == 1:
            return total[0, :, : self.columns]
        return total.transpose(1, 0, 2).reshape(len(table), blocks * SIDE_BY_SIDE)[:, : self.columns]

    def _add(self, table: Table, total: Floats) -> None:
        rows = len(table)
        if not rows:
            return
        values = np.array(table.T, order="C")
        for feature in self.nan_is_high:
            values[feature, np.isnan(values[feature])] = np.inf
        above, index = np.empty(rows, dtype=np.bool_), np.empty(rows, dtype=np.uint8)
        place, fetched = np.empty(rows, dtype=np.intp), np.empty((rows, SIDE_BY_SIDE))
        for lookup in self.lookups:
            index[:] = 0
            for feature, border in reversed(lookup.splits):
                np.greater(values[feature], border, out=above)
                np.add(index, index, out=index)  # eight times as fast as numpy's shift
                np.bitwise_or(index, above.view(np.uint8), out=index)
            place[:] = index
            for block, adds in lookup.adds:
                np.take(adds, place, axis=0, out=fetched, mode="clip")
                np.add(total[block], fetched, out=total[block])


def every_leaf_weighed(model: CatBoostClassifier) -> CatBoostClassifier:
    """The same model, in which a leaf that no training row reached weighs :data:`A_TRACE` instead of nothing.

    Under monotone constraints such a leaf has a value all the same. CatBoost then adds the rows that it is asked about
    to the training rows, so that the reasons of an account would hang on who else is in the file; not of this model.
    """
    content = _content(model)
    for tree in content["oblivious_trees"]:
        tree["leaf_weights"] = [weight or A_TRACE for weight in tree["leaf_weights"]]
    with TemporaryDirectory() as folder:
        path = Path(folder) / "model.json"
        path.write_text(json.dumps(content), encoding="utf-8")
        weighed = type(model)()
        weighed.load_model(str(path), format="json")
    return weighed


def leaf_tables(model: CatBoostClassifier, groups: Sequence[Sequence[int]] | None = None) -> LeafTables:
    """Tabulate a model of two classes.

    :param groups: positions of the features that each column adds up; by default every feature is a column of its own.
    :raises NotOblivious: the model has other trees, categories or text, or no weights of its leaves.
    """
    content = _content(model)
    trees = content.get("oblivious_trees")
    if trees is None or any(split["split_type"] != "FloatFeature" for tree in trees for split in tree["splits"] or ()):
        raise NotOblivious("only oblivious trees over plain numbers can be tabulated")
    features = content["features_info"]["float_features"]
    position = {each["feature_index"]: each["flat_feature_index"] for each in features}
    scale, (bias, *_) = content["scale_and_bias"]
    owners = _owners(groups, len(features))
    base = float(bias)
    single: list[tuple[tuple[tuple[int, np.float32], ...], Floats]] = []
    for tree in trees:
        if not tree["splits"]:
            base += scale * float(tree["leaf_values"][0])
            continue
        splits = tuple(
            (position[split["float_feature_index"]], np.float32(split["border"])) for split in tree["splits"]
        )
        if len(splits) > BITS or not any(tree["leaf_weights"]):
            raise NotOblivious(f"a tree is deeper than {BITS} or has no weights of its leaves")
        mean, by_feature = _shapley(splits, tree)
        base += scale * mean
        adds = np.zeros((1 << len(splits), max(owners.values(), default=0) + 1))
        for feature, values in by_feature.items():
            if feature in owners:
                adds[:, owners[feature]] += scale * values
        single.append((splits, adds))
    high = tuple(each["flat_feature_index"] for each in features if each["nan_value_treatment"] == "AsTrue")
    columns = len(groups) if groups is not None else len(features)
    return LeafTables(base, columns, high, tuple(_merged(single)))


def _content(model: CatBoostClassifier) -> dict[str, Any]:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "model.json"
        model.save_model(str(path), format="json")
        content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return content


def _owners(groups: Sequence[Sequence[int]] | None, features: int) -> dict[int, int]:
    """The column of each feature."""
    if groups is None:
        return {feature: feature for feature in range(features)}
    return {feature: column for column, members in enumerate(groups) for feature in members}


def _shapley(splits: Sequence[tuple[int, np.float32]], tree: dict[str, Any]) -> tuple[float, dict[int, Floats]]:
    """The tree's mean value, and for each of its features the SHAP value in every leaf."""
    depth = len(splits)
    # Split 0 is the lowest bit of a leaf's index and the last one asked, so the axes run from the root down.
    shape = (2,) * depth
    feature_at = [feature for feature, _ in reversed(splits)]
    leaves = np.array(tree["leaf_values"], dtype=np.float64).reshape(shape)
    weights = [np.array(tree["leaf_weights"], dtype=np.float64).reshape(shape)]
    for axis in range(depth - 1, -1, -1):
        weights.insert(0, weights[0].sum(axis=axis, keepdims=True))
    seen = [each > _NO_WEIGHT for each in weights]
    fractions = [
        np.where(seen[axis + 1], weights[axis + 1] / np.where(seen[axis], weights[axis], 1.0), 0.0)
        for axis in range(depth)
    ]
    features = sorted(set(feature_at))

    def expected(known: frozenset[int]) -> Floats:
        value = leaves
        for axis in range(depth - 1, -1, -1):
            if feature_at[axis] in known:
                value = value * seen[axis + 1]
            else:
                value = (value * fractions[axis]).sum(axis=axis, keepdims=True)
        return value

    subsets = [frozenset(each) for size in range(len(features) + 1) for each in combinations(features, size)]
    value_of = {subset: expected(subset) for subset in subsets}
    found = {}
    for feature in features:
        total = np.zeros(shape)
        for subset in subsets:
            if feature not in subset:
                size, rest = len(subset), len(features) - len(subset) - 1
                share = factorial(size) * factorial(rest) / factorial(len(features))
                total += share * (value_of[subset | {feature}] - value_of[subset])
        found[feature] = total.reshape(-1)
    return float(value_of[frozenset()].item()), found


def _merged(single: Sequence[tuple[tuple[tuple[int, np.float32], ...], Floats]]) -> Iterator[_Lookup]:
    """Trees in their order, as many to a lookup as fit into :data:`BITS`."""
    splits: tuple[tuple[int, np.float32], ...] = ()
    adds: Floats | None = None
    for tree_splits, tree_adds in single:
        if adds is not None and len(splits) + len(tree_splits) > BITS:
            yield _Lookup(splits, _in_blocks(adds))
            splits, adds = (), None
        # The new tree's bits stand above those already there.
        adds = tree_adds if adds is None else (tree_adds[:, None, :] + adds[None, :, :]).reshape(-1, adds.shape[1])
        splits = (*splits, *tree_splits)
    if adds is not None:
        yield _Lookup(splits, _in_blocks(adds))


def _in_blocks(adds: Floats) -> tuple[tuple[int, Floats], ...]:
    """The table cut into blocks of columns; blocks that add nothing are left out."""
    cut = []
    for start in range(0, adds.shape[1], SIDE_BY_SIDE):
        block = np.zeros((len(adds), SIDE_BY_SIDE))
        some = adds[:, start : start + SIDE_BY_SIDE]
        block[:, : some.shape[1]] = some
        if block.any():
            cut.append((start // SIDE_BY_SIDE, block))
    return tuple(cut)
