"""Promises in parts, pages and recordings: a ledger that has some goes down to the schema before, and up again."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import text

from ledger.ledger import sqlite_engine
from ledger.migrate import downgrade, drift, upgrade

DAY = "2026-01-01 00:00:00.000000"
BEFORE = (
    f"INSERT INTO debtor VALUES ('d', 'R', x'00', x'00', 'i', x'00', 'h', 'zh', '[]', '[]', 1, '{DAY}')",
    "INSERT INTO importbatch (id, source_name, source_sha256, layout, as_of, rows_read, accounts, rejected, created_at)"
    f" VALUES ('b', 'f', 's', 'uci', '2026-01-01', 1, 1, 0, '{DAY}')",
    "INSERT INTO account (id, debtor_id, batch_id, external_ref, product, currency, credit_limit, amount_due, balance,"
    " dpd, as_of, status) VALUES ('a', 'd', 'b', 'A', 'card', 'CNY', 100, 10, 500, 30, '2026-01-01', 'open')",
    "INSERT INTO conversation (id, account_id, debtor_id, channel, language, stage, verified, identity_tries, facts,"
    f" opened_at) VALUES ('c', 'a', 'd', 'voice', 'zh', 'closed', 1, 0, '{{}}', '{DAY}')",
    "INSERT INTO turn (id, conversation_id, seq, speaker, text_sealed, language, at)"
    f" VALUES ('t', 'c', 1, 'debtor', x'00', 'zh', '{DAY}')",
    'INSERT INTO "case" (id, account_id, debtor_id, conversation_id, queue, priority, "trigger", language,'
    f" packet_sealed, status, opened_at, due_at) VALUES ('k', 'a', 'd', 'c', 'q', 'P0', 'x', 'zh', x'00', 'waiting',"
    f" '{DAY}', '{DAY}')",
    "INSERT INTO promise (id, account_id, conversation_id, amount, currency, due_on, status, read_back_at,"
    f" confirmed_at) VALUES ('p', 'a', 'c', 500, 'CNY', '2026-02-01', 'open', '{DAY}', '{DAY}')",
)
SINCE_0006 = (
    f"INSERT INTO instalmentplan VALUES ('i', 'a', 'c', 2, 'month', 500, 'CNY', 'open', '{DAY}', '{DAY}')",
    "UPDATE promise SET plan_id = 'i', part = 1 WHERE id = 'p'",
    "INSERT INTO confirmation (id, account_id, promise_id, plan_id, reference, language, status, made_at)"
    f" VALUES ('f', 'a', NULL, 'i', '123456', 'zh', 'waiting', '{DAY}')",
)
SINCE_0007 = (f"INSERT INTO page VALUES ('g', 'k', '[\"on_call\"]', '{DAY}', NULL)",)
SINCE_0008 = (
    "INSERT INTO recording (id, conversation_id, file, key_sealed, rate, status, started_at)"
    f" VALUES ('r', 'c', 'ab', x'00', 8000, 'running', '{DAY}')",
    "INSERT INTO recordedturn (turn_id, recording_id, begins, ends, kept) VALUES ('t', 'r', 0.5, 2.5, 1)",
)
COUNTED = ("promise", "instalmentplan", "confirmation", "page", "recording", "recordedturn")


def test_records_of_the_later_tables_come_through_up_down_and_up(tmp_path: Path) -> None:
    engine = sqlite_engine(tmp_path / "ledger.db")

    def run(statements: tuple[str, ...]) -> None:
        with engine.execution_options(amends_write=True).begin() as connection:
            for statement in statements:
                connection.execute(text(statement))

    def counts(tables: tuple[str, ...] = COUNTED) -> dict[str, int]:
        with engine.connect() as connection:
            assert connection.execute(text("PRAGMA foreign_key_check")).all() == []
            return {each: int(connection.execute(text(f"SELECT count(*) FROM {each}")).scalar_one()) for each in tables}

    upgrade(engine, "0005")
    run(BEFORE)
    upgrade(engine, "0006")
    run(SINCE_0006)
    upgrade(engine, "0007")
    run(SINCE_0007)
    upgrade(engine)
    assert drift(engine) == []
    run(SINCE_0008)
    assert counts() == dict.fromkeys(COUNTED, 1)
    downgrade(engine, "0007")
    assert counts(COUNTED[:4]) == dict.fromkeys(COUNTED[:4], 1)
    downgrade(engine, "0006")
    assert counts(COUNTED[:3]) == dict.fromkeys(COUNTED[:3], 1)
    downgrade(engine, "0005")
    assert counts(("promise",)) == {"promise": 1}
    upgrade(engine)
    assert drift(engine) == []
    with engine.connect() as connection:
        kept = connection.execute(text("SELECT amount, due_on, plan_id FROM promise")).one()
    assert tuple(kept) == (500, "2026-02-01", None)
    assert counts() == dict.fromkeys(COUNTED, 0) | {"promise": 1}
