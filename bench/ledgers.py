"""Ledgers of many accounts, through the real schema, and the time a scoring run takes on them."""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import polars as pl

from bench import postgres
from bench.books import AS_OF, overdue_accounts
from desk.intake import open_tier_cases
from ledger.bulk import append_frame
from ledger.keys import Keys
from ledger.ledger import Ledger, postgres_engine, sqlite_engine
from ledger.migrate import upgrade
from ledger.tables import Account, AccountSnapshot, Debtor, ImportBatch
from strategy.scoring.book import BILLED, PAID
from strategy.scoring.run import score_accounts
from strategy.versions import active

CHUNK = 250_000


def scoring_run(kind: str, accounts: int, registry: Path) -> dict[str, Any]:
    """Seconds of a first run, which gives everybody a place, of a second one, which changes nobody's, and of the cases.

    :param kind: 'sqlite' or 'postgres'.
    """
    with _ledger(kind) as ledger:
        for start in range(0, accounts, CHUNK):
            seed(ledger, start, min(CHUNK, accounts - start))
        told: dict[str, Any] = {"accounts": accounts}
        for name in ("first_run_s", "second_run_s"):
            started = time.perf_counter()
            run = score_accounts(ledger, registry)
            told[name] = round(time.perf_counter() - started, 2)
            if run.scored != accounts:
                raise RuntimeError(f"only {run.scored} of {accounts} accounts were scored: {run.model_problem}")
        started = time.perf_counter()
        with ledger.begin() as work:
            told["cases"] = open_tier_cases(work, active(work)[1])
        told["cases_s"] = round(time.perf_counter() - started, 2)
        ledger.engine.dispose()
        return told


def seed(ledger: Ledger, start: int, rows: int) -> None:
    """Overdue accounts, one person each, of whom nothing is known. The same twenty thousand come again and again."""
    pool = overdue_accounts()
    book = pool[np.arange(start, start + rows) % pool.height]
    number = pl.int_range(start, start + rows).cast(pl.String).str.zfill(9)
    ids = pl.concat_str(pl.lit("0123456789abcdef0123456"), number)
    nothing, batch = pl.lit("\\x00"), f"batch-{start}"
    with ledger.begin() as work:
        now = work.now.replace(tzinfo=None)
        of_batch = {"id": batch, "source_name": "benchmark", "source_sha256": batch, "layout": "amends", "as_of": AS_OF}
        counts = {"rows_read": rows, "accounts": rows, "rejected": 0, "created_at": now}
        append_frame(work, ImportBatch, pl.DataFrame([of_batch | counts]))
        people = book.select(
            ids.alias("id"),
            external_ref=ids,
            name_sealed=nothing,
            phone_sealed=nothing,
            phone_index=ids,
            email_sealed=nothing,
            identity_hash=pl.lit("-"),
            language=pl.lit("zh"),
            jurisdictions=pl.lit('["CN"]'),
            tz_candidates=pl.lit('["Asia/Shanghai"]'),
            contact_data_synthetic=pl.lit(1),
            created_at=pl.lit(now),
        )
        append_frame(work, Debtor, people)
        accounts = book.select(
            ids.alias("id"),
            "product",
            "currency",
            *(_cents(name) for name in ("balance", "amount_due", "credit_limit")),
            "dpd",
            "as_of",
            debtor_id=ids,
            external_ref=ids,
            batch_id=pl.lit(batch),
            status=pl.lit("open"),
        )
        append_frame(work, Account, accounts)
        snapshots = book.select(ids.alias("account_id"), *map(_cents, (*BILLED, *PAID)), own=pl.lit("{}"))
        append_frame(work, AccountSnapshot, snapshots)


def _cents(name: str) -> pl.Expr:
    return (pl.col(name) * 100).round().cast(pl.Int64)


@contextmanager
def _ledger(kind: str) -> Iterator[Ledger]:
    numbers, keys = itertools.count(), Keys(b"f" * 32, b"i" * 32, b"a" * 32)
    start = datetime.combine(AS_OF, datetime.min.time(), UTC) + timedelta(hours=9)

    def opened(engine: Any) -> Ledger:
        upgrade(engine)
        return Ledger(engine, keys, lambda: start + timedelta(minutes=next(numbers)), lambda: f"{next(numbers):032x}")

    if kind == "postgres":
        with postgres.running() as url:
            yield opened(postgres_engine(url))
    else:
        with TemporaryDirectory(prefix="amends-bench-") as folder:
            yield opened(sqlite_engine(Path(folder) / "ledger.db"))
