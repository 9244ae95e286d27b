"""The audit chain: every alteration is found, and named by its place."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from engines import OpenLedger
from seeded import KEYS, StoppedClock
from sqlalchemy import text
from sqlmodel import col, select

from ledger.audit import ChainBroken, verify
from ledger.ledger import Ledger
from ledger.tables import AuditEntry


@pytest.fixture
def ledger(ledger_on: OpenLedger) -> Ledger:
    clock = StoppedClock()
    ledger = ledger_on(clock)
    for number in range(5):
        with ledger.begin() as work:
            work.audit("decision", f"d-{number}", {"allowed": number % 2 == 0, "原因": ["FREQ_CAP"], "n": number})
        clock.advance(minutes=1)
    return ledger


def entries(ledger: Ledger) -> list[AuditEntry]:
    with ledger.read() as work:
        return list(work.session.exec(select(AuditEntry).order_by(col(AuditEntry.seq))).all())


def test_a_whole_chain_is_counted(ledger: Ledger) -> None:
    assert verify(entries(ledger), KEYS) == 5
    assert verify([], KEYS) == 0


def test_many_entries_at_once_follow_the_others_in_their_order(ledger: Ledger) -> None:
    with ledger.begin() as work:
        work.audit("scoring.run", "m", {"accounts": 3})
        work.audit_many("case.opened", {f"c-{number}": {"n": number} for number in range(3)})
        work.audit_many("case.opened", {})
        work.audit("scoring.run", "m", {"accounts": 0})
    found = entries(ledger)
    assert verify(found, KEYS) == 10
    assert [(entry.subject, entry.facts) for entry in found[6:9]] == [(f"c-{n}", {"n": n}) for n in range(3)]


def test_an_entry_joins_the_chain_at_the_end_of_its_transaction_or_never(ledger: Ledger) -> None:
    def fail_after_noting() -> None:
        with ledger.begin_for(["nobody"]) as work:
            work.audit("decision", "lost", {})
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail_after_noting()
    with ledger.begin() as work:
        work.audit("decision", "kept", {})
        assert work.session.exec(select(AuditEntry).where(AuditEntry.subject == "kept")).all() == []
    assert [entry.subject for entry in entries(ledger)[5:]] == ["kept"]
    assert verify(entries(ledger), KEYS) == 6


def test_what_was_noted_before_people_were_waited_for_is_not_lost(ledger: Ledger) -> None:
    with ledger.begin_for() as work:
        work.audit("claim", "before", {})
        work = ledger.with_people(work, ["nobody"])
        work.audit("claim", "after", {})
    assert [entry.subject for entry in entries(ledger)[5:]] == ["before", "after"]


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("kind", "'attempt'"),
        ("subject", "'d-9'"),
        ("facts", "'{\"allowed\": true}'"),
        ("at", "'2026-03-04 09:00:30'"),
        ("hash", "'" + "a" * 64 + "'"),
        ("signature", "'" + "a" * 64 + "'"),
        ("previous_hash", "'" + "a" * 64 + "'"),
    ],
)
def test_any_altered_column_is_found_where_it_is(ledger: Ledger, column: str, value: str) -> None:
    with ledger.begin() as work:
        work.session.connection().execute(text(f"UPDATE auditentry SET {column} = {value} WHERE seq = 3"))
    broken = verify(entries(ledger), KEYS)
    assert isinstance(broken, ChainBroken)
    assert broken.seq == 3


@pytest.mark.parametrize(
    ("tamper", "seq"),
    [
        (lambda chain: chain[:2] + chain[3:], 3),
        (lambda chain: [chain[1], chain[0], *chain[2:]], 1),
        (lambda chain: chain[1:], 1),
        (lambda chain: [*chain, chain[4]], 6),
    ],
    ids=["missing", "reordered", "beheaded", "repeated"],
)
def test_missing_and_reordered_entries_are_found(
    ledger: Ledger, tamper: Callable[[list[AuditEntry]], list[AuditEntry]], seq: int
) -> None:
    broken = verify(tamper(entries(ledger)), KEYS)
    assert isinstance(broken, ChainBroken)
    assert broken.seq == seq


def test_a_chain_rewritten_without_the_key_is_found(ledger: Ledger) -> None:
    assert isinstance(verify(entries(ledger), replace(KEYS, audit=b"z" * 32)), ChainBroken)
