"""The audit chain: every alteration is found, and named by its place."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from engines import OpenLedger
from seeded import KEYS, StoppedClock, add_person, fresh_ledger
from sqlalchemy import delete, text, update
from sqlmodel import col, select

from ledger.audit_check import BEGINNING, ChainBroken, Mark, Point, Row, Whole, walk
from ledger.audit_form import FactsRefused
from ledger.audit_rows import chain_rows, entry_at
from ledger.ledger import Ledger
from ledger.tables import AuditEntry, Debtor


@pytest.fixture
def ledger(ledger_on: OpenLedger) -> Ledger:
    clock = StoppedClock()
    ledger = ledger_on(clock)
    for number in range(5):
        with ledger.begin() as work:
            work.audit("a.decision", f"d-{number}", {"allowed": number % 2 == 0, "by": "王经理", "n": number})
        clock.advance(minutes=1, microseconds=number)
    return ledger


def entries(ledger: Ledger) -> list[AuditEntry]:
    with ledger.read() as work:
        return list(work.session.exec(select(AuditEntry).order_by(col(AuditEntry.seq))).all())


def verify(ledger: Ledger) -> int | ChainBroken:
    found = walk(chain_rows(ledger), KEYS.audit)
    return found.end.seq if isinstance(found, Whole) else found


def test_a_whole_chain_is_counted(ledger: Ledger) -> None:
    assert verify(ledger) == 5
    assert walk([], KEYS.audit) == Whole(BEGINNING, 0, 0)


def test_many_entries_at_once_follow_the_others_in_their_order(ledger: Ledger) -> None:
    with ledger.begin() as work:
        work.audit("scoring.run", "m", {"accounts": 3})
        work.audit_many("case.opened", {f"c-{number}": {"n": number} for number in range(100)})
        work.audit_many("case.opened", {})
        work.audit("scoring.run", "m", {"accounts": 0})
    found = entries(ledger)
    assert verify(ledger) == 107
    assert [(entry.subject, entry.facts) for entry in found[6:106]] == [(f"c-{n}", {"n": n}) for n in range(100)]


def test_a_check_begins_behind_any_entry_that_is_right(ledger: Ledger) -> None:
    with ledger.read() as work:
        third = entry_at(work, 3)
        assert third is not None
        assert entry_at(work, 6) is None
    found = walk(chain_rows(ledger, Point(3, third[6])), KEYS.audit, (), Point(3, third[6]))
    assert isinstance(found, Whole)
    assert (found.end.seq, found.checked) == (5, 2)


def test_erasing_a_person_leaves_the_chain_whole(ledger: Ledger) -> None:
    with ledger.begin() as work:
        account = add_person(work, "A")
        work.audit("person.looked_up", account.debtor_id, {"account": account.id, "by": "anna"})
    with ledger.begin() as work:
        work.session.execute(update(Debtor).values(name_sealed=b"", phone_sealed=b"", email_sealed=b"", phone_index=""))
    assert verify(ledger) == 6
    with ledger.begin() as work:
        work.session.delete(work.session.get_one(type(account), account.id))
        work.session.flush()
        work.session.execute(delete(Debtor))
    assert verify(ledger) == 6


@pytest.mark.parametrize(
    ("subject", "facts"),
    [
        ("id with spaces", {}),
        ("+886 900 000 017", {}),
        ("+886900000017", {}),
        ("0900-000-017", {}),
        ("id", {"said": "I lost my job"}),
        ("id", {"said": "我失业了"}),
        ("id", {"email": "anna@example.invalid"}),
        ("id", {"email": "anna@126.example"}),
        ("id", {"phone": "+886900000017"}),
        ("id", {"long": "x" * 129}),
        ("id", {"by": "a" * 65}),
        ("id", {"by": "two\nlines"}),
        ("id", {"what she said": 1}),
        ("id", {"share": 0.5}),
        ("id", {"big": 2**53}),
        ("id", {"bytes": b"x"}),
        ("id", {"deep": [{"said": "so it was"}]}),
        ("id", {"many": list(range(201))}),
    ],
)
def test_only_ids_codes_numbers_and_names_of_staff_stand_in_the_chain(
    ledger: Ledger, subject: str, facts: Mapping[str, Any]
) -> None:
    with ledger.begin() as work, pytest.raises(FactsRefused) as refused:
        work.audit("a.decision", subject, facts)
    assert not any(str(value) in str(refused.value) for value in facts.values() if len(str(value)) > 3)
    assert verify(ledger) == 5


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
    assert verify(ledger) == 6


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
    broken = verify(ledger)
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
    ledger: Ledger, tamper: Callable[[list[Row]], list[Row]], seq: int
) -> None:
    broken = walk(tamper(list(chain_rows(ledger))), KEYS.audit)
    assert isinstance(broken, ChainBroken)
    assert broken.seq == seq


def test_a_chain_rewritten_without_the_key_is_found(ledger: Ledger) -> None:
    assert walk(chain_rows(ledger), b"z" * 32) == ChainBroken(1, "is not signed with our key")


def test_what_is_no_text_at_all_is_found_and_breaks_no_check(tmp_path: Path) -> None:
    """On SQLite alone, which takes anything for a text."""
    ledger = fresh_ledger(tmp_path / "ledger.db")
    with ledger.begin() as work:
        work.audit("a.decision", "d", {})
    for value in ("CAST(x'ff' AS TEXT)", "x'00ff'", "7", "'{'", '\'{"a":1,"a":2}\'', "'[1]'", "'NaN'"):
        for column in ("kind", "subject", "facts", "at", "hash", "signature", "previous_hash"):
            with ledger.begin() as work:
                raw = work.session.connection()
                before = raw.exec_driver_sql(f"SELECT CAST({column} AS BLOB) FROM auditentry").scalar_one()
                raw.exec_driver_sql(f"UPDATE auditentry SET {column} = {value}")
            broken = verify(ledger)
            assert isinstance(broken, ChainBroken), (column, value)
            assert broken.seq == 1
            with ledger.begin() as work:
                restored = before.decode().replace("'", "''")
                work.session.connection().exec_driver_sql(f"UPDATE auditentry SET {column} = '{restored}'")
            assert verify(ledger) == 1


def test_a_mark_finds_what_was_rewritten_with_the_keys_and_what_was_cut_off(ledger: Ledger) -> None:
    chain = list(chain_rows(ledger))
    marks = [Mark(seq, chain[seq - 1][6], "then", "anchor") for seq in (2, 4)]
    whole = walk(chain, KEYS.audit, marks)
    assert isinstance(whole, Whole)
    assert whole.marked == 4
    cut = walk(chain[:3], KEYS.audit, marks)
    assert cut == ChainBroken(4, "is missing: the anchor of then knows 4 entries", 2)
    other = walk(chain, KEYS.audit, [marks[0], replace(marks[1], hash="f" * 64)])
    assert other == ChainBroken(4, "is not what the anchor of then says", 2)
    forged = walk(chain, KEYS.audit, [replace(marks[0], hash=None)])
    assert forged == ChainBroken(2, "has an anchor that is not signed with our key", 0)
