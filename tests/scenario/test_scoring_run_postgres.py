"""The same scoring run on a real PostgreSQL: the same scores, reasons and places as on SQLite."""

from __future__ import annotations

import itertools
from collections import Counter
from pathlib import Path

import pytest
from scored import NOW, portfolio, trained
from seeded import KEYS, START, fresh_ledger
from sqlalchemy import Engine, text
from sqlmodel import col, select

from bench import postgres
from ledger.importing.portfolio import import_file
from ledger.ledger import Ledger, postgres_engine
from ledger.migrate import downgrade, drift, upgrade
from ledger.tables import Score, TierAssignment
from rehearsal.people import MadeUpPeople
from strategy.models.registry import publish
from strategy.scoring.run import score_accounts

pytestmark = [pytest.mark.slow, pytest.mark.skipif(postgres.missing() is not None, reason=str(postgres.missing()))]


def scored(ledger: Ledger, folder: Path, name: str) -> tuple[list[tuple], list[tuple]]:
    file = folder / "portfolio.parquet"
    portfolio().write_parquet(file)
    import_file(ledger, file, MadeUpPeople(seed=1), folder / name, limit=300, as_of=None)
    first = score_accounts(ledger, folder / "models")
    assert (first.accounts, first.scored, first.moved) == (300, 300, 300)
    second = score_accounts(ledger, folder / "models")
    assert (second.scored, second.moved) == (300, 0)
    with ledger.read() as work:
        scores = work.session.exec(select(Score).order_by(col(Score.id))).all()
        tiers = work.session.exec(select(TierAssignment).order_by(col(TierAssignment.id))).all()
        assert len(tiers) == 300
    return (
        [(s.as_of, s.willingness, s.ability, s.expected_amount, s.reasons, s.created_at) for s in scores],
        [(t.tier, t.treatment, t.why, t.propensity, t.created_at) for t in tiers],
    )


def filled_parts(engine: Engine) -> dict[str, int]:
    """How many parts beside the first each table has; every one of them has rows and both indexes."""
    with engine.connect() as connection:
        names = connection.execute(text("SELECT tablename FROM pg_tables WHERE schemaname = 'parts'")).scalars().all()
        large = [name for name in names if not name.endswith("_0")]
        for name in large:
            assert connection.execute(text(f"SELECT count(*) FROM parts.{name}")).scalar() == 300
            indexes = text(f"SELECT count(*) FROM pg_indexes WHERE schemaname = 'parts' AND tablename = '{name}'")
            assert connection.execute(indexes).scalar() == 2
    return dict(Counter(name.partition("_")[0] for name in large))


@pytest.mark.parametrize(("many", "parts"), [(100, {"score": 2, "tierassignment": 1}), (1_000, {})])
def test_the_same_on_both_databases(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, many: int, parts: dict[str, int]
) -> None:
    monkeypatch.setattr("ledger.bulk.MANY", many)
    publish(tmp_path / "models", trained(), NOW)
    with postgres.running() as url:
        engine = postgres_engine(url)
        upgrade(engine)
        assert drift(engine) == []
        numbers = itertools.count(1)
        there = scored(Ledger(engine, KEYS, lambda: START, lambda: f"id-{next(numbers)}"), tmp_path, "there")
        assert filled_parts(engine) == parts
        downgrade(engine, "0003")
        with engine.connect() as connection:
            assert connection.execute(text("SELECT count(*) FROM score")).scalar() == 600
        upgrade(engine)
        downgrade(engine, "0001")
        upgrade(engine)
        engine.dispose()
    here = scored(fresh_ledger(tmp_path / "ledger.db"), tmp_path, "here")
    assert there == here
