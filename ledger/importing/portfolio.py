"""Import one portfolio file: read, reject, record, keep the de-identified book."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path

import structlog
from sqlmodel import col, select

from ledger.importing import reading, records
from ledger.importing.book import write_book
from ledger.importing.contacts import ContactMaker
from ledger.importing.mapping.accounts import map_file
from ledger.importing.mapping.definition import FileMapping
from ledger.importing.parsed import Parsed, parsed_by_mapping, parsed_rows
from ledger.importing.parsing import UCI_AS_OF, parse
from ledger.importing.reading import Sheet
from ledger.importing.rejects import write_rejects
from ledger.importing.rows import AccountRow, ImportRefused, RowError
from ledger.ledger import Ledger, UnitOfWork
from ledger.tables import ImportBatch
from ledger.traits import traits_file, write_traits

Progress = Callable[[int, int], None]
"""Called with rows done and rows to expect (the latter is an estimate for text files)."""

Check = Callable[[UnitOfWork, str, Path], None]
"""Looks at a batch and its book before they are recorded, and writes down what it found; it never raises."""

_EVERY = 2_000


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What an import did, in counts.

    `rows`: read from the file. `overdue`: readable rows past due with something owed. `accounts`: of those, how many
    the ledger now holds as this file describes them (at most the limit). `cured`: accounts known before that are no
    longer overdue. `older`: rows left alone because the ledger knows something newer. With `already_imported` nothing
    was changed: the counts are those kept from the first time, and `overdue`, `cured` and `older` are 0.
    """

    batch_id: str
    layout: str
    as_of: date
    rows: int
    overdue: int
    accounts: int
    cured: int
    older: int
    rejected: int
    reject_file: Path | None
    book_file: Path | None
    already_imported: bool
    unused_columns: tuple[str, ...] = ()
    """Columns that a mapping does not speak of, and which were therefore not read."""


def import_file(
    ledger: Ledger,
    path: Path,
    contacts: ContactMaker,
    home: Path,
    limit: int | None = None,
    progress: Progress | None = None,
    as_of: date | None = None,
    check: Check | None = None,
    mapping: FileMapping | None = None,
) -> ImportReport:
    """Import a CSV or Parquet file in the UCI layout, Amends' own, or any other by a mapping (data/README.md).

    Everything is recorded in one transaction, or nothing. The same bytes a second time change nothing, unless a
    larger `limit` or (UCI) another `as_of` is asked for.

    :param contacts: makes up the people whom the file does not name.
    :param home: `rejects/<batch>.csv` and `book/<batch>.parquet` are written below it.
    :param limit: the most overdue accounts to take, in file order; the book always gets the whole file.
    :param as_of: the day a UCI file describes, since it has no date column; 2005-09-30 when not given. A file in
        Amends' own layout has its own dates.
    :param check: called with the batch and its book in the same transaction, so that no account of a file is known
        without what was found of the file. None only where nothing is decided on the accounts.
    :param mapping: says which column means what, where the layout is neither of the two.
    :raises ImportRefused: the file cannot be imported at all; nothing was recorded.
    """
    content = reading.content_of(path)
    try:
        sha256 = hashlib.sha256(content).hexdigest()
        if mapping is not None:
            by_mapping = partial(_mapped, content, mapping)
            return _import(
                ledger, _Source(path.name, sha256, mapping.layout, by_mapping, home, limit, None, check), contacts
            )
        sheet = reading.read(content)
        uci_as_of = (as_of or UCI_AS_OF) if sheet.layout.name == "uci" else None
        by_layout = partial(parse_sheet, sheet, uci_as_of or UCI_AS_OF, progress)
        source = _Source(path.name, sha256, sheet.layout.name, by_layout, home, limit, uci_as_of, check)
        return _import(ledger, source, contacts)
    except ImportRefused as refused:
        raise ImportRefused(f"{path.name}: {refused}") from None


@dataclass(frozen=True, slots=True)
class _Source:
    """A file whose layout is known, and where what is made of it goes."""

    name: str
    sha256: str
    layout: str
    """'uci', 'amends' or 'mapping:<name>:<hash>'."""
    parse: Callable[[date], Parsed]
    """Given today, reads every row."""
    home: Path
    limit: int | None
    uci_as_of: date | None
    """None for the other layouts, which have their own dates."""
    check: Check | None


def _import(ledger: Ledger, source: _Source, contacts: ContactMaker) -> ImportReport:
    with ledger.read() as work:
        earlier = _earlier(work, source)
        today = work.now.date()
    if earlier is not None:
        return _again(earlier, source.home)
    return _record(ledger, source, source.parse(today), contacts)


def _mapped(content: bytes, mapping: FileMapping, today: date) -> Parsed:
    return parsed_by_mapping(map_file(content, mapping, today), mapping)


