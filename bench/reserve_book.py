"""Ledgers to reserve contacts on: people with three debts each, and what was done to reach them before."""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import polars as pl

from bench import postgres
from ledger.bulk import append_frame
from ledger.keys import Keys
from ledger.ledger import Ledger, UnitOfWork, postgres_engine, sqlite_engine
from ledger.migrate import upgrade
from ledger.tables import Account, Attempt, Debtor, Decision, ImportBatch, PlannedContact, TierAssignment
from strategy.versions import active

DEBTS: Final = 3
NOON: Final = datetime(2026, 11, 20, 4, 0, tzinfo=UTC)
"""In Shanghai, on a working day."""
CHUNK: Final = 100_000
"""People written in one go."""


def opened(where: str, ids: str, began: float) -> Ledger:
    """:param where: a URL of PostgreSQL or the path of a SQLite file.
    :param ids: what new ids begin with; every process needs its own.
    :param began: of ``time.monotonic``, at NOON; the same for all processes on one ledger.
    """
    engine = postgres_engine(where) if where.startswith("postgresql") else sqlite_engine(Path(where))
    numbers = itertools.count()
    return Ledger(
        engine,
        Keys(b"f" * 32, b"i" * 32, b"a" * 32),
        lambda: NOON + timedelta(seconds=time.monotonic() - began),
        lambda: f"{ids}-{next(numbers):020x}",
    )


@contextmanager
def empty(kind: str) -> Iterator[str]:
    """:param kind: 'sqlite' or 'postgresql'.

    :yields: where a migrated, empty ledger is, for :func:`opened`.
    """
    if kind == "postgresql":
        with postgres.running() as url:
            _migrate(url)
            yield url
    else:
        with TemporaryDirectory(prefix="amends-bench-") as folder:
            _migrate(f"{folder}/ledger.db")
            yield f"{folder}/ledger.db"


def _migrate(where: str) -> None:
    ledger = opened(where, "first", time.monotonic())
    upgrade(ledger.engine)
    ledger.engine.dispose()


def person_id(number: int) -> str:
    return f"0123456789abcdef0123456{number:09d}"


def account_id(number: int) -> str:
    return f"fedcba9876543210fedcba9{number:09d}"


def owner_of(account: int) -> int:
    return account // DEBTS


def fill(ledger: Ledger, people: int, past: int = 0, apart: timedelta = timedelta(days=1)) -> None:
    """People with three debts each, whom the bot may contact by chat.

    :param past: messages that each of them got before, the latest yesterday and then one `apart` from the next.
    """
    with ledger.begin() as work:
        active(work)  # in an empty ledger the defaults are put in force
        _batch(work)
    for start in range(0, people, CHUNK):
        numbers = pl.DataFrame({"person": range(start, min(start + CHUNK, people))})
        with ledger.begin() as work:
            _people(work, numbers)
            _accounts(work, numbers.join(pl.DataFrame({"debt": range(DEBTS)}), how="cross"))
            if past:
                _past(work, numbers, past, apart)
    if ledger.engine.dialect.name == "postgresql":
        with ledger.engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
            connection.exec_driver_sql("ANALYZE")


