"""Simulated collectors work like people: in their shift, one case each, and never around the gate."""

from datetime import timedelta
from pathlib import Path

import pytest
from seeded import START, StoppedClock, add_person, fresh_ledger
from sqlmodel import select

from desk.intake import open_case
from desk.wrap_up import DISPOSITIONS
from ledger.handoff import Escalation
from ledger.ledger import Ledger
from ledger.tables import Attempt, Case, Decision, Hold, WrapUp
from rehearsal.collectors import ENDS, Collectors
from strategy.policy.packs import shipped_packs

# Eleven in the morning in Taipei, a Wednesday.
MORNING = START.replace(hour=3)
SHIFT = (MORNING - timedelta(hours=1), MORNING + timedelta(hours=6))


@pytest.fixture
def clock() -> StoppedClock:
    return StoppedClock(MORNING)


@pytest.fixture
def ledger(tmp_path: Path, clock: StoppedClock) -> Ledger:
    return fresh_ledger(tmp_path / "ledger.db", clock)


def waits(ledger: Ledger, ref: str, trigger: str, hold: str | None = None) -> None:
    """A case on a person of their own, with a hold that binds people too where one is named."""
    with ledger.begin() as work:
        account = add_person(work, ref)
        if hold is not None:
            work.session.add(
                Hold(
                    id=work.new_id(),
                    debtor_id=account.debtor_id,
                    scope="person",
                    reason=hold,
                    created_at=work.now,
                )
            )
        open_case(
            work,
            Escalation(account.id, account.debtor_id, None, trigger, "P1", "", "", False, "zh", {}, (), (), ""),
        )


def rows(ledger: Ledger, table: type) -> list:
    with ledger.read() as work:
        return list(work.session.exec(select(table)).all())


def team(ledger: Ledger, count: int = 1) -> Collectors:
    return Collectors(ledger, shipped_packs(), count, seed=1, shift=SHIFT)


def test_everybody_finishes_one_case_at_a_time(ledger: Ledger) -> None:
    for ref in "ABC":
        waits(ledger, ref, "hardship_unemployment")
    pair = team(ledger, count=2)
    assert [pair.work_on(), pair.work_on(), pair.work_on()] == [2, 1, 0]
    assert {case.status for case in rows(ledger, Case)} == {"wrapped"}
    assert [wrapped.disposition for wrapped in rows(ledger, WrapUp)] == ["hardship_referred"] * 3


@pytest.mark.parametrize("hours", [-2, 6])
def test_outside_the_shift_nothing_is_touched(ledger: Ledger, clock: StoppedClock, hours: int) -> None:
    waits(ledger, "A", "hardship_unemployment")
    clock.advance(hours=hours)
    assert team(ledger).work_on() == 0
    assert [case.status for case in rows(ledger, Case)] == ["waiting"]


@pytest.mark.parametrize("trigger", sorted(ENDS))
def test_whoever_may_not_be_called_is_not_called(ledger: Ledger, trigger: str) -> None:
    waits(ledger, "A", trigger)
    assert team(ledger).work_on() == 1
    assert rows(ledger, Attempt) == rows(ledger, Decision) == []


def test_a_call_is_reserved_before_it_is_made_and_has_an_outcome(ledger: Ledger) -> None:
    waits(ledger, "A", "identity_failed")
    assert team(ledger).work_on() == 1
    (attempt,) = rows(ledger, Attempt)
    (wrapped,) = rows(ledger, WrapUp)
    assert (attempt.channel, attempt.agent, attempt.status) == ("voice", "human", "finished")
    assert (attempt.outcome, wrapped.disposition) in {
        ("conversation", "callback_agreed"),
        ("ring_no_answer", "not_reached"),
    }


def test_what_the_gate_denies_is_not_done_and_the_note_says_why(ledger: Ledger) -> None:
    waits(ledger, "A", "identity_failed", hold="cease_request")
    assert team(ledger).work_on() == 1
    assert rows(ledger, Attempt) == []
    (decision,) = rows(ledger, Decision)
    assert not decision.allowed
    (wrapped,) = rows(ledger, WrapUp)
    with ledger.read() as work:
        note = work.open("wrapup", "note_sealed", wrapped.id, wrapped.note_sealed)
    assert wrapped.disposition == "no_action_needed"
    assert "CEASE_COMMUNICATION" in note


def test_every_end_is_a_disposition_of_the_desk() -> None:
    assert set(ENDS.values()) <= set(DISPOSITIONS)
