"""A ledger that is already in use comes through every migration with its records."""

from __future__ import annotations

import json
from pathlib import Path

from sqlalchemy import text

from ledger.ledger import sqlite_engine
from ledger.migrate import downgrade, drift, upgrade

ROWS = (
    "INSERT INTO debtor VALUES ('d', 'R', x'00', x'00', 'i', x'00', 'h', 'zh', '[]', '[]', 1, '2026-01-01')",
    "INSERT INTO importbatch (id, source_name, source_sha256, layout, as_of, rows_read, accounts, rejected, created_at)"
    " VALUES ('b', 'f', 's', 'uci', '2026-01-01', 1, 1, 0, '2026-01-01')",
    "INSERT INTO account VALUES ('a', 'd', 'b', 'A', 'card', 'CNY', 100, 10, 500, 30, '2026-01-01', 'open')",
    "INSERT INTO strategyversion VALUES (1, 'active', '{}', 'm', '', '2026-01-01', NULL)",
    "INSERT INTO statement VALUES ('m1', 'a', 1, 9000, 100), ('m3', 'a', 3, 8000, 0)",
    """INSERT INTO score VALUES ('s', 'a', '2026-01-01', .5, .5, 'model',
    '[{"head": "willingness", "code": "P01", "effect": -1.204}, {"head": "ability", "code": "A11", "effect": 0.3}]',
    '2026-01-01')""",
    "INSERT INTO tierassignment VALUES ('t', 'a', 's', 1, 'remind', 'r', '[]', 'champion', '2026-01-01')",
)


def test_records_of_the_first_schema_come_through_and_back(tmp_path: Path) -> None:
    engine = sqlite_engine(tmp_path / "ledger.db")
    upgrade(engine, "0001")
    with engine.execution_options(amends_write=True).begin() as connection:
        for row in ROWS:
            connection.execute(text(row))
    upgrade(engine)
    assert drift(engine) == []
    with engine.connect() as connection:
        assert connection.execute(text("SELECT score_id, arm, propensity FROM tierassignment")).one() == (
            "s",
            "champion",
            1.0,
        )
        assert connection.execute(text("SELECT willingness, ability, kept FROM score")).one() == (0.5, 0.5, None)
        assert connection.execute(text("SELECT reasons FROM score")).scalar() == "W:P01-1.20;A:A11+0.30"
        months = text("SELECT billed_1, paid_1, billed_2, billed_3, paid_3 FROM accountsnapshot")
        assert connection.execute(months).one() == (9000, 100, None, 8000, 0)
    downgrade(engine, "0001")
    with engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM tierassignment")).scalar() == 1
        assert connection.execute(text("PRAGMA foreign_key_check")).all() == []
        told = connection.execute(text("SELECT reasons FROM score")).scalar()
        assert json.loads(told)[0] == {"head": "willingness", "code": "P01", "effect": -1.2}
        months = text("SELECT months_back, billed, paid FROM statement ORDER BY 1")
        assert connection.execute(months).all() == [(1, 9000, 100), (3, 8000, 0)]
