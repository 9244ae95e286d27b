"""The promises every record rests on: exact money, zoned time, whole transactions, a schema that matches the code."""

from __future__ import annotations

import sqlite3
import statistics
import threading
import time
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path

import pytest
from engines import OpenLedger
from seeded import START, StoppedClock, add_person
from sqlalchemy import inspect, text
from sqlalchemy.exc import IntegrityError, StatementError
from sqlmodel import select

from ledger.ledger import Ledger, sqlite_engine
from ledger.migrate import downgrade, drift, upgrade
from ledger.money import Money
from ledger.tables import Account, AccountSnapshot, AuditEntry, Debtor


@pytest.fixture
def clock() -> StoppedClock:
    return StoppedClock()


@pytest.fixture
def ledger(ledger_on: OpenLedger, clock: StoppedClock) -> Ledger:
    return ledger_on(clock)


def test_the_migrated_schema_is_what_the_code_describes(ledger: Ledger) -> None:
    assert drift(ledger.engine) == []


def test_drift_is_noticed(ledger: Ledger) -> None:
    with ledger.begin() as work:
        work.session.connection().execute(text("ALTER TABLE debtor ADD COLUMN nickname TEXT"))
    assert drift(ledger.engine) != []


def test_migrations_go_down_to_nothing_and_up_again(tmp_path: Path) -> None:
    engine = sqlite_engine(tmp_path / "ledger.db")
    upgrade(engine)
    upgrade(engine)
    downgrade(engine)
    assert set(inspect(engine).get_table_names()) <= {"alembic_version"}
    upgrade(engine)
    assert drift(engine) == []


def test_a_time_without_a_zone_is_refused(ledger: Ledger) -> None:
    with ledger.begin() as work:
        debtor = work.session.get_one(Debtor, add_person(work).debtor_id)
        debtor.created_at = datetime(2026, 3, 4, 9, 0)  # noqa: DTZ001  (the point of the test)
        with pytest.raises(StatementError, match="without a zone"):
            work.session.flush()
        work.session.rollback()


def test_a_time_of_any_zone_comes_back_in_utc(ledger: Ledger, clock: StoppedClock) -> None:
    clock.now = START.astimezone(timezone(timedelta(hours=8)))
    with ledger.begin() as work:
        add_person(work)
    with ledger.read() as work:
        created = work.session.exec(select(Debtor)).one().created_at
    assert (created, created.utcoffset()) == (START, timedelta(0))


def test_money_keeps_its_cents_and_refuses_to_lose_any(ledger: Ledger) -> None:
    with ledger.begin() as work:
        account = add_person(work, balance="9999999999999.99", due="0.01")
    with ledger.read() as work:
        again = work.session.get_one(Account, account.id)
        assert (again.balance, again.amount_due) == (Decimal("9999999999999.99"), Decimal("0.01"))
    with pytest.raises(StatementError, match="hundredth"), ledger.begin() as work:
        add_person(work, "R2", balance="1.001")


@pytest.mark.parametrize("amount", ["NaN", "Infinity"])
def test_money_is_finite(amount: str) -> None:
    with pytest.raises(ValueError, match="finite"):
        Money(Decimal(amount), "CNY")


@pytest.mark.parametrize("currency", ["cny", "CN", "人民币", ""])
def test_money_has_a_currency(currency: str) -> None:
    with pytest.raises(ValueError, match="three capital letters"):
        Money(Decimal(1), currency)


def test_a_failed_transaction_leaves_nothing(ledger: Ledger) -> None:
    def fail_half_way() -> None:
        with ledger.begin() as work:
            work.audit("import", add_person(work).id, {"accounts": 1})
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail_half_way()
    with ledger.read() as work:
        assert work.session.exec(select(Debtor)).all() == []
        assert work.session.exec(select(AuditEntry)).all() == []


def test_reading_writes_nothing_and_its_records_outlive_it(ledger: Ledger) -> None:
    with ledger.begin() as work:
        add_person(work)
    with ledger.read() as work:
        account = work.session.exec(select(Account)).one()
        add_person(work, "R2")
    assert account.external_ref == "A-R1"
    with ledger.read() as work:
        assert len(work.session.exec(select(Account)).all()) == 1


def test_a_record_about_nobody_is_refused(ledger: Ledger) -> None:
    with pytest.raises(IntegrityError), ledger.begin() as work:
        work.session.add(AccountSnapshot(account_id="nobody", billed_1=Decimal(1), paid_1=Decimal(0)))


def test_writers_wait_for_each_other(ledger: Ledger) -> None:
    """Two transactions that both read the end of the audit chain and append to it: neither may lose its entry."""

    def add_ten() -> None:
        for _ in range(10):
            with ledger.begin() as work:
                work.audit("tick", "x", {})

    threads = [threading.Thread(target=add_ten) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with ledger.read() as work:
        assert [entry.seq for entry in work.session.exec(select(AuditEntry)).all()] == list(range(1, 21))


def test_one_transaction_happens_at_one_time(ledger: Ledger, clock: StoppedClock) -> None:
    with ledger.begin() as work:
        clock.advance(hours=1)
        assert work.now == START
        assert work.now.tzinfo is UTC


def test_the_file_survives_a_crash_by_writing_ahead_with_full_durability(tmp_path: Path) -> None:
    engine = sqlite_engine(tmp_path / "ledger.db")
    with engine.connect() as connection:
        found = {name: connection.execute(text(f"PRAGMA {name}")).scalar() for name in ("journal_mode", "synchronous")}
        assert connection.execute(text("PRAGMA foreign_keys")).scalar() == 1
    assert found == {"journal_mode": "wal", "synchronous": 2}
    assert sqlite3.sqlite_version_info >= (3, 35)


def test_a_writer_that_waited_goes_on_as_soon_as_it_may(ledger: Ledger) -> None:
    """SQLite by itself lets whoever waits ask again ten times a second only, and somebody else may come in between."""
    late = []
    for _ in range(5):
        holding, done = threading.Event(), []

        def hold(holding: threading.Event = holding, done: list[float] = done) -> None:
            with ledger.begin():
                holding.set()
                time.sleep(0.4)
            done.append(time.perf_counter())

        holder = threading.Thread(target=hold)
        holder.start()
        holding.wait()
        with ledger.begin():
            began = time.perf_counter()
        holder.join()
        late.append(began - done[0])
    # Asking again every 0.1 s would come 0.05 s late on average.
    assert statistics.median(late) < 0.02
