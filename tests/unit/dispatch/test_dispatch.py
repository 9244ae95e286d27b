"""The dispatcher: reserved before placed, denied with reasons, never placed twice, whatever breaks in between."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from engines import OpenLedger
from seeded import START, StoppedClock, add_person, add_strategy, add_tier
from sqlmodel import select

from ledger.ledger import Ledger, UnitOfWork
from ledger.tables import Attempt, AuditEntry, Decision, Hold, PlannedContact, StrategyVersion, TierAssignment
from strategy.dispatch.attempts import reconcile
from strategy.dispatch.planning import plan
from strategy.dispatch.reservation import Reserved
from strategy.dispatch.tick import tick
from strategy.policy.decision import canonical_json, decision_json, digest
from strategy.policy.facts_json import read_facts
from strategy.policy.gate import decide
from strategy.policy.packs import Packs, shipped_packs
from strategy.quality.feed import accept, record
from strategy.quality.findings import Finding
from strategy.settings import StrategySettings, to_json
from strategy.versions import StrategyUnreadable

PACKS = shipped_packs()


@pytest.fixture
def clock() -> StoppedClock:
    return StoppedClock(START)


@pytest.fixture
def ledger(ledger_on: OpenLedger, clock: StoppedClock) -> Ledger:
    made = ledger_on(clock)
    with made.begin() as work:
        add_person(work, "R1")
    return made


def put(work: UnitOfWork, tier: str, account_id: str = "account-R1") -> None:
    """Where the account belongs from now on."""
    if work.session.get(StrategyVersion, 1) is None:
        add_strategy(work, to_json(StrategySettings()))
    add_tier(work, account_id, tier)


def due(ledger: Ledger, channel: str = "voice", *, minutes_ago: int = 0) -> str:
    with ledger.begin() as work:
        put(work, "remind")
        planned = PlannedContact(
            id=work.new_id(),
            account_id="account-R1",
            slot=work.now - timedelta(minutes=minutes_ago),
            channel=channel,
            agent="bot",
            why=[],
            created_at=work.now,
        )
        work.session.add(planned)
    return planned.id


def rows(ledger: Ledger, table: type) -> list:
    with ledger.read() as work:
        return list(work.session.exec(select(table)).all())


def never(contact: Reserved) -> str:
    raise AssertionError("must not be placed")


def test_an_allowed_contact_is_reserved_and_audited_before_it_is_placed(ledger: Ledger) -> None:
    seen = []

    def place(contact: Reserved) -> str:
        (attempt,) = rows(ledger, Attempt)
        seen.append((contact.attempt_id, attempt.id, attempt.status, attempt.outcome))
        return "conversation"

    due(ledger)
    done = tick(ledger, PACKS, place)
    (attempt,), (decision,), (planned,) = rows(ledger, Attempt), rows(ledger, Decision), rows(ledger, PlannedContact)
    assert seen == [(attempt.id, attempt.id, "placing", None)]
    assert (attempt.status, attempt.outcome, decision.allowed, planned.status) == (
        "finished",
        "conversation",
        True,
        "allowed",
    )
    assert (done.due, done.allowed, dict(done.outcomes)) == (1, 1, {"conversation": 1})
    kinds = [entry.kind for entry in rows(ledger, AuditEntry)]
    assert kinds == ["contact.decided", "attempt.reserved", "attempt.set_out", "attempt.finished"]


def test_a_denied_contact_is_recorded_with_its_reasons_and_not_placed(ledger: Ledger) -> None:
    with ledger.begin() as work:
        work.session.add(Hold(id="hold", debtor_id="debtor-R1", scope="person", reason="cease", created_at=work.now))
    due(ledger)
    done = tick(ledger, PACKS, never)
    (decision,) = rows(ledger, Decision)
    assert rows(ledger, Attempt) == []
    assert {reason["code"] for reason in decision.reasons} == {"CEASE_COMMUNICATION", "HOLD_ACTIVE"}
    assert (done.denied, dict(done.reasons)) == (1, {"CEASE_COMMUNICATION": 1, "HOLD_ACTIVE": 1})


def test_a_recorded_decision_can_be_said_again_from_its_facts(ledger: Ledger) -> None:
    due(ledger)
    tick(ledger, PACKS, lambda _contact: "ring_no_answer")
    (decision,) = rows(ledger, Decision)
    assert decision.facts_hash == digest(canonical_json(decision.facts))
    again = decision_json(decide(read_facts(json.loads(json.dumps(decision.facts))), PACKS, decision.at))
    assert (again["decision"], again["packs"]) == ("allow", decision.packs["versions"])


def test_a_contact_is_placed_once_however_often_the_beat_comes(ledger: Ledger) -> None:
    placed = []
    due(ledger)
    for _ in range(3):
        tick(ledger, PACKS, lambda contact: placed.append(contact.attempt_id) or "busy")
    assert len(placed) == 1


def test_an_earlier_slot_goes_first_and_a_later_one_waits(ledger: Ledger, clock: StoppedClock) -> None:
    later, early = due(ledger, "chat"), due(ledger, "voice", minutes_ago=5)
    clock.advance(minutes=-1)
    placed = []
    tick(ledger, PACKS, lambda contact: placed.append(contact.channel) or "delivered")
    assert placed == ["voice"]
    statuses = {planned.id: planned.status for planned in rows(ledger, PlannedContact)}
    assert statuses == {early: "allowed", later: "planned"}


def test_a_slot_of_another_day_is_not_made_up_for(ledger: Ledger) -> None:
    due(ledger, minutes_ago=60 * 13)
    assert tick(ledger, PACKS, never).superseded == 1
    assert rows(ledger, Decision) == []


def test_a_contact_planned_for_the_bot_is_withdrawn_when_the_account_has_become_peoples(
    ledger: Ledger, clock: StoppedClock
) -> None:
    due(ledger)
    clock.advance(minutes=1)
    with ledger.begin() as work:
        put(work, "people")
    assert tick(ledger, PACKS, never).superseded == 1
    (planned,) = rows(ledger, PlannedContact)
    assert (planned.status, rows(ledger, Decision)) == ("superseded", [])


def test_nothing_is_placed_by_the_bot_while_the_accounts_data_are_broken(ledger: Ledger, clock: StoppedClock) -> None:
    broken = Finding("zero", "paid_1", "broken", 1.0, 0.12, 0.32, 100)
    with ledger.begin() as work:
        record(work, "another-batch", "import", [broken])
        check = record(work, "batch", "import", [broken])
    due(ledger)
    assert tick(ledger, PACKS, never).superseded == 1
    due(ledger, minutes_ago=-60)
    planned = plan(ledger)
    assert (planned.withdrawn, planned.planned.total()) == (1, 0)
    with ledger.begin() as work:
        accept(work, check.id, "Wang", "one branch was on strike")
    assert plan(ledger).planned.total() == 1
    due(ledger, minutes_ago=1)
    assert tick(ledger, PACKS, lambda _contact: "conversation").allowed == 1


def test_a_broken_channel_leaves_an_unknown_attempt_and_the_others_go_on(ledger: Ledger) -> None:
    with ledger.begin() as work:
        add_person(work, "R2")
    due(ledger, minutes_ago=2)
    with ledger.begin() as work:
        put(work, "remind", "account-R2")
        first = work.session.exec(select(PlannedContact)).one()
        work.session.add(
            PlannedContact(**first.model_dump() | {"id": "second", "account_id": "account-R2", "slot": work.now})
        )

    def place(contact: Reserved) -> str:
        if contact.account_id == "account-R1":
            raise ConnectionError("line lost")
        return "conversation"

    done = tick(ledger, PACKS, place)
    assert (done.faults, dict(done.outcomes)) == (1, {"unknown": 1, "conversation": 1})
    assert {attempt.account_id: attempt.status for attempt in rows(ledger, Attempt)} == {
        "account-R1": "unknown",
        "account-R2": "finished",
    }


class Killed(BaseException):
    """The process dies here."""


def test_after_a_crash_nothing_is_dialled_again_and_the_attempt_counts(ledger: Ledger, clock: StoppedClock) -> None:
    def die(contact: Reserved) -> str:
        raise Killed

    due(ledger)
    with pytest.raises(Killed):
        tick(ledger, PACKS, die)
    assert tick(ledger, PACKS, never).due == 0
    assert reconcile(ledger) == 0, "it may still be under way in another process"
    clock.advance(hours=3)
    assert reconcile(ledger) == 1
    (attempt,) = rows(ledger, Attempt)
    assert (attempt.status, attempt.outcome) == ("unknown", "unknown")
    assert tick(ledger, PACKS, never).due == 0


def test_three_lost_attempts_use_up_a_day_in_china(ledger: Ledger, clock: StoppedClock) -> None:
    clock.advance(hours=-6)
    for _ in range(3):
        due(ledger)
        clock.advance(minutes=1)
        tick(ledger, PACKS, lambda _contact: "never heard of")
    due(ledger)
    done = tick(ledger, PACKS, never)
    assert dict(done.reasons) == {"FREQ_CAP": 1}


def test_without_readable_packs_nothing_is_placed(ledger: Ledger) -> None:
    due(ledger)
    assert dict(tick(ledger, Packs({}, {}), never).reasons) == {"POLICY_UNREADABLE": 1}


def test_what_the_talk_has_recorded_stays(ledger: Ledger) -> None:
    def place(contact: Reserved) -> str:
        with ledger.begin() as work:
            attempt = work.session.get_one(Attempt, contact.attempt_id)
            attempt.status, attempt.outcome, attempt.finished_at = "finished", "conversation", work.now
        return "delivered"

    due(ledger, "chat")
    tick(ledger, PACKS, place)
    (attempt,) = rows(ledger, Attempt)
    assert attempt.outcome == "conversation"


def test_planning_gives_each_bot_account_one_waiting_contact(ledger: Ledger, clock: StoppedClock) -> None:
    clock.advance(hours=-8)  # 09:00 in Taipei
    with ledger.begin() as work:
        add_person(work, "R2")
        add_strategy(work, to_json(StrategySettings()))
        for ref, tier in (("R1", "remind"), ("R2", "people")):
            work.session.add(
                TierAssignment(
                    id=work.new_id(),
                    account_id=f"account-{ref}",
                    strategy_version=1,
                    tier=tier,
                    treatment="any",
                    why=[],
                    created_at=work.now,
                )
            )
    first, second = plan(ledger), plan(ledger)
    assert dict(first.planned) == {"chat": 1}
    assert dict(first.not_planned) == {"a person takes this account": 1}
    assert not second.planned
    (planned,) = rows(ledger, PlannedContact)
    clock.now = planned.slot
    assert tick(ledger, PACKS, lambda _contact: "conversation").allowed == 1
    assert dict(plan(ledger).not_planned) == {"a person takes this account": 1, "not yet": 1}


def test_a_strategy_that_cannot_be_read_plans_nothing(ledger: Ledger) -> None:
    with ledger.begin() as work:
        add_strategy(work, {"w_high": 2})
    with pytest.raises(StrategyUnreadable):
        plan(ledger)
    assert rows(ledger, PlannedContact) == []


def test_dispatchers_at_once_neither_break_a_cap_nor_place_twice(ledger: Ledger, clock: StoppedClock) -> None:
    clock.advance(hours=-6)
    with ledger.begin() as work:
        put(work, "remind")
        work.session.add_all(
            PlannedContact(
                id=f"planned-{n}",
                account_id="account-R1",
                slot=work.now - timedelta(seconds=n),
                channel="voice",
                agent="bot",
                why=[],
                created_at=work.now,
            )
            for n in range(8)
        )
    placed = []

    def talk(contact: Reserved) -> str:
        placed.append(contact.attempt_id)
        return "conversation"

    with ThreadPoolExecutor(4) as pool:
        beats = [
            pool.submit(tick, ledger, PACKS, lambda c: placed.append(c.attempt_id) or "conversation") for _ in range(4)
        ]
        assert sum(beat.result().allowed for beat in beats) == 3
    assert len(placed) == len(set(placed)) == 3
    assert sorted(decision.allowed for decision in rows(ledger, Decision)) == [False] * 5 + [True] * 3
