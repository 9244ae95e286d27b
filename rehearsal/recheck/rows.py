"""The ledger as it lies in the database: plain SQL, plain values, none of the application's classes.

It is read some people at a time, so that what is held in memory does not grow with the ledger.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, Final

from sqlalchemy import Connection, bindparam, text

Row = dict[str, Any]

_TIMES = (
    *("at", "reserved_at", "placing_at", "finished_at", "created_at", "until", "lifted_at", "opened_at", "closed_at"),
    *("read_back_at", "confirmed_at", "given_at", "withdrawn_at", "recorded_at", "slot"),
)
_DAYS = ("due_on",)
_MONEY = ("amount", "amount_due", "balance")
_JSON = ("facts", "jurisdictions", "tz_candidates", "days")
_FLAGS = ("allowed", "verified")

MOST_PEOPLE: Final = 1_000
CONTACTS_AIMED_AT: Final = 10_000
"""Decisions held at once, more or less: people with a long history are read fewer at a time."""
MOST_KEYS: Final = 5_000
"""Values in one question to the database."""


@dataclass(frozen=True, slots=True)
class Rows:
    """Everything about some people, in the order it came about; times aware UTC, money in Decimal units."""

    debtors: dict[str, Row]
    accounts: dict[str, Row]
    planned: list[Row]
    decisions: dict[str, Row]
    attempts: list[Row]
    reported: list[Row]
    holds: list[Row]
    consents: list[Row]
    wishes: list[Row]
    conversations: list[Row]
    turns: dict[str, list[Row]]
    """By conversation, in order."""
    disclosures: list[Row]
    promises: list[Row]
    cases: list[Row]


def people(connection: Connection) -> Iterator[Rows]:
    """Every person of the ledger with all that concerns them, once each."""
    last, at_once = "", 1 + MOST_PEOPLE // 10
    while True:
        # The database's own order, whatever its collation: it only has to agree with itself.
        debtors = _rows(
            connection,
            "SELECT id, jurisdictions, tz_candidates FROM debtor WHERE id > :last ORDER BY id LIMIT :most",
            {"last": last, "most": at_once},
        )
        if not debtors:
            return
        found = _about(connection, debtors)
        yield found
        last = debtors[-1]["id"]
        size = max(len(found.decisions), len(found.attempts), 1)
        at_once = max(1, min(MOST_PEOPLE, 2 * at_once, at_once * CONTACTS_AIMED_AT // size))


def _about(connection: Connection, debtors: list[Row]) -> Rows:
    persons = [debtor["id"] for debtor in debtors]

    def of(keys: Collection[str], columns: str, table: str, key: str, order: str) -> list[Row]:
        """Rows whose `key` is one of `keys`; in order among those of one key."""
        question = text(f"SELECT {columns} FROM {table} WHERE {key} IN :keys ORDER BY {order}").bindparams(
            bindparam("keys", expanding=True)
        )
        listed = list(keys)
        return [
            row
            for start in range(0, len(listed), MOST_KEYS)
            for row in _rows(connection, question, {"keys": listed[start : start + MOST_KEYS]})
        ]

    accounts = of(persons, "id, debtor_id, currency, balance, amount_due, dpd", "account", "debtor_id", "id")
    conversations = of(persons, "*", "conversation", "debtor_id", "opened_at, id")
    debts, talks = [row["id"] for row in accounts], [row["id"] for row in conversations]
    turns: dict[str, list[Row]] = {}
    columns = 'id, conversation_id, seq, speaker, text_sealed, template, "trigger", at'
    for turn in of(talks, columns, "turn", "conversation_id", "conversation_id, seq"):
        turns.setdefault(turn["conversation_id"], []).append(turn)
    decided = "id, planned_id, account_id, debtor_id, channel, agent, at, allowed, facts_hash"
    reported = "id, debtor_id, account_id, channel, direction, outcome, target, number_index, at, recorded_at"
    return Rows(
        debtors=_by_id(debtors),
        accounts=_by_id(accounts),
        planned=of(debts, "id, account_id, slot, channel, agent, status", "plannedcontact", "account_id", "slot, id"),
        decisions=_by_id(of(persons, decided, "decision", "debtor_id", "at, id")),
        attempts=of(persons, "*", "attempt", "debtor_id", "reserved_at, id"),
        reported=of(persons, reported, "reportedcontact", "debtor_id", "at, id"),
        holds=of(persons, "*", "hold", "debtor_id", "created_at, id"),
        consents=of(persons, "id, debtor_id, kind, status, at", "consent", "debtor_id", "at, id"),
        wishes=of(persons, "*", "contactwish", "debtor_id", "given_at, id"),
        conversations=conversations,
        turns=turns,
        disclosures=of(
            talks, "conversation_id, kind, turn_seq, at", "disclosure", "conversation_id", "conversation_id, turn_seq"
        ),
        promises=of(debts, "*", "promise", "account_id", "confirmed_at, id"),
        cases=of(persons, 'id, account_id, conversation_id, "trigger"', '"case"', "debtor_id", "id"),
    )


def audit_entries(connection: Connection, at_once: int = 5_000) -> Iterator[Row]:
    """The audit chain in order."""
    last = None
    while True:
        entries = _rows(
            connection,
            f"SELECT * FROM auditentry {'' if last is None else 'WHERE seq > :last'} ORDER BY seq LIMIT :most",
            {"most": at_once} if last is None else {"most": at_once, "last": last},
        )
        if not entries:
            return
        yield from entries
        last = entries[-1]["seq"]


def count(connection: Connection, table: str) -> int:
    """How many rows there are, whomever they are about."""
    return int(connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one())


def _rows(connection: Connection, question: Any, values: Row) -> list[Row]:
    asked = text(question) if isinstance(question, str) else question
    return [_plain(dict(row)) for row in connection.execute(asked, values).mappings()]


def _by_id(rows: list[Row]) -> dict[str, Row]:
    return {row["id"]: row for row in rows}


def _plain(row: Row) -> Row:
    """SQLite gives texts and whole numbers where PostgreSQL gives times, dates and parsed JSON."""
    for name in row.keys() & set(_TIMES):
        value = row[name]
        if value is not None:
            moment = datetime.fromisoformat(value) if isinstance(value, str) else value
            row[name] = moment.replace(tzinfo=UTC)
    for name in row.keys() & set(_DAYS):
        row[name] = date.fromisoformat(row[name]) if isinstance(row[name], str) else row[name]
    for name in row.keys() & set(_MONEY):
        row[name] = Decimal(row[name]) / 100
    for name in row.keys() & set(_JSON):
        row[name] = json.loads(row[name]) if isinstance(row[name], str) else row[name]
    for name in row.keys() & set(_FLAGS):
        row[name] = bool(row[name])
    return row
