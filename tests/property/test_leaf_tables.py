"""Tabulated SHAP values are CatBoost's own, whatever the trees, the weights and the holes in the data."""

from __future__ import annotations

import numpy as np
import pytest
from catboost import CatBoostClassifier, CatBoostRegressor, Pool
from hypothesis import given, settings
from hypothesis import strategies as st

from strategy.reasons.leaf_tables import ROWS_AT_ONCE, NotOblivious, every_leaf_weighed, leaf_tables

SETTINGS = {"iterations": 8, "verbose": False, "allow_writing_files": False, "thread_count": 1}


def data(seed: int, features: int, holes: float, rows: int = 200) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    table = np.asfortranarray(np.round(rng.standard_normal((rows, features)), 1).astype(np.float32))
    happened = (table.sum(axis=1) + rng.standard_normal(rows) > 0).astype(int)
    table[rng.random(table.shape) < holes] = np.nan
    return table, happened


@settings(max_examples=30, deadline=None)
@given(
    seed=st.integers(0, 2**31),
    depth=st.integers(1, 6),
    features=st.integers(1, 9),
    holes=st.sampled_from([0.0, 0.2, 0.9]),
    nan_mode=st.sampled_from(["Min", "Max"]),
    weighted=st.booleans(),
    signs=st.booleans(),
)
def test_equal_to_catboost_for_every_feature(
    seed: int, depth: int, features: int, holes: float, nan_mode: str, weighted: bool, signs: bool
) -> None:
    table, happened = data(seed, features, holes)
    weights = np.random.default_rng(seed).integers(0, 4, len(table)).astype(float) if weighted else None
    known = {"monotone_constraints": [1, *[0] * (features - 1)]} if signs else {}
    model = CatBoostClassifier(**SETTINGS, **known, depth=depth, nan_mode=nan_mode, random_seed=seed % 1000)
    plain = model.fit(Pool(table, happened, weight=weights))
    model = every_leaf_weighed(plain)
    # Rows that the model never saw too: they reach leaves that no training row weighs.
    asked = np.vstack([table, data(seed + 1, features, 0.5)[0]])
    np.testing.assert_allclose(
        model.predict(asked, prediction_type="RawFormulaVal"),
        plain.predict(asked, prediction_type="RawFormulaVal"),
        atol=1e-12,
    )
    theirs = np.asarray(model.get_feature_importance(Pool(asked), type="ShapValues", thread_count=1))
    tables = leaf_tables(model)
    ours = tables.contributions(asked)
    assert ours.shape == (len(asked), features)
    np.testing.assert_allclose(ours, theirs[:, :-1], atol=1e-9, rtol=0)
    assert tables.base == pytest.approx(theirs[0, -1], abs=1e-9)

    groups = [[0], list(range(1, features))]
    by_group = leaf_tables(model, groups).contributions(asked)
    np.testing.assert_allclose(by_group[:, 0], theirs[:, 0], atol=1e-9, rtol=0)
    np.testing.assert_allclose(by_group[:, 1], theirs[:, 1:-1].sum(axis=1), atol=1e-9, rtol=0)


def test_reasons_do_not_hang_on_who_else_is_asked_about() -> None:
    table, happened = data(6, 4, 0.0)
    signs = {"monotone_constraints": [1, 1, 1, 1]}
    model = every_leaf_weighed(CatBoostClassifier(**SETTINGS, **signs, depth=6).fit(table, happened))
    assert min(model.get_leaf_weights()) > 0
    alone = np.asarray(model.get_feature_importance(Pool(table[:1]), type="ShapValues"))
    among = np.asarray(model.get_feature_importance(Pool(table), type="ShapValues"))
    np.testing.assert_allclose(alone[0], among[0], atol=1e-12)


def test_a_table_longer_than_a_chunk_is_the_same_row_by_row() -> None:
    table, happened = data(3, 5, 0.1)
    model = CatBoostClassifier(**SETTINGS, depth=3).fit(table, happened)
    once = leaf_tables(model).contributions(table)
    many = np.tile(table, (2 * ROWS_AT_ONCE // len(table) + 1, 1))
    assert np.array_equal(leaf_tables(model).contributions(many), np.tile(once, (len(many) // len(table), 1)))
    assert leaf_tables(model).contributions(table[:0]).shape == (0, 5)


def test_other_trees_are_refused() -> None:
    table, happened = data(4, 3, 0.0)
    lopsided = CatBoostClassifier(**SETTINGS, grow_policy="Lossguide").fit(table, happened)
    with pytest.raises(NotOblivious):
        leaf_tables(lopsided)


def test_an_amount_is_tabulated_as_well() -> None:
    table, _ = data(5, 3, 0.1)
    model = CatBoostRegressor(**SETTINGS, depth=3).fit(table, np.nan_to_num(table[:, 0]) * 100)
    theirs = np.asarray(model.get_feature_importance(Pool(table), type="ShapValues"))
    tables = leaf_tables(model)
    np.testing.assert_allclose(tables.contributions(table), theirs[:, :-1], atol=1e-9, rtol=0)
    assert tables.base == pytest.approx(theirs[0, -1], abs=1e-9)
