"""From account rows to records, in bulk: new accounts with their people, newer figures for known ones."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import delete, insert
from sqlalchemy import select as select_columns
from sqlmodel import SQLModel, col, select

from ledger.importing.contacts import ContactMaker, MadeContact
from ledger.importing.known_accounts import chunks
from ledger.importing.rows import AccountRow, Given, Person
from ledger.ledger import UnitOfWork
from ledger.tables import Account, AccountSnapshot, Consent, Debtor, Hold


@dataclass(frozen=True, slots=True)
class Written:
    """`accounts`: overdue accounts now in the ledger as this file describes them. `cured`: known ones it shows cured.
    `older`: rows about a known account that are older than what the ledger already has, and so were left alone."""

    accounts: int
    cured: int
    older: int


@dataclass(frozen=True, slots=True)
class _Known:
    account_id: str
    debtor_id: str
    as_of: date


@dataclass(slots=True)
class _Pending:
    """Rows waiting for one bulk statement per table."""

    debtors: list[dict[str, Any]] = field(default_factory=list)
    accounts: list[dict[str, Any]] = field(default_factory=list)
    snapshots: list[dict[str, Any]] = field(default_factory=list)
    consents: list[dict[str, Any]] = field(default_factory=list)
    holds: list[dict[str, Any]] = field(default_factory=list)
    changed_debtors: list[dict[str, Any]] = field(default_factory=list)
    changed_accounts: list[dict[str, Any]] = field(default_factory=list)


def write(
    work: UnitOfWork, batch_id: str, rows: Sequence[AccountRow], contacts: ContactMaker, limit: int | None
) -> Written:
    """Record the overdue rows, at most `limit` of them in file order, and whatever is newer about known accounts."""
    known = _known(work, [row.external_ref for row in rows])
    pending = _Pending()
    accounts = cured = older = 0
    for row in rows:
        before = known.get(row.external_ref)
        if before is not None and before.as_of > row.as_of:
            older += 1
        elif row.overdue and (limit is None or accounts < limit):
            accounts += 1
            _add(work, pending, batch_id, row, contacts) if before is None else _renew(
                work, pending, batch_id, row, before
            )
        elif before is not None and not row.overdue:
            cured += 1
            _renew(work, pending, batch_id, row, before)
    _flush(work, pending)
    return Written(accounts, cured, older)


def _add(work: UnitOfWork, pending: _Pending, batch_id: str, row: AccountRow, contacts: ContactMaker) -> None:
    given = row.given
    made = contacts.contact_for(row.external_ref) if given.person is None else _as_given(given, given.person)
    debtor_id, account_id = work.new_id(), work.new_id()
    language, jurisdictions, zones = given.language, given.jurisdictions, given.tz_candidates
    pending.debtors.append(
        {
            "id": debtor_id,
            "external_ref": row.external_ref,
            **_person_columns(work, debtor_id, made.person),
            "language": made.language if language is None else language,
            "jurisdictions": list(made.jurisdictions if jurisdictions is None else jurisdictions),
            "tz_candidates": list(made.tz_candidates if zones is None else zones),
            "contact_data_synthetic": given.person is None,
            "created_at": work.now,
        }
    )
    pending.accounts.append(
        {"id": account_id, "debtor_id": debtor_id, "external_ref": row.external_ref, **_account_columns(batch_id, row)}
    )
    pending.snapshots.append(_snapshot(account_id, row))
    _add_consents(work, pending, debtor_id, (dict(made.consents) | dict(given.consents)).items())
    _add_holds(work, pending, debtor_id, given.flags)


def _renew(work: UnitOfWork, pending: _Pending, batch_id: str, row: AccountRow, before: _Known) -> None:
    given = row.given
    pending.changed_accounts.append({"id": before.account_id, **_account_columns(batch_id, row)})
    pending.snapshots.append(_snapshot(before.account_id, row))
    debtor: dict[str, Any] = {}
    if given.person is not None:
        debtor |= _person_columns(work, before.debtor_id, given.person) | {"contact_data_synthetic": False}
    if given.language is not None:
        debtor["language"] = given.language
    if given.jurisdictions is not None:
        debtor["jurisdictions"] = list(given.jurisdictions)
    if given.tz_candidates is not None:
        debtor["tz_candidates"] = list(given.tz_candidates)
    if debtor:
        pending.changed_debtors.append({"id": before.debtor_id, **debtor})
    if given.consents:
        now_valid = _latest_consents(work, before.debtor_id)
        changed = [(kind, status) for kind, status in given.consents if now_valid.get(kind) != status]
        _add_consents(work, pending, before.debtor_id, changed)
    if given.flags:
        standing = set(_standing_holds(work, before.debtor_id))
        _add_holds(work, pending, before.debtor_id, [flag for flag in given.flags if flag not in standing])


def _as_given(given: Given, person: Person) -> MadeContact:
    return MadeContact(
        person, given.language or "zh", given.jurisdictions or (), given.tz_candidates or (), given.consents
    )


def _person_columns(work: UnitOfWork, debtor_id: str, person: Person) -> dict[str, Any]:
    return {
        "name_sealed": work.seal("debtor", "name_sealed", debtor_id, person.name),
        "phone_sealed": work.seal("debtor", "phone_sealed", debtor_id, person.phone),
        "phone_index": work.blind_index("phone", person.phone),
        "email_sealed": work.seal("debtor", "email_sealed", debtor_id, person.email),
        "identity_hash": work.blind_index(f"identity:{debtor_id}", person.identity_last4),
    }


def _account_columns(batch_id: str, row: AccountRow) -> dict[str, Any]:
    return {
        "batch_id": batch_id,
        "product": row.product,
        "currency": row.currency,
        "balance": row.balance,
        "amount_due": row.amount_due,
        "credit_limit": row.credit_limit,
        "dpd": row.dpd,
        "as_of": row.as_of,
        "status": "open" if row.overdue else "cured",
    }


def _snapshot(account_id: str, row: AccountRow) -> dict[str, Any]:
    columns: dict[str, Any] = {"account_id": account_id, "own": dict(row.own)}
    for months_back, month in enumerate(row.months, start=1):
        columns[f"billed_{months_back}"] = None if month is None else month.billed
        columns[f"paid_{months_back}"] = None if month is None else month.paid
    return columns


def _add_consents(work: UnitOfWork, pending: _Pending, debtor_id: str, consents: Iterable[tuple[str, str]]) -> None:
    for kind, status in consents:
        pending.consents.append(
            {"id": work.new_id(), "debtor_id": debtor_id, "kind": kind, "status": status, "at": work.now}
        )


def _add_holds(work: UnitOfWork, pending: _Pending, debtor_id: str, flags: Sequence[str]) -> None:
    for flag in flags:
        pending.holds.append(
            {
                "id": work.new_id(),
                "debtor_id": debtor_id,
                "scope": "person",
                "scope_value": "",
                "reason": flag,
                "created_at": work.now,
                "placed_by": "import",
            }
        )


def _flush(work: UnitOfWork, pending: _Pending) -> None:
    """Plain bulk statements: thousands of objects in the session would take many times as long."""
    session, connection = work.session, work.session.connection()
    renewed = [changed["id"] for changed in pending.changed_accounts]
    for some in chunks(renewed):
        connection.execute(delete(AccountSnapshot).where(col(AccountSnapshot.account_id).in_(some)))
    new: list[tuple[type[SQLModel], list[dict[str, Any]]]] = [
        (Debtor, pending.debtors),
        (Account, pending.accounts),
        (AccountSnapshot, pending.snapshots),
        (Consent, pending.consents),
        (Hold, pending.holds),
    ]
    for table, rows in new:
        for part in chunks(rows):
            connection.execute(insert(table), part)
    placed = {
        hold["id"]: {"reason": hold["reason"], "scope": hold["scope"], "until": None, "by": hold["placed_by"]}
        for hold in pending.holds
    }
    work.audit_many("hold.placed", placed)
    # Updates by primary key; rows with the same columns are sent together.
    session.bulk_update_mappings(Debtor, pending.changed_debtors)
    session.bulk_update_mappings(Account, pending.changed_accounts)


def _known(work: UnitOfWork, refs: Sequence[str]) -> dict[str, _Known]:
    columns = select_columns(col(Account.external_ref), col(Account.id), col(Account.debtor_id), col(Account.as_of))
    known: dict[str, _Known] = {}
    for some in chunks(refs):
        for ref, account_id, debtor_id, as_of in work.session.connection().execute(
            columns.where(col(Account.external_ref).in_(some))
        ):
            known[ref] = _Known(account_id, debtor_id, as_of)
    return known


def _latest_consents(work: UnitOfWork, debtor_id: str) -> dict[str, str]:
    found = work.session.exec(
        select(Consent.kind, Consent.status).where(Consent.debtor_id == debtor_id).order_by(col(Consent.at))
    )
    return dict(found.all())


def _standing_holds(work: UnitOfWork, debtor_id: str) -> Sequence[str]:
    return work.session.exec(
        select(Hold.reason).where(Hold.debtor_id == debtor_id, col(Hold.lifted_at).is_(None), col(Hold.until).is_(None))
    ).all()
