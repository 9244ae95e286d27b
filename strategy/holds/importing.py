"""Recording a file of holds, consents and wishes: each once, however often it is told; what cannot be read is named."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from sqlalchemy import insert, inspect, select
from sqlmodel import SQLModel, col

from ledger.importing.known_accounts import chunks, known_accounts
from ledger.importing.named_columns import read_file
from ledger.importing.rejects import reject_file
from ledger.importing.rows import ImportRefused, RowError
from ledger.ledger import Ledger, UnitOfWork
from ledger.tables import Consent, ContactWish, Hold
from strategy.holds.lifting import is_person
from strategy.holds.placing import NewHold, stands_already
from strategy.holds.rows import MAY, MUST, SaidRow, hold_of, read_row, wish_of

_ID_LENGTH: Final = 32


@dataclass(frozen=True, slots=True)
class SaidReport:
    """What a file came to. `known`: told before, in this file or another, or a hold that stands already."""

    rows: int
    holds: int
    consents: int
    wishes: int
    known: int
    rejected: int
    errors: tuple[RowError, ...]
    reject_file: Path | None


@dataclass(slots=True)
class _Sorted:
    """New rows of each table by their ids, and what is not new."""

    new: dict[type[SQLModel], dict[str, dict[str, Any]]] = field(
        default_factory=lambda: {Hold: {}, Consent: {}, ContactWish: {}}
    )
    known: int = 0
    wrong: list[RowError] = field(default_factory=list)


def import_said(ledger: Ledger, path: Path, by: str, home: Path) -> SaidReport:
    """Record the holds, consents and wishes of a CSV or Parquet file (docs/holds.md).

    A row that cannot be read, of an account nobody knows, or that may not be placed so is rejected, with its line,
    field and reason in `home`/rejects; the others are recorded in one transaction.

    :param by: the name of the person who answers for the file.
    :raises ImportRefused: the file cannot be read at all; nothing was recorded.
    """
    if not is_person(by):
        raise ImportRefused("a person must do this, under their name")
    with ledger.begin() as work:
        rows, errors = read_file(path, MUST, MAY, lambda line, cells: read_row(line, cells, work.now))
        found = _sorted_out(work, by, rows)
        for table, new in found.new.items():
            for part in chunks(list(new.values())):
                work.session.connection().execute(insert(table), part)
        _note(work, by, found)
        all_errors = sorted([*errors, *found.wrong], key=lambda error: error.line)
        rejects = reject_file(all_errors, home, f"holds-{work.new_id()}")
    return SaidReport(
        rows=len(rows) + len(errors),
        holds=len(found.new[Hold]),
        consents=len(found.new[Consent]),
        wishes=len(found.new[ContactWish]),
        known=found.known,
        rejected=len(all_errors),
        errors=tuple(all_errors),
        reject_file=rejects,
    )


def _sorted_out(work: UnitOfWork, by: str, rows: Sequence[SaidRow]) -> _Sorted:
    found, accounts = _Sorted(), known_accounts(work, {row.account_ref for row in rows})
    ids = {row.line: _id_of(work, row) for row in rows}
    before = _before(work, ids.values(), {debtor_id for _, debtor_id, _ in accounts.values()})
    for row in rows:
        if row.account_ref not in accounts:
            found.wrong.append(RowError(row.line, "account_ref", "is no account that we know"))
            continue
        if ids[row.line] in before.ids:
            found.known += 1
            continue
        account_id, debtor_id, number = accounts[row.account_ref]
        made = _made(work, row, account_id, number)
        if isinstance(made, RowError):
            found.wrong.append(made)
            continue
        table, columns = made
        if before.has(table, debtor_id, columns):
            found.known += 1
            continue
        before.add(table, debtor_id, columns, ids[row.line])
        named = {"placed_by": by} if table is Hold else {}
        found.new[table][ids[row.line]] = {"id": ids[row.line], "debtor_id": debtor_id} | columns | named
    return found


def _made(
    work: UnitOfWork, row: SaidRow, account_id: str, number: str
) -> tuple[type[SQLModel], dict[str, Any]] | RowError:
    """The table that a row goes to, with its own columns there."""
    if row.what == "consent":
        return Consent, {"kind": row.kind, "status": row.status, "at": row.at, "source": "import"}
    if row.what == "wish":
        wish = wish_of(row, account_id, work.now)
        if isinstance(wish, RowError):
            return wish
        said = {"kind": wish.kind, "days": list(wish.days), "hours": wish.hours, "value": wish.value}
        given = {"given_at": row.at or work.now, "until": wish.until, "source": "import"}
        return ContactWish, {"account_id": wish.account_id} | said | given
    hold = hold_of(row, account_id, work.blind_index("phone", row.number) if row.number else number, work.now)
    return hold if isinstance(hold, RowError) else (Hold, _hold_columns(hold, work.now))


def _hold_columns(hold: NewHold, now: datetime) -> dict[str, Any]:
    names = ("account_id", "scope", "scope_value", "reason", "until")
    return {name: getattr(hold, name) for name in names} | {"created_at": now}


def _note(work: UnitOfWork, by: str, found: _Sorted) -> None:
    for id_, row in found.new[Hold].items():
        until = row["until"] and row["until"].isoformat()
        work.audit("hold.placed", id_, {"reason": row["reason"], "scope": row["scope"], "until": until, "by": by})
    for id_, row in found.new[Consent].items():
        told = {"debtor": row["debtor_id"], "kind": row["kind"], "status": row["status"], "source": "import", "by": by}
        work.audit("consent.changed", id_, told | {"since": row["at"].isoformat()})
    for id_, row in found.new[ContactWish].items():
        work.audit("wish.recorded", id_, {"kind": row["kind"], "source": "import", "by": by})


def _id_of(work: UnitOfWork, row: SaidRow) -> str:
    """What a row with a day or a time of its own says happened once: it has the same id whenever it is told, and nobody
    without the key can tell from it what it says."""
    if row.since is None and row.at is None:
        return work.new_id()
    names = [name for name in SaidRow.__dataclass_fields__ if name != "line"]
    return work.blind_index("said", "|".join(f"{name}={getattr(row, name)}" for name in names))[:_ID_LENGTH]


@dataclass(slots=True)
class _Before:
    """What is recorded already. A hold or a wish that stands is not recorded again."""

    ids: set[str] = field(default_factory=set)
    ends: defaultdict[tuple[Any, ...], list[datetime | None]] = field(default_factory=lambda: defaultdict(list))
    wishes: set[tuple[Any, ...]] = field(default_factory=set)

    def has(self, table: type[SQLModel], debtor_id: str, columns: Mapping[str, Any]) -> bool:
        if table is Hold:
            return stands_already(self.ends[_same_hold(debtor_id, columns)], columns["until"])
        return table is ContactWish and _same_wish(debtor_id, columns) in self.wishes

    def add(self, table: type[SQLModel], debtor_id: str, columns: Mapping[str, Any], id_: str = "") -> None:
        self.ids.add(id_)
        if table is Hold:
            self.ends[_same_hold(debtor_id, columns)].append(columns["until"])
        elif table is ContactWish:
            self.wishes.add(_same_wish(debtor_id, columns))


def _same_hold(debtor_id: str, columns: Mapping[str, Any]) -> tuple[Any, ...]:
    """What makes two holds the same but for their ends."""
    return (debtor_id, columns["reason"], columns["scope"], columns["scope_value"])


def _same_wish(debtor_id: str, columns: Mapping[str, Any]) -> tuple[Any, ...]:
    names = ("account_id", "kind", "hours", "value", "until")
    return (debtor_id, tuple(columns["days"]), *(columns[name] for name in names))


def _before(work: UnitOfWork, ids: Iterable[str], debtor_ids: Collection[str]) -> _Before:
    before, connection = _Before(), work.session.connection()
    for some in chunks(sorted(set(ids))):
        for id_ in (col(Hold.id), col(Consent.id), col(ContactWish.id)):
            before.ids.update(connection.scalars(select(id_).where(id_.in_(some))))
    lasting: list[tuple[type[SQLModel], Any]] = [(Hold, Hold.lifted_at), (ContactWish, ContactWish.withdrawn_at)]
    for table, ended in lasting:
        kept = inspect(table).local_table
        for some in chunks(sorted(debtor_ids)):
            for row in connection.execute(select(kept).where(kept.c.debtor_id.in_(some), col(ended).is_(None))):
                if row.until is None or row.until > work.now:
                    before.add(table, row.debtor_id, dict(row._mapping))
    return before
