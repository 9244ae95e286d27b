"""Parquet to parquet: the same figures as any other way of scoring, in chunks, whole or not at all."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
from scored import portfolio, trained

from strategy.models.registry import Model
from strategy.scoring import bulk
from strategy.scoring.book import BookUnusable, check_book
from strategy.scoring.bulk import score_file
from strategy.scoring.score import RESULT, score_book
from strategy.settings import HardRules, StrategySettings
from strategy.tiers import AccountFacts, ScoreFacts, assign


@pytest.fixture(scope="module")
def model() -> Model:
    found = trained()
    return Model(found.heads, found.amount, found.spec, {}, id="test")


def test_every_row_in_its_place_with_its_tier(model: Model, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bulk, "CHUNK", 700)
    book = portfolio().head(2_000).with_columns(billed_2=pl.when(pl.col("balance") > 20_000).then("billed_2"))
    book.write_parquet(tmp_path / "in.parquet")
    settings = StrategySettings(hard_rules=HardRules(large_balance=150_000))
    steps: list[tuple[int, int]] = []
    done = score_file(
        model,
        settings,
        tmp_path / "in.parquet",
        tmp_path / "out.parquet",
        lambda done, total: steps.append((done, total)),
    )
    out = pl.read_parquet(tmp_path / "out.parquet")
    expected = score_book(model, check_book(book))
    assert out.select(list(RESULT)).equals(expected)
    assert steps == [(0, 2_000), (700, 2_000), (1_400, 2_000), (2_000, 2_000)]
    assert (done.accounts, done.scored) == (2_000, 2_000 - expected["willingness"].null_count())
    assert 0 < done.scored < 2_000
    assert done.tiers == dict(out["tier"].value_counts().iter_rows())
    for row, balance in zip(out.iter_rows(named=True), book["balance"], strict=True):
        score = None if row["willingness"] is None else ScoreFacts(row["willingness"], row["ability"])
        assert row["tier"] == assign(score, AccountFacts(balance=balance), settings).tier


def test_without_reasons_the_figures_are_the_same(model: Model, tmp_path: Path) -> None:
    portfolio().head(500).write_parquet(tmp_path / "in.parquet")
    score_file(model, StrategySettings(), tmp_path / "in.parquet", tmp_path / "out.parquet", reasons=False)
    out = pl.read_parquet(tmp_path / "out.parquet")
    assert out["reasons"].null_count() == 500
    assert out["ability"].to_list() == score_book(model, check_book(portfolio().head(500)))["ability"].to_list()


def test_a_file_that_is_no_book_leaves_nothing_behind(model: Model, tmp_path: Path) -> None:
    target = tmp_path / "out.parquet"
    with pytest.raises(BookUnusable, match="cannot be read"):
        score_file(model, StrategySettings(), tmp_path / "nowhere.parquet", target)
    (tmp_path / "text.parquet").write_text("not parquet")
    with pytest.raises(BookUnusable, match="cannot be read"):
        score_file(model, StrategySettings(), tmp_path / "text.parquet", target)
    bad = portfolio().head(50).with_columns(credit_limit=pl.lit(0.0))
    bad.write_parquet(tmp_path / "bad.parquet")
    with pytest.raises(BookUnusable, match="credit_limit must be above zero"):
        score_file(model, StrategySettings(), tmp_path / "bad.parquet", target)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["bad.parquet", "text.parquet"]
