"""The audit chain: entries appended and verified a second as it grows, and by the verifier that stands alone."""

from __future__ import annotations

import argparse
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from bench import postgres
from ledger.audit_check import Whole, exported, walk
from ledger.audit_rows import chain_rows
from ledger.keys import Keys
from ledger.ledger import Ledger, postgres_engine, sqlite_engine
from ledger.migrate import upgrade

SIZES = (10_000, 100_000, 1_000_000)
KINDS = ("sqlite", "postgres")
AT_ONCE = 5_000
"""Entries in one transaction, as a day's cases and tiers come."""
ALONE = 500
"""Transactions of one entry each, as talks and contacts come."""
VERIFIER = Path(__file__).parents[1] / "scripts/verify_audit.py"
START = datetime(2026, 3, 4, 9, tzinfo=UTC)


def measure(options: Sequence[str] = ()) -> list[dict[str, str | int]]:
    """Entries a second, by database and length of the chain; times by the clock unless said.

    `appended` in transactions of AT_ONCE entries, `appended_alone` in transactions of one, `verified` by Amends,
    `verified_cpu` a second of our own processor time, which says more where others use the machine;
    `verified_alone` by the verifier without Amends, the signature of every entry included.
    """
    parser = argparse.ArgumentParser(prog="scripts/bench dispatch audit")
    parser.add_argument("--entries", type=int, nargs="+", default=SIZES)
    parser.add_argument("--databases", nargs="+", choices=KINDS, default=KINDS)
    given = parser.parse_args(options)
    return [
        {"database": kind, "entries": size, **_measured(kind, size)}
        for kind in given.databases
        for size in given.entries
    ]


def _measured(kind: str, size: int) -> dict[str, int]:
    with TemporaryDirectory(prefix="amends-bench-") as folder, _ledger(kind, Path(folder)) as ledger:
        began = time.perf_counter()
        for start in range(0, size, AT_ONCE):
            with ledger.begin() as work:
                ids = range(start, min(size, start + AT_ONCE))
                work.audit_many("contact.decided", {f"{number:032x}": _facts(number) for number in ids})
        appended = size / (time.perf_counter() - began)
        began = time.perf_counter()
        for number in range(ALONE):
            with ledger.begin() as work:
                work.audit("contact.decided", f"{number:032x}", _facts(number))
        alone = ALONE / (time.perf_counter() - began)
        began, worked = time.perf_counter(), time.process_time()
        found = walk(chain_rows(ledger), ledger.keys.audit)
        verified = (size + ALONE) / (time.perf_counter() - began)
        unhurried = (size + ALONE) / (time.process_time() - worked)
        if not isinstance(found, Whole) or found.end.seq != size + ALONE:
            raise RuntimeError(f"the chain is not whole: {found}")
        told = {"appended": appended, "appended_alone": alone, "verified": verified, "verified_cpu": unhurried}
        if kind == "sqlite":  # an export is an export
            told["verified_alone"] = _verified_alone(ledger, size + ALONE, Path(folder))
        return {name: round(value) for name, value in told.items()}


def _facts(number: int) -> dict[str, Any]:
    """As those of the commonest entry."""
    return {
        "account": f"{number:032x}",
        "channel": "chat",
        "agent": "bot",
        "allowed": number % 3 == 0,
        "codes": [] if number % 3 == 0 else ["HOURS_LOCAL", "FREQ_CAP_PERSON"],
        "facts_hash": f"{number:064x}",
        "packs": ["CN@2026-11-22+e9a34d038658", "HOUSE@2026-11-22+0c1d8a9b2f11"],
    }


def _verified_alone(ledger: Ledger, entries: int, folder: Path) -> float:
    export, keys = folder / "chain.jsonl", folder / "keys"
    with export.open("w", encoding="utf-8") as file:
        file.writelines(f"{exported(row)}\n" for row in chain_rows(ledger))
    keys.write_text("\n".join(key.hex() for key in (ledger.keys.field, ledger.keys.index, ledger.keys.audit)))
    began = time.perf_counter()
    subprocess.run([sys.executable, "-I", VERIFIER, export, "--audit-key", keys], check=True, capture_output=True)
    return entries / (time.perf_counter() - began)


@contextmanager
def _ledger(kind: str, folder: Path) -> Iterator[Ledger]:
    ticks = iter(range(10**9))

    def opened(engine: Any) -> Ledger:
        upgrade(engine)
        keys = Keys(b"f" * 32, b"i" * 32, b"a" * 32)
        return Ledger(engine, keys, lambda: START + timedelta(milliseconds=next(ticks)), lambda: f"{next(ticks):032x}")

    if kind == "postgres":
        with postgres.running() as url:
            yield opened(postgres_engine(url))
    else:
        yield opened(sqlite_engine(folder / "ledger.db"))
