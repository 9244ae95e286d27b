"""The check of an import: its book against the last good one and against what the champion learnt from, written down.

It runs inside the import's own transaction, so that no account of a file can be known without the file's check. A check
that cannot be made is a broken one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

import polars as pl
import structlog
from sqlmodel import col, func, or_, select

from ledger.ledger import UnitOfWork
from ledger.tables import Account, FeedCheck, ImportBatch
from strategy.models.registry import Model, ModelUnusable, load
from strategy.quality.book_profile import profile_book, recount
from strategy.quality.checks import Arrived, Reference, check_book
from strategy.quality.feed import IMPORT, findings_of, record
from strategy.quality.findings import Finding
from strategy.quality.limits import Limits, LimitsUnreadable, limits_of
from strategy.quality.profile import Drift
from strategy.scoring.book import BookUnusable, read_books
from strategy.scoring.features import can_score, feature_table
from strategy.scoring.panel import overdue

AT_ONCE = 100_000
"""Rows whose features are held in memory at a time."""


def own_limits(home: Path) -> Path:
    """Where a manager's tighter limits lie."""
    return home / "quality.yaml"


def import_check(home: Path, registry: Path) -> Callable[[UnitOfWork, str, Path], None]:
    """What `ledger.importing.import_file` is to be handed as `check`."""
    return partial(check_import, home=home, registry=registry)


def check_import(work: UnitOfWork, batch_id: str, book_file: Path, *, home: Path, registry: Path) -> None:
    """Check the batch that this transaction is writing, and record what was found."""
    try:
        findings = _findings(work, batch_id, book_file, home, registry)
    except LimitsUnreadable:
        findings = [_cannot("limits")]
    except BookUnusable:
        findings = [_cannot("unreadable")]
    except Exception as error:
        # Whatever is wrong with the check, its accounts are with people until somebody has looked.
        structlog.get_logger().error("feed.check_failed", batch_id=batch_id, exc_info=error)
        findings = [_cannot("failed")]
    record(work, batch_id, IMPORT, findings)


def _cannot(check: str) -> Finding:
    return Finding(check, "", "broken", None, None, None, 0)


def _findings(work: UnitOfWork, batch_id: str, book_file: Path, home: Path, registry: Path) -> list[Finding]:
    limits = limits_of(own_limits(home))
    book = read_books([book_file])
    batch = work.session.get_one(ImportBatch, batch_id)
    counted = select(Account.currency, func.count()).where(Account.batch_id == batch_id).group_by(Account.currency)
    arrived = Arrived(work.now.date(), batch.rows_read, batch.rejected, dict(work.session.exec(counted).all()))
    found = check_book(profile_book(book), arrived, _reference(work, book, book_file.parent), limits)
    return found + _drift(book, registry, limits)


def _reference(work: UnitOfWork, book: pl.DataFrame, folder: Path) -> Reference | None:
    """The newest import that was good, or that a person accepted, and whose book is still there."""
    good = select(FeedCheck).where(
        FeedCheck.kind == IMPORT, or_(FeedCheck.status != "broken", FeedCheck.accepted_by != "")
    )
    for check in work.session.exec(good.order_by(col(FeedCheck.at).desc())):
        try:
            profile = profile_book(read_books([folder / f"{check.batch_id}.parquet"]))
        except BookUnusable:
            continue
        currencies = frozenset(found.column for found in findings_of(check) if found.check == "currency")
        return Reference(profile, recount(book, profile), currencies)
    return None


def _drift(book: pl.DataFrame, registry: Path, limits: Limits) -> list[Finding]:
    """What the champion would see of the accounts that are overdue by its own panel's rule."""
    try:
        model = load(registry)
    except ModelUnusable:
        return []  # nothing is scored by it either
    if "profile" not in model.card:
        return []
    seen = book.filter(pl.Series(overdue(book, 1)))
    drift = Drift(model.card["profile"])
    for start in range(0, seen.height, AT_ONCE):
        count(drift, model, seen.slice(start, AT_ONCE))
    # A population that moved does not make the file wrong; the scoring run stops where the scores are worth nothing.
    return [replace(each, level="warn") if each.level == "broken" else each for each in drift.findings(limits)]


def count(drift: Drift, model: Model, book: pl.DataFrame) -> None:
    """Count the accounts of a book that the model can score."""
    enough = can_score(book, model.spec)
    table = feature_table(book.filter(pl.Series(enough)), model.spec)
    if len(table):
        drift.add(table, model.spec.names, {name: head.probability(table) for name, head in model.heads.items()})
