"""Contacts that an agency reports: read, recorded once, and counted by the gate."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import polars as pl
import pytest
from seeded import START, StoppedClock, add_person
from sqlmodel import select

from ledger.importing.rows import ImportRefused
from ledger.ledger import Ledger
from ledger.tables import AuditEntry, ReportedContact
from strategy.permission import permitted
from strategy.policy.decision import Deny
from strategy.reported.recording import ContactsReport, import_contacts

HEADER = "account_ref,at,channel,direction,outcome,number,target,reference"
GOOD = "A-R1,2026-03-04T10:05:00+08:00,voice,outbound,conversation,,,{}"
PHONE = "+86900000000099"


@pytest.fixture
def ledger(ledger_on) -> Ledger:
    ledger: Ledger = ledger_on(StoppedClock(START))  # Wednesday 17:00 in Taipei
    with ledger.begin() as work:
        add_person(work, "R1")
    return ledger


def told(ledger: Ledger, tmp_path: Path, *lines: str, by: str = "Agency One", header: str = HEADER) -> ContactsReport:
    file = tmp_path / "contacts.csv"
    file.write_text("\n".join([header, *lines]) + "\n", encoding="utf-8")
    return import_contacts(ledger, file, by, tmp_path)


def kept(ledger: Ledger) -> list[ReportedContact]:
    with ledger.read() as work:
        return list(work.session.exec(select(ReportedContact).order_by(ReportedContact.at)).all())


def test_what_an_agency_did_counts_toward_our_caps(ledger: Ledger, tmp_path: Path) -> None:
    with ledger.read() as work:
        assert not isinstance(permitted(work, "account-R1", "voice", "human"), Deny)
    done = told(ledger, tmp_path, *(GOOD.format(number) for number in range(3)))
    assert (done.rows, done.recorded, done.known, done.rejected) == (3, 3, 0, 0)
    with ledger.read() as work:
        decision = permitted(work, "account-R1", "voice", "human")
        assert isinstance(decision, Deny)
        assert "FREQ_CAP" in decision.codes
        entries = work.session.exec(select(AuditEntry).where(AuditEntry.kind == "contact.reported")).all()
        assert len(entries) == 3


def test_what_is_told_twice_counts_once(ledger: Ledger, tmp_path: Path) -> None:
    assert told(ledger, tmp_path, GOOD.format("1"), GOOD.format("1")).known == 1
    again = told(ledger, tmp_path, GOOD.format("1"), GOOD.format("2"))
    assert (again.recorded, again.known) == (1, 1)
    # Another reporter numbers its contacts in its own way.
    assert told(ledger, tmp_path, GOOD.format("1"), by="Agency Two").recorded == 1
    assert len(kept(ledger)) == 3


def test_a_reference_stands_for_one_contact(ledger: Ledger, tmp_path: Path) -> None:
    done = told(ledger, tmp_path, GOOD.format("1"), GOOD.format("1").replace("conversation", "busy"))
    assert (done.recorded, done.rejected) == (1, 1)
    assert (done.errors[0].line, done.errors[0].field) == (3, "reference")


@pytest.mark.parametrize(
    ("line", "field"),
    [
        ("A-R1,2026-03-04T17:00:01+08:00,voice,outbound,conversation,,,9", "at"),
        ("A-R1,2026-03-04T10:05:00,voice,outbound,conversation,,,9", "at"),
        ("A-R1,yesterday,voice,outbound,conversation,,,9", "at"),
        ("A-R1,,voice,outbound,conversation,,,9", "at"),
        ("A-R1,2026-03-04T10:05:00+08:00,voice,outbound,teleported,,,9", "outcome"),
        ("A-R1,2026-03-04T10:05:00+08:00,pigeon,outbound,busy,,,9", "channel"),
        ("A-R1,2026-03-04T10:05:00+08:00,voice,sideways,busy,,,9", "direction"),
        ("A-R1,2026-03-04T10:05:00+08:00,voice,outbound,busy,0900000099,,9", "number"),
        ("A-R1,2026-03-04T10:05:00+08:00,voice,outbound,busy,,the cat,9", "target"),
        ("A-R1,2026-03-04T10:05:00+08:00,voice,outbound,busy,,,", "reference"),
        ("A-R9,2026-03-04T10:05:00+08:00,voice,outbound,busy,,,9", "account_ref"),
        ("A-R1,2026-03-04T10:05:00+08:00,voice,outbound", ""),
    ],
)
def test_a_row_that_cannot_be_read_is_named_and_the_others_are_kept(
    ledger: Ledger, tmp_path: Path, line: str, field: str
) -> None:
    done = told(ledger, tmp_path, GOOD.format("1"), line, GOOD.format("2"))
    assert (done.recorded, done.rejected) == (2, 1)
    assert (done.errors[0].line, done.errors[0].field) == (3, field)
    assert done.reject_file is not None
    rejected = done.reject_file.read_text(encoding="utf-8-sig")
    assert done.errors[0].reason in rejected
    assert "0900000099" not in rejected


@pytest.mark.parametrize(
    ("header", "wrong"),
    [
        ("account_ref,at,channel,direction,outcome", "reference"),
        (f"{HEADER},note", "note"),
        (f"{HEADER},at", "at"),
    ],
)
def test_a_file_of_another_layout_is_refused_whole(ledger: Ledger, tmp_path: Path, header: str, wrong: str) -> None:
    with pytest.raises(ImportRefused, match=wrong):
        told(ledger, tmp_path, GOOD.format("1"), header=header)
    assert kept(ledger) == []


def test_a_file_without_rows_or_without_a_reporter_is_refused(ledger: Ledger, tmp_path: Path) -> None:
    with pytest.raises(ImportRefused, match="no rows"):
        told(ledger, tmp_path)
    with pytest.raises(ImportRefused, match="agency"):
        told(ledger, tmp_path, GOOD.format("1"), by=" ")


def test_a_number_is_kept_blind_and_the_one_on_file_stands_in(ledger: Ledger, tmp_path: Path) -> None:
    told(ledger, tmp_path, GOOD.format("1"), GOOD.format("2").replace(",,,", f",{PHONE},guarantor,"))
    with ledger.read() as work:
        on_file, other = work.blind_index("phone", "+886900000017"), work.blind_index("phone", PHONE)
    first, second = kept(ledger)
    assert {first.number_index, second.number_index} == {on_file, other}
    assert {first.target, second.target} == {"consumer", "guarantor"}


def test_parquet_with_real_times_is_read(ledger: Ledger, tmp_path: Path) -> None:
    file = tmp_path / "contacts.parquet"
    pl.DataFrame(
        {
            "account_ref": ["A-R1", "A-R1"],
            "at": [START - timedelta(hours=1), START + timedelta(hours=1)],
            "channel": ["voice", "voice"],
            "direction": ["inbound", "outbound"],
            "outcome": ["conversation", "busy"],
            "reference": ["1", "2"],
        }
    ).write_parquet(file)
    done = import_contacts(ledger, file, "bank", tmp_path)
    assert (done.recorded, done.rejected) == (1, 1)
    assert (done.errors[0].line, done.errors[0].field, done.errors[0].reason) == (2, "at", "lies in the future")
