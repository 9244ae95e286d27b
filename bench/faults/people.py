"""People who owe several debts each, and far more contacts planned for them than any law allows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from random import Random
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import insert

from bench.faults.setting import START
from ledger.ledger import Ledger, UnitOfWork
from ledger.tables import Account, Consent, Debtor, ImportBatch, PlannedContact, TierAssignment
from strategy.versions import active

PLACES: Final[tuple[tuple[list[str], list[str]], ...]] = (
    (["CN"], ["Asia/Shanghai"]),
    (["CN"], ["Asia/Shanghai", "Asia/Urumqi"]),
    (["US-FED"], ["America/New_York", "America/Chicago"]),
    (["US-FED", "US-CA"], ["America/Los_Angeles"]),
    (["US-FED", "US-MA"], ["America/New_York"]),
    (["US-FED", "US-NYC"], ["America/New_York"]),
    (["US-FED"], ["America/Phoenix"]),
    (["AU"], ["Australia/Sydney", "Australia/Perth"]),
    (["IN"], ["Asia/Kolkata"]),
    (["UK"], ["Europe/London"]),
    (["CN"], []),
)
BURST: Final = 4
"""Contacts of one person planned within seconds of each other, on several debts, so that several workers meet there."""


@dataclass(frozen=True, slots=True)
class People:
    """How many there are; `contacts` planned for each over `days` local days."""

    people: int
    contacts: int = 12
    days: int = 2


def settle(ledger: Ledger, people: People, draw: Random) -> None:
    """Write people, debts, consents and planned contacts into an empty ledger."""
    with ledger.begin() as work:
        active(work)
        _add(work, ImportBatch, [_batch(work)])
        for start in range(0, people.people, 500):
            _portion(work, range(start, min(start + 500, people.people)), people, draw)


def _portion(work: UnitOfWork, numbers: range, people: People, draw: Random) -> None:
    rows: dict[type, list[dict[str, Any]]] = {
        Debtor: [],
        Account: [],
        TierAssignment: [],
        Consent: [],
        PlannedContact: [],
    }
    for number in numbers:
        laws, zones = PLACES[number % len(PLACES)]
        rows[Debtor].append(_debtor(work, number, laws, zones))
        debts = [f"debt-{number}-{debt}" for debt in range(draw.randint(1, 4))]
        rows[Account] += [_account(debt, number) for debt in debts]
        rows[TierAssignment] += [_tier(work, debt) for debt in debts]
        # One in twenty has never agreed to an artificial voice, which binds where the law asks for it.
        agreed = ("artificial_voice", "chat", "sms") if draw.random() < 0.95 else ("chat",)
        rows[Consent] += [_consent(work, number, kind) for kind in agreed]
        rows[PlannedContact] += _planned(work, debts, zones or ["UTC"], people, draw)
    for table, of_table in rows.items():
        _add(work, table, of_table)


def _planned(
    work: UnitOfWork, debts: list[str], zones: list[str], people: People, draw: Random
) -> list[dict[str, Any]]:
    slots: dict[tuple[str, datetime], dict[str, Any]] = {}
    while len(slots) < people.contacts:
        day = (START + timedelta(days=1 + draw.randrange(people.days))).date()
        # Mostly inside the hours of the law, now and then just before or after them.
        minute = draw.choice([draw.randrange(7 * 60, 22 * 60 + 30), draw.randrange(9 * 60, 20 * 60)])
        local = datetime.combine(day, time(minute // 60, minute % 60), ZoneInfo(zones[0]))
        for _ in range(min(BURST, people.contacts - len(slots))):
            debt, slot = draw.choice(debts), local.astimezone(START.tzinfo) + timedelta(seconds=draw.randrange(4))
            channel, agent = draw.choice([("voice", "bot"), ("voice", "bot"), ("voice", "human"), ("chat", "bot")])
            row = {"account_id": debt, "slot": slot, "channel": channel, "agent": agent, "status": "planned"}
            slots[debt, slot] = row | {
                "id": work.new_id(),
                "treatment": "remind",
                "why": ["ordeal"],
                "created_at": work.now,
            }
    return list(slots.values())


def _add(work: UnitOfWork, table: type, rows: list[dict[str, Any]]) -> None:
    if rows:
        work.session.execute(insert(table), rows)


def _batch(work: UnitOfWork) -> dict[str, Any]:
    counts = {"rows_read": 0, "accounts": 0, "rejected": 0, "created_at": work.now, "as_of": date(2026, 11, 17)}
    return {"id": "batch", "source_name": "ordeal", "source_sha256": "ordeal", "layout": "amends"} | counts


def _debtor(work: UnitOfWork, number: int, laws: list[str], zones: list[str]) -> dict[str, Any]:
    sealed = dict.fromkeys(("name_sealed", "phone_sealed", "email_sealed"), b"\x00")
    return sealed | {
        "id": f"person-{number}",
        "external_ref": f"person-{number}",
        "phone_index": f"number-{number}",
        "identity_hash": "-",
        "language": "en",
        "jurisdictions": laws,
        "tz_candidates": zones,
        "contact_data_synthetic": True,
        "created_at": work.now,
    }


def _account(debt: str, number: int) -> dict[str, Any]:
    money = {"balance": Decimal(5000), "amount_due": Decimal(500), "credit_limit": Decimal(9000), "currency": "USD"}
    who = {"id": debt, "debtor_id": f"person-{number}", "batch_id": "batch", "external_ref": debt}
    return who | money | {"product": "credit_card", "dpd": 20, "as_of": date(2026, 11, 17), "status": "open"}


def _tier(work: UnitOfWork, debt: str) -> dict[str, Any]:
    where = {"strategy_version": 1, "tier": "remind", "treatment": "remind", "why": []}
    return where | {"id": work.new_id(), "account_id": debt, "created_at": work.now}


def _consent(work: UnitOfWork, number: int, kind: str) -> dict[str, Any]:
    agreed = {"kind": kind, "status": "granted", "at": work.now - timedelta(days=30)}
    return agreed | {"id": work.new_id(), "debtor_id": f"person-{number}"}
