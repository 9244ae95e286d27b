"""Frames in and out of the ledger are the records that everybody else sees, in the same transaction."""

from __future__ import annotations

from datetime import date

import polars as pl
import pytest
from engines import OpenLedger
from seeded import START, add_person
from sqlmodel import col, select

from ledger.bulk import append_frame, read_frame
from ledger.ledger import Ledger
from ledger.tables import Account, Score

ROW = {
    "id": ["s1", "s2"],
    "account_id": ["a", "b"],
    "run_id": ["run", ""],
    "as_of": [date(2026, 3, 1), date(2026, 3, 2)],
    "willingness": [0.25, 1e-9],
    "ability": [0.5, None],
    "expected_amount": [12345, None],
    "model_id": ['with "quotes", and a comma', "m"],
    "reasons": ["W:P01-1.20", ""],
    "created_at": [START.replace(tzinfo=None)] * 2,
}


@pytest.fixture
def ledger(ledger_on: OpenLedger) -> Ledger:
    return ledger_on()


def test_what_is_appended_is_read_as_records(ledger: Ledger) -> None:
    with ledger.begin() as work:
        append_frame(work, Score, pl.DataFrame(ROW))
    with ledger.read() as work:
        one, other = work.session.exec(select(Score).order_by(col(Score.id))).all()
    assert one.model_dump() | {"expected_amount": str(one.expected_amount)} == {
        "id": "s1",
        "account_id": "a",
        "run_id": "run",
        "as_of": date(2026, 3, 1),
        "willingness": 0.25,
        "ability": 0.5,
        "expected_amount": "123.45",
        "contact": None,
        "promise": None,
        "kept": None,
        "model_id": 'with "quotes", and a comma',
        "reasons": [{"head": "willingness", "code": "P01", "effect": -1.2}],
        "created_at": START,
        "part": 0,
    }
    assert (other.ability, other.expected_amount, other.reasons, other.willingness) == (None, None, [], 1e-9)


def test_records_are_read_as_a_frame(ledger: Ledger) -> None:
    schema = {"id": pl.String(), "as_of": pl.Date(), "balance": pl.Int64()}
    query = select(col(Account.id), col(Account.as_of), col(Account.balance)).where(Account.status == "open")
    with ledger.begin() as work:
        assert read_frame(work, query, schema).is_empty()
        add_person(work, "R1", balance="86500.17")
        found = read_frame(work, query, schema)
    assert dict(found.schema) == schema
    assert found.rows() == [("account-R1", date(2026, 3, 1), 8650017)]


def test_a_frame_goes_with_its_transaction(ledger: Ledger) -> None:
    def write_and_fail() -> None:
        with ledger.begin() as work:
            append_frame(work, Score, pl.DataFrame(ROW))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        write_and_fail()
    with ledger.read() as work:
        assert work.session.exec(select(Score)).all() == []


def test_an_unknown_column_is_named(ledger: Ledger) -> None:
    with ledger.begin() as work, pytest.raises(ValueError, match="Score has no shoe_size"):
        append_frame(work, Score, pl.DataFrame(ROW | {"shoe_size": [44, 45]}))