def plan(ledger: Ledger, accounts: int, due: int) -> None:
    """A planned contact for every account: of the first ones `due` now, spread over the book, the others later."""
    step = max(accounts // due, 1)
    with ledger.begin() as work:
        now = work.now.replace(tzinfo=None)
        for start in range(0, accounts, CHUNK):
            numbers = pl.DataFrame({"n": range(start, min(start + CHUNK, accounts))})
            is_due = (pl.col("n") % step == 0) & (pl.col("n") < due * step)
            append_frame(
                work,
                PlannedContact,
                numbers.select(
                    id=_id("planned", pl.col("n")),
                    account_id=_id("fedcba9876543210fedcba9", pl.col("n")),
                    slot=pl.when(is_due).then(pl.lit(now - timedelta(hours=1))).otherwise(now + timedelta(hours=20)),
                    channel=pl.lit("chat"),
                    agent=pl.lit("bot"),
                    treatment=pl.lit("remind"),
                    status=pl.lit("planned"),
                    why=pl.lit("[]"),
                    created_at=pl.lit(now),
                ),
            )


def _id(prefix: str, number: pl.Expr) -> pl.Expr:
    return pl.concat_str(pl.lit(prefix), number.cast(pl.String).str.zfill(9))


def _batch(work: UnitOfWork) -> None:
    work.session.add(
        ImportBatch(
            id="batch",
            source_name="benchmark",
            source_sha256="-",
            layout="amends",
            as_of=NOON.date(),
            rows_read=0,
            accounts=0,
            rejected=0,
            created_at=work.now,
        )
    )


def _people(work: UnitOfWork, numbers: pl.DataFrame) -> None:
    id_, nothing = _id("0123456789abcdef0123456", pl.col("person")), pl.lit("\\x00")
    append_frame(
        work,
        Debtor,
        numbers.select(
            id=id_,
            external_ref=id_,
            name_sealed=nothing,
            phone_sealed=nothing,
            phone_index=id_,
            email_sealed=nothing,
            identity_hash=pl.lit("-"),
            language=pl.lit("zh"),
            jurisdictions=pl.lit('["CN"]'),
            tz_candidates=pl.lit('["Asia/Shanghai"]'),
            contact_data_synthetic=pl.lit(1),
            created_at=pl.lit(work.now.replace(tzinfo=None)),
        ),
    )


def _accounts(work: UnitOfWork, numbers: pl.DataFrame) -> None:
    id_ = _id("fedcba9876543210fedcba9", pl.col("person") * DEBTS + pl.col("debt"))
    now = pl.lit(work.now.replace(tzinfo=None))
    append_frame(
        work,
        Account,
        numbers.select(
            id=id_,
            debtor_id=_id("0123456789abcdef0123456", pl.col("person")),
            batch_id=pl.lit("batch"),
            external_ref=id_,
            product=pl.lit("credit_card"),
            currency=pl.lit("CNY"),
            balance=pl.lit(500_000),
            amount_due=pl.lit(25_000),
            credit_limit=pl.lit(1_000_000),
            dpd=pl.lit(20),
            as_of=pl.lit(NOON.date()),
            status=pl.lit("open"),
        ),
    )
    placed = numbers.select(
        id=id_,
        account_id=id_,
        strategy_version=pl.lit(1),
        tier=pl.lit("remind"),
        treatment=pl.lit("remind"),
        arm=pl.lit("champion"),
        propensity=pl.lit(1.0),
        why=pl.lit("[]"),
        created_at=now,
    )
    append_frame(work, TierAssignment, placed)


def _past(work: UnitOfWork, numbers: pl.DataFrame, past: int, apart: timedelta) -> None:
    now = work.now.replace(tzinfo=None)
    at = pl.lit(now - timedelta(days=1)) - pl.col("past") * pl.lit(apart)
    for some in numbers.iter_slices(max(CHUNK // past, 1)):
        rows = some.join(pl.DataFrame({"past": range(past)}), how="cross").with_columns(
            id=pl.concat_str(pl.lit("past-"), "person", pl.lit("-"), "past"),
            at=at,
            account=_id("fedcba9876543210fedcba9", pl.col("person") * DEBTS + pl.col("past") % DEBTS),
            whose=_id("0123456789abcdef0123456", pl.col("person")),
        )
        common = {"account_id": pl.col("account"), "debtor_id": pl.col("whose")}
        common |= {"channel": pl.lit("chat"), "agent": pl.lit("bot")}
        append_frame(
            work,
            Decision,
            rows.select(
                "id",
                "at",
                **common,
                allowed=pl.lit(value=True).cast(pl.Int8),
                reasons=pl.lit("[]"),
                facts=pl.lit("{}"),
                facts_hash=pl.lit("-"),
                packs=pl.lit("{}"),
            ),
        )
        append_frame(
            work,
            Attempt,
            rows.select(
                "id",
                **common,
                decision_id=pl.col("id"),
                direction=pl.lit("outbound"),
                number_index=pl.col("whose"),
                status=pl.lit("finished"),
                outcome=pl.lit("delivered"),
                reserved_at=pl.col("at"),
                finished_at=pl.col("at"),
            ),
        )
