"""Holds, consents and wishes from a file: read, recorded once, and heeded by the gate."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest
from seeded import START, StoppedClock, add_person
from sqlmodel import SQLModel, col, select

from ledger.importing.rows import ImportRefused
from ledger.ledger import Ledger
from ledger.tables import AuditEntry, Consent, ContactWish, Hold
from strategy.holds.importing import SaidReport, import_said
from strategy.holds.recording import lift
from strategy.holds.rows import REASONS
from strategy.holds.said import consents_of
from strategy.permission import permitted
from strategy.policy.decision import Deny

HEADER = "account_ref,what,kind,scope,channel,number,since,until,treatment_ends,status,at,days,hours,value"


@pytest.fixture
def clock() -> StoppedClock:
    return StoppedClock(START)  # Wednesday 17:00 in Taipei


@pytest.fixture
def ledger(ledger_on, clock: StoppedClock) -> Ledger:
    ledger: Ledger = ledger_on(clock)
    with ledger.begin() as work:
        add_person(work, "R1")
        add_person(work, "R2")
    return ledger


def line(**cells: str) -> str:
    return ",".join({"account_ref": "A-R1", **cells}.get(name, "") for name in HEADER.split(","))


HELD = line(what="hold", kind="hardship", since="2026-03-01")
THEN = "2026-01-05T10:00:00+08:00"
GRANTED = line(what="consent", kind="sms", status="granted", at=THEN)
WISHED = line(what="wish", kind="inconvenient_time", days="mon;WED", hours="16:00-18:00", at=THEN)


def told(ledger: Ledger, tmp_path: Path, *lines: str, by: str = "Anna", header: str = HEADER) -> SaidReport:
    file = tmp_path / "said.csv"
    file.write_text("\n".join([header, *lines]) + "\n", encoding="utf-8")
    return import_said(ledger, file, by, tmp_path)


def kept(ledger: Ledger, table: type[SQLModel]) -> list:
    with ledger.read() as work:
        return list(work.session.exec(select(table)).all())


def codes(ledger: Ledger, agent: str = "human") -> set[str]:
    with ledger.read() as work:
        decision = permitted(work, "account-R1", "chat", agent)
        return set(decision.codes) if isinstance(decision, Deny) else set()


def test_what_a_file_says_is_recorded_noted_and_heeded(ledger: Ledger, tmp_path: Path) -> None:
    cease = line(what="hold", kind="cease", scope="debt", since="2026-02-01")
    done = told(ledger, tmp_path, cease, HELD, GRANTED, WISHED)
    assert (done.rows, done.holds, done.consents, done.wishes, done.known, done.rejected) == (4, 2, 1, 1, 0, 0)
    assert codes(ledger) == {"CEASE_COMMUNICATION", "KNOWN_INCONVENIENT_TIME"}
    assert codes(ledger, "bot") >= {"HOLD_ACTIVE"}
    with ledger.read() as work:
        assert consents_of(work, "debtor-R1")["sms"].at == datetime(2026, 1, 5, 2, tzinfo=UTC)
        kinds = ("consent.changed", "hold.placed", "hold.placed", "wish.recorded")
        query = select(AuditEntry).where(col(AuditEntry.kind).in_(kinds)).order_by(AuditEntry.kind)
        entries = work.session.exec(query).all()
    assert tuple(entry.kind for entry in entries) == kinds
    assert {entry.facts["by"] for entry in entries} == {"Anna"}
    assert {hold.placed_by for hold in kept(ledger, Hold)} == {"Anna"}


def test_a_file_told_twice_counts_once_even_when_its_hold_was_lifted(
    ledger: Ledger, tmp_path: Path, clock: StoppedClock
) -> None:
    lines = HELD, GRANTED, WISHED, HELD
    assert told(ledger, tmp_path, *lines).known == 1
    assert told(ledger, tmp_path, *lines).known == 4
    with ledger.begin() as work:
        assert isinstance(lift(work, kept(ledger, Hold)[0].id, "Bo", "resolved"), Hold)
    clock.now += timedelta(days=90)
    again = told(ledger, tmp_path, *lines)
    assert (again.holds, again.known, again.rejected) == (0, 4, 0)
    assert [len(kept(ledger, table)) for table in (Hold, Consent, ContactWish)] == [1, 1, 1]


def test_what_has_no_day_of_its_own_is_recorded_unless_it_stands(ledger: Ledger, tmp_path: Path) -> None:
    lines = line(what="hold", kind="complaint"), line(what="wish", kind="refused_medium", value="sms")
    assert told(ledger, tmp_path, *lines, *lines).known == 2
    assert told(ledger, tmp_path, *lines).known == 2
    with ledger.begin() as work:
        assert isinstance(lift(work, kept(ledger, Hold)[0].id, "Bo", "resolved"), Hold)
    # It may be a new complaint: nobody can tell, so contact stops again.
    assert told(ledger, tmp_path, *lines).holds == 1


def test_the_days_of_a_kind_count_from_the_day_on_which_it_began(ledger: Ledger, tmp_path: Path) -> None:
    space = line(what="hold", kind="moratorium", since="2026-02-10")
    number = line(what="hold", kind="wrong_number", number="+86 138-0000-0000")
    assert told(ledger, tmp_path, HELD, space, number).holds == 3
    ends = {hold.reason: hold.until for hold in kept(ledger, Hold)}
    assert ends["hardship"] is not None
    assert ends["moratorium"] is not None
    assert ends["hardship"].date() == date(2026, 3, 16)  # over everywhere on 1 March, and fourteen days
    assert ends["moratorium"].date() == date(2026, 4, 12)
    with ledger.read() as work:
        blind = work.blind_index("phone", "+8613800000000")
    assert next(hold.scope_value for hold in kept(ledger, Hold) if hold.scope == "number") == blind


def test_an_older_consent_does_not_go_before_a_later_refusal(ledger: Ledger, tmp_path: Path) -> None:
    revoked = GRANTED.replace("granted", "revoked").replace("2026-01-05", "2026-02-05")
    assert told(ledger, tmp_path, revoked).consents == 1
    assert told(ledger, tmp_path, GRANTED).consents == 1
    with ledger.read() as work:
        assert consents_of(work, "debtor-R1")["sms"].status == "revoked"


@pytest.mark.parametrize(
    ("row", "field"),
    [
        (line(what="promise", kind="sms"), "what"),
        (line(kind="sms"), "what"),
        (line(what="hold"), "kind"),
        (line(what="hold", kind="guard_breach"), "kind"),
        (line(what="hold", kind="of a new kind"), "kind"),
        (line(what="hold", kind="hardship", scope="debt"), "scope"),
        (line(what="hold", kind="hardship", scope="planet"), "scope"),
        (line(what="hold", kind="channel_refused", channel="pigeon"), "channel"),
        (line(what="hold", kind="channel_refused"), "channel"),
        (line(what="hold", kind="wrong_number", number="0900000099"), "number"),
        (line(what="hold", kind="cease", until="2026-12-31"), "until"),
        (line(what="hold", kind="hardship", until="2026-03-01"), "until"),
        (line(what="hold", kind="hardship", since="2026-01-01"), "until"),
        (line(what="hold", kind="hardship", until="31.12.2026"), "until"),
        (line(what="hold", kind="hardship", since="2026-03-06"), "since"),
        (line(what="hold", kind="moratorium", since="2026-03-06"), "since"),
        (line(what="hold", kind="moratorium", treatment_ends="2026-03-06"), "treatment_ends"),
        (line(what="hold", kind="hardship", hours="09:00-12:00"), "hours"),
        (line(what="consent", kind="telepathy", status="granted", at="2026-01-05T10:00:00+08:00"), "kind"),
        (line(what="consent", kind="sms", status="perhaps", at="2026-01-05T10:00:00+08:00"), "status"),
        (line(what="consent", kind="sms", status="granted"), "at"),
        (line(what="consent", kind="sms", status="granted", at="2026-01-05T10:00:00"), "at"),
        (line(what="consent", kind="sms", status="granted", at="0001-01-01T00:00:00+08:00"), "at"),
        (line(what="consent", kind="sms", status="granted", at="2026-03-04T17:00:01+08:00"), "at"),
        (line(what="consent", kind="sms", status="granted", at="2026-01-05T10:00:00Z", until="2027-01-01"), "until"),
        (line(what="wish", kind="peace"), "kind"),
        (line(what="wish", kind="inconvenient_time"), "hours"),
        (line(what="wish", kind="inconvenient_time", hours="noon"), "hours"),
        (line(what="wish", kind="inconvenient_time", days="blursday"), "days"),
        (line(what="wish", kind="inconvenient_place", value="moon"), "value"),
        (line(what="wish", kind="refused_medium", value="pigeon"), "value"),
        (line(what="wish", kind="refused_medium", value="sms", until="2026-01-01"), "until"),
        (line(account_ref="A-R9", what="hold", kind="cease"), "account_ref"),
        (line(account_ref="", what="hold", kind="cease"), "account_ref"),
        ("A-R1,hold", ""),
    ],
)
def test_a_row_that_cannot_be_read_is_named_and_the_others_are_recorded(
    ledger: Ledger, tmp_path: Path, row: str, field: str
) -> None:
    done = told(ledger, tmp_path, GRANTED, row, HELD)
    assert (done.holds, done.consents, done.rejected) == (1, 1, 1)
    assert (done.errors[0].line, done.errors[0].field) == (3, field)
    assert done.reject_file is not None
    rejected = done.reject_file.read_text(encoding="utf-8-sig")
    assert done.errors[0].reason in rejected
    assert "0900000099" not in rejected


@pytest.mark.parametrize("missing", ["account_ref", "what", "kind"])
def test_a_file_without_a_needed_column_is_refused_whole(ledger: Ledger, tmp_path: Path, missing: str) -> None:
    header = ",".join(name for name in HEADER.split(",") if name != missing)
    with pytest.raises(ImportRefused, match=missing):
        told(ledger, tmp_path, HELD, header=header)
    assert kept(ledger, Hold) == []


def test_a_person_answers_for_a_file(ledger: Ledger, tmp_path: Path) -> None:
    for nobody in ("", " ", "import", "bot"):
        with pytest.raises(ImportRefused, match="person"):
            told(ledger, tmp_path, HELD, by=nobody)


def test_few_columns_and_parquet_with_real_dates_are_read(ledger: Ledger, tmp_path: Path) -> None:
    assert told(ledger, tmp_path, "A-R2,hold,dispute", header="account_ref,what,kind").holds == 1
    file = tmp_path / "said.parquet"
    pl.DataFrame(
        {
            "account_ref": ["A-R1", "A-R1"],
            "what": ["hold", "consent"],
            "kind": ["hardship", "sms"],
            "since": [date(2026, 3, 1), None],
            "status": [None, "granted"],
            "at": [None, datetime(2026, 1, 5, 2, tzinfo=UTC)],
        }
    ).write_parquet(file)
    done = import_said(ledger, file, "Anna", tmp_path)
    assert (done.holds, done.consents, done.rejected) == (1, 1, 0)
    # The same as a CSV file says it.
    assert told(ledger, tmp_path, HELD, GRANTED).known == 2


def test_every_refusal_has_its_column_and_its_reason() -> None:
    assert {field for field, _ in REASONS.values()} <= set(HEADER.split(","))