def parse_sheet(sheet: Sheet, uci_as_of: date, progress: Progress | None, today: date) -> Parsed:
    """Every row of a file in a known layout."""
    good: list[AccountRow] = []
    errors: list[RowError] = []
    seen: dict[str, int] = {}
    for done, item in enumerate(sheet.rows, start=1):
        row = item if isinstance(item, RowError) else parse(sheet.layout, *item, today=today, uci_as_of=uci_as_of)
        if isinstance(row, AccountRow):
            first = seen.setdefault(row.external_ref, row.line)
            if first != row.line:
                ref = "ID" if sheet.layout.name == "uci" else "external_ref"
                row = RowError(row.line, ref, f"stands in line {first} already")
        if isinstance(row, RowError):
            errors.append(row)
        else:
            good.append(row)
        if progress and done % _EVERY == 0:
            progress(done, max(done, sheet.about))
    if progress:
        progress(len(good) + len(errors), len(good) + len(errors))
    return parsed_rows(good, errors)


def _record(ledger: Ledger, source: _Source, parsed: Parsed, contacts: ContactMaker) -> ImportReport:
    layout, good, errors, newest = source.layout, parsed.rows, parsed.errors, parsed.as_of
    batch_id = ledger.new_id()
    reject_file, book_file = _reject_file(source.home, batch_id), _book_file(source.home, batch_id)
    if newest is None:
        if not errors:
            raise ImportRefused("the file has a header but no rows")
        write_rejects(errors, reject_file)
        raise ImportRefused(f"none of its {len(errors)} rows can be read; {reject_file} says why")
    try:
        with ledger.begin() as work:
            # Somebody else may have imported the same file while we were reading it.
            earlier = _earlier(work, source)
            if earlier is not None:
                return _again(earlier, source.home)
            batch = ImportBatch(
                id=batch_id,
                source_name=source.name,
                source_sha256=source.sha256,
                layout=layout,
                as_of=newest,
                account_limit=source.limit,
                rows_read=parsed.read,
                accounts=0,
                rejected=len(errors),
                created_at=work.now,
            )
            work.session.add(batch)
            work.session.flush()
            written = records.write(work, batch_id, good, contacts, source.limit)
            batch.accounts = written.accounts
            work.audit(
                "import",
                batch_id,
                {"layout": layout, "sha256": source.sha256, "accounts": written.accounts, "rejected": len(errors)},
            )
            # The files come last: a batch in the ledger always has its book.
            if errors:
                write_rejects(errors, reject_file)
            write_traits(work.keys, parsed.traits, source.home, batch_id)
            write_book(parsed.book, book_file, parsed.features)
            if source.check is not None:
                source.check(work, batch_id, book_file)
    except BaseException:
        reject_file.unlink(missing_ok=True)
        book_file.unlink(missing_ok=True)
        traits_file(source.home, batch_id).unlink(missing_ok=True)
        raise
    log = structlog.get_logger()
    log.info("import.finished", batch_id=batch_id, rows=parsed.read, count=written.accounts)
    return ImportReport(
        batch_id=batch_id,
        layout=layout,
        as_of=newest,
        rows=parsed.read,
        overdue=sum(row.overdue for row in good),
        accounts=written.accounts,
        cured=written.cured,
        older=written.older,
        rejected=len(errors),
        reject_file=reject_file if errors else None,
        book_file=book_file,
        already_imported=False,
        unused_columns=parsed.unused,
    )


def _earlier(work: UnitOfWork, source: _Source) -> ImportBatch | None:
    """An import that took all that is asked for now from the same bytes."""
    batches = work.session.exec(
        select(ImportBatch)
        .where(ImportBatch.source_sha256 == source.sha256, ImportBatch.layout == source.layout)
        .order_by(col(ImportBatch.created_at).desc())
    )
    for batch in batches:
        wide_enough = batch.account_limit is None or (source.limit is not None and source.limit <= batch.account_limit)
        if wide_enough and source.uci_as_of in (None, batch.as_of):
            return batch
    return None


def _again(batch: ImportBatch, home: Path) -> ImportReport:
    reject_file, book_file = _reject_file(home, batch.id), _book_file(home, batch.id)
    return ImportReport(
        batch_id=batch.id,
        layout=batch.layout,
        as_of=batch.as_of,
        rows=batch.rows_read,
        overdue=0,
        accounts=batch.accounts,
        cured=0,
        older=0,
        rejected=batch.rejected,
        reject_file=reject_file if reject_file.exists() else None,
        book_file=book_file if book_file.exists() else None,
        already_imported=True,
    )


def _reject_file(home: Path, batch_id: str) -> Path:
    return home / "rejects" / f"{batch_id}.csv"


def _book_file(home: Path, batch_id: str) -> Path:
    return home / "book" / f"{batch_id}.parquet"
