"""The ledger as it lies in the database: plain SQL, plain values, none of the application's classes."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, text

Row = dict[str, Any]

_TIMES = (
    *("at", "reserved_at", "finished_at", "created_at", "until", "lifted_at", "opened_at", "closed_at"),
    *("read_back_at", "confirmed_at"),
)
_DAYS = ("due_on",)
_MONEY = ("amount", "amount_due", "balance")
_JSON = ("facts", "jurisdictions", "tz_candidates")
_FLAGS = ("allowed", "verified")


@dataclass(frozen=True, slots=True)
class Rows:
    """Every row that is looked at, in the order it came about; times aware UTC, money in Decimal units."""

    debtors: dict[str, Row]
    accounts: dict[str, Row]
    decisions: dict[str, Row]
    attempts: list[Row]
    holds: list[Row]
    consents: list[Row]
    conversations: list[Row]
    turns: dict[str, list[Row]]
    """By conversation, in order."""
    disclosures: list[Row]
    promises: list[Row]
    cases: list[Row]
    audit: list[Row]


def load(connection: Connection) -> Rows:
    """Read the whole ledger; small enough for a rehearsal, not meant for a bank's year."""

    def table(columns: str, name: str, order: str = "id") -> list[Row]:
        found = connection.execute(text(f"SELECT {columns} FROM {name} ORDER BY {order}"))
        return [_plain(dict(row)) for row in found.mappings()]

    turns: dict[str, list[Row]] = {}
    for turn in table(
        'id, conversation_id, seq, speaker, text_sealed, template, "trigger", at', "turn", "conversation_id, seq"
    ):
        turns.setdefault(turn["conversation_id"], []).append(turn)
    return Rows(
        debtors=_by_id(table("id, jurisdictions, tz_candidates", "debtor")),
        accounts=_by_id(table("id, debtor_id, currency, balance, amount_due, dpd", "account")),
        decisions=_by_id(table("id, account_id, debtor_id, channel, agent, at, allowed", "decision")),
        attempts=table("*", "attempt", "reserved_at, id"),
        holds=table("*", "hold", "created_at, id"),
        consents=table("debtor_id, kind, status, at", "consent", "at, id"),
        conversations=table("*", "conversation", "opened_at, id"),
        turns=turns,
        disclosures=table("conversation_id, kind, turn_seq, at", "disclosure", "conversation_id, turn_seq"),
        promises=table("*", "promise", "confirmed_at, id"),
        cases=table('id, account_id, conversation_id, "trigger"', '"case"'),
        audit=table("*", "auditentry", "seq"),
    )


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
