"""Recording a file of reported contacts: each once, however often it is told; what cannot be read is named."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import insert, select
from sqlmodel import col

from ledger.audit_form import LONGEST_NAME, is_name
from ledger.importing.known_accounts import chunks, known_accounts
from ledger.importing.named_columns import read_file
from ledger.importing.rejects import reject_file
from ledger.importing.rows import ImportRefused, RowError
from ledger.ledger import Ledger, UnitOfWork
from ledger.tables import ReportedContact
from strategy.reported.rows import MAY, MUST, ReportedRow, read_row

_TELLING = ("account_id", "at", "channel", "direction", "outcome", "target", "number_index")
"""What a contact is; told again under its reference, it must be the same."""


@dataclass(frozen=True, slots=True)
class ContactsReport:
    """What a file of reported contacts came to. `known`: told before, in this file or another; each counts once."""

    rows: int
    recorded: int
    known: int
    rejected: int
    errors: tuple[RowError, ...]
    reject_file: Path | None


def import_contacts(ledger: Ledger, path: Path, by: str, home: Path) -> ContactsReport:
    """Record the contacts that `by` ('bank' or an agency's name) made, from a CSV or Parquet file (docs/holds.md).

    A row that cannot be read, of an account nobody knows, or told otherwise than before is rejected, with its line,
    field and reason in `home`/rejects; the others are recorded in one transaction.

    :raises ImportRefused: the file cannot be read at all; nothing was recorded.
    """
    by = by.strip()
    if not is_name(by):
        raise ImportRefused(
            f"whoever made these contacts has a name, one line of up to {LONGEST_NAME} letters: an agency's, or bank"
        )
    with ledger.begin() as work:
        rows, errors = read_file(path, MUST, MAY, lambda line, cells: read_row(line, cells, work.now))
        new, known, wrong = _sorted_out(work, by, rows)
        for part in chunks(list(new.values())):
            work.session.connection().execute(insert(ReportedContact), part)
        told = ("account_id", "by", "channel", "outcome")
        work.audit_many("contact.reported", {row["id"]: {name: row[name] for name in told} for row in new.values()})
        all_errors = sorted([*errors, *wrong], key=lambda error: error.line)
        rejects = reject_file(all_errors, home, f"contacts-{work.new_id()}")
    read = len(rows) + len(errors)
    return ContactsReport(read, len(new), known, len(all_errors), tuple(all_errors), rejects)


def _sorted_out(
    work: UnitOfWork, by: str, rows: Sequence[ReportedRow]
) -> tuple[dict[str, dict[str, Any]], int, list[RowError]]:
    """New contacts by their blind reference, how many were told before, and what cannot be."""
    accounts = known_accounts(work, {row.account_ref for row in rows})
    references = {row.line: work.blind_index("reported_contact", f"{by}|{row.reference}") for row in rows}
    told = _told_before(work, references.values())
    new, known, wrong = dict[str, dict[str, Any]](), 0, list[RowError]()
    for row in rows:
        if row.account_ref not in accounts:
            wrong.append(RowError(row.line, "account_ref", "is no account that we know"))
            continue
        account_id, debtor_id, number = accounts[row.account_ref]
        reference = references[row.line]
        contact = {
            "id": "",
            "debtor_id": debtor_id,
            "account_id": account_id,
            "reported_ref": reference,
            "by": by,
            "channel": row.channel,
            "direction": row.direction,
            "outcome": row.outcome,
            "target": row.target,
            "number_index": work.blind_index("phone", row.number) if row.number else number,
            "at": row.at,
            "recorded_at": work.now,
        }
        before = told.get(reference)
        if before is None:
            told[reference] = new[reference] = contact | {"id": work.new_id()}
        elif all(before[name] == contact[name] for name in _TELLING):
            known += 1
        else:
            wrong.append(RowError(row.line, "reference", "was told before, of another contact"))
    return new, known, wrong


def _told_before(work: UnitOfWork, references: Iterable[str]) -> dict[str, dict[str, Any]]:
    columns = select(*(getattr(ReportedContact, name) for name in ("reported_ref", *_TELLING)))
    found: dict[str, dict[str, Any]] = {}
    for some in chunks(sorted(set(references))):
        for row in work.session.connection().execute(columns.where(col(ReportedContact.reported_ref).in_(some))):
            found[row.reported_ref] = dict(row._mapping)
    return found
