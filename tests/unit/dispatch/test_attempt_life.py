"""The life of an attempt: set out for once, given back when nobody set out, unknown when left half-way."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

import pytest
from engines import OpenLedger
from seeded import START, StoppedClock, add_person, add_strategy, add_tier
from sqlmodel import col, select
from structlog.testing import capture_logs

from ledger.ledger import Ledger, UnitOfWork
from ledger.tables import (
    Account,
    Attempt,
    AuditEntry,
    Debtor,
    Decision,
    Hold,
    PlannedContact,
    ReportedContact,
)
from strategy.contact_outcome import finish
from strategy.dispatch.attempts import FRESH_FOR, STALE_AFTER, reconcile, set_out
from strategy.dispatch.pace import Due
from strategy.dispatch.reservation import Refused, Reserved, Wanted, reserve, reserve_many
from strategy.dispatch.tick import AnythingMayBegin, tick
from strategy.facts_from_ledger import contact_facts, looks_back, people_behind
from strategy.policy.facts_json import read_facts
from strategy.policy.packs import shipped_packs
from strategy.settings import StrategySettings, to_json

PACKS = shipped_packs()
MORNING = START - timedelta(hours=6)
"""11:00 in Taipei."""


@pytest.fixture
def clock() -> StoppedClock:
    return StoppedClock(MORNING)


@pytest.fixture
def ledger(ledger_on: OpenLedger, clock: StoppedClock) -> Ledger:
    made = ledger_on(clock)
    with made.begin() as work:
        add_strategy(work, to_json(StrategySettings()))
        person(work, "R1")
    return made


def person(work: UnitOfWork, ref: str, debts: int = 1) -> None:
    """Somebody whose accounts `account-<ref>`, `account-<ref>-2`, ... the bot may contact."""
    first = add_person(work, ref)
    for number in range(2, debts + 1):
        work.session.add(
            Account(**first.model_dump() | {"id": f"{first.id}-{number}", "external_ref": f"A-{ref}-{number}"})
        )
    work.session.flush()
    accounts = work.session.exec(select(Account.id).where(Account.debtor_id == first.debtor_id)).all()
    for account_id in accounts:
        add_tier(work, account_id)


def planned(ledger: Ledger, account_id: str = "account-R1", channel: str = "voice", minutes_ago: int = 0) -> str:
    with ledger.begin() as work:
        made = PlannedContact(
            id=work.new_id(),
            account_id=account_id,
            slot=work.now - timedelta(minutes=minutes_ago),
            channel=channel,
            agent="bot",
            why=[],
            created_at=work.now,
        )
        work.session.add(made)
    return made.id


def reserved(ledger: Ledger, channel: str = "voice", account_id: str = "account-R1") -> Reserved:
    planned_id = planned(ledger, account_id, channel)
    with ledger.begin_for(["debtor-R1"]) as work:
        work.session.get_one(PlannedContact, planned_id).status = "allowed"
        answer = reserve(work, PACKS, account_id, channel, "bot", planned_id)
    assert isinstance(answer, Reserved)
    return answer


def only(ledger: Ledger, table: type) -> object:
    with ledger.read() as work:
        return work.session.exec(select(table)).one()


def entries(ledger: Ledger) -> list[str]:
    with ledger.read() as work:
        return list(work.session.exec(select(AuditEntry.kind).order_by(col(AuditEntry.seq))).all())


def never(contact: Reserved) -> str:
    raise AssertionError("must not be placed")


def test_only_one_may_set_out_and_only_once(ledger: Ledger) -> None:
    attempt_id = reserved(ledger).attempt_id
    assert [set_out(ledger, PACKS, attempt_id) for _ in range(3)] == [True, False, False]
    assert not set_out(ledger, PACKS, "nobody's")
    assert entries(ledger)[-1] == "attempt.set_out"


@pytest.mark.parametrize("step", [FRESH_FOR + timedelta(seconds=1), -FRESH_FOR - timedelta(seconds=1)])
def test_a_reservation_that_has_waited_too_long_is_released_and_planned_again(
    ledger: Ledger, clock: StoppedClock, step: timedelta
) -> None:
    contact = reserved(ledger)
    clock.now += step
    assert not set_out(ledger, PACKS, contact.attempt_id)
    attempt, again = only(ledger, Attempt), only(ledger, PlannedContact)
    assert (attempt.status, attempt.outcome, attempt.planned_id, again.status) == ("released", None, None, "planned")
    assert entries(ledger)[-1] == "attempt.released"
    clock.now = MORNING + timedelta(minutes=5)
    assert tick(ledger, PACKS, lambda _contact: "busy").allowed == 1


def test_a_hold_that_was_placed_since_keeps_the_phone_from_ringing(ledger: Ledger) -> None:
    contact = reserved(ledger)
    with ledger.begin() as work:
        work.session.add(Hold(id="hold", debtor_id="debtor-R1", scope="person", reason="cease", created_at=work.now))
    assert not set_out(ledger, PACKS, contact.attempt_id)
    assert tick(ledger, PACKS, never).denied == 1
    assert only(ledger, PlannedContact).status == "denied"


@pytest.mark.parametrize(
    ("step", "status"),
    [
        (FRESH_FOR - timedelta(seconds=1), "reserved"),
        (FRESH_FOR, "released"),
        (timedelta(days=400), "released"),
        (timedelta(days=-400), "released"),
    ],
)
def test_what_nobody_set_out_for_is_given_back(
    ledger: Ledger, clock: StoppedClock, step: timedelta, status: str
) -> None:
    contact = reserved(ledger)
    clock.now += step
    assert reconcile(ledger) == (status == "released")
    assert only(ledger, Attempt).status == status
    assert only(ledger, PlannedContact).status == ("planned" if status == "released" else "allowed")
    assert set_out(ledger, PACKS, contact.attempt_id) == (status == "reserved")


@pytest.mark.parametrize("step", [STALE_AFTER, timedelta(days=400), timedelta(days=-400)])
def test_what_was_left_half_way_is_unknown_and_never_dialled_again(
    ledger: Ledger, clock: StoppedClock, step: timedelta
) -> None:
    contact = reserved(ledger)
    assert set_out(ledger, PACKS, contact.attempt_id)
    clock.advance(minutes=10)
    assert reconcile(ledger) == 0, "somebody may still be talking"
    clock.now += step
    assert (reconcile(ledger), reconcile(ledger)) == (1, 0)
    attempt = only(ledger, Attempt)
    assert (attempt.status, attempt.outcome) == ("unknown", "unknown")
    assert not set_out(ledger, PACKS, contact.attempt_id)
    assert tick(ledger, PACKS, never).due == 0
    with ledger.read() as work:
        assert [past.outcome for past in contact_facts(work, "account-R1", "voice", "bot").history] == ["unknown"]


def test_a_starting_process_gives_back_what_it_had_before(ledger: Ledger) -> None:
    reserved(ledger)
    assert reconcile(ledger, timedelta(0)) == 1


def test_a_released_attempt_is_no_history(ledger: Ledger, clock: StoppedClock) -> None:
    reserved(ledger)
    with ledger.read() as work:
        assert len(contact_facts(work, "account-R1", "voice", "bot").history) == 1
    clock.advance(hours=1)
    reconcile(ledger)
    with ledger.read() as work:
        assert contact_facts(work, "account-R1", "voice", "bot").history == ()


@pytest.mark.parametrize(
    ("told", "status", "outcome", "times"),
    [
        (["busy"], "finished", "busy", 1),
        (["busy", "busy", "unknown"], "finished", "busy", 1),
        (["unknown", "unknown"], "unknown", "unknown", 1),
        (["of a new kind"], "unknown", "unknown", 1),
        (["unknown", "ring_no_answer"], "finished", "ring_no_answer", 2),
        (["delivered", "conversation"], "finished", "conversation", 2),
        (["conversation", "delivered", "unknown"], "finished", "conversation", 1),
    ],
)
@pytest.mark.parametrize("setting_out", [True, False])
def test_an_outcome_may_be_told_in_any_order_and_twice(
    ledger: Ledger, told: list[str], status: str, outcome: str, times: int, setting_out: bool
) -> None:
    contact = reserved(ledger)
    assert not setting_out or set_out(ledger, PACKS, contact.attempt_id)
    for each in told:
        with ledger.begin_for() as work:
            finish(work, contact.attempt_id, each)
    attempt = only(ledger, Attempt)
    assert (attempt.status, attempt.outcome) == (status, outcome)
    assert entries(ledger).count("attempt.finished") == times


def test_whoever_talked_on_a_released_attempt_is_believed(ledger: Ledger, clock: StoppedClock) -> None:
    contact = reserved(ledger)
    clock.advance(hours=1)
    reconcile(ledger)
    with ledger.begin_for() as work:
        finish(work, contact.attempt_id, "conversation")
    with ledger.read() as work:
        assert [past.outcome for past in contact_facts(work, "account-R1", "voice", "bot").history] == ["conversation"]


def test_contacts_of_one_batch_count_each_other(ledger: Ledger) -> None:
    """Three effective talks a day is the cap in China, whatever debt they are about."""
    with ledger.begin() as work:
        person(work, "R2", debts=3)
    accounts = ["account-R2", "account-R2-2", "account-R2-3"]
    wanted = [Wanted(account_id, "voice", "bot") for account_id in [*accounts, *accounts, "account-R1"]]
    with ledger.begin_for(["debtor-R1", "debtor-R2"]) as work:
        answers = reserve_many(work, PACKS, wanted)
    kinds = [type(answer) for answer in answers]
    assert kinds == [Reserved] * 3 + [Refused] * 3 + [Reserved]
    with ledger.read() as work:
        sizes = Counter(len(read_facts(facts).history) for facts in work.session.exec(select(Decision.facts)))
    assert sizes == {0: 2, 1: 1, 2: 1, 3: 3}


def test_a_batch_decides_as_one_after_another_would(ledger: Ledger) -> None:
    with ledger.begin() as work:
        person(work, "R2", debts=2)
    wanted = [Wanted(f"account-{ref}", channel, "bot") for channel in ("voice", "chat") for ref in ("R2", "R2-2", "R1")]
    with ledger.read() as work:  # drops what is written
        together = reserve_many(work, PACKS, wanted)
    with ledger.begin() as work:
        one_by_one = [reserve(work, PACKS, each.account_id, each.channel, each.agent) for each in wanted]
    assert [isinstance(answer, Reserved) for answer in together] == [isinstance(each, Reserved) for each in one_by_one]


def test_history_reaches_back_as_far_as_any_pack_and_third_parties_for_ever(
    ledger: Ledger, clock: StoppedClock
) -> None:
    back = looks_back(PACKS)
    assert timedelta(days=30) < back < timedelta(days=60)
    with ledger.begin() as work:
        for number, (days, target) in enumerate([(5, "consumer"), (900, "consumer"), (900, "relative")]):
            work.session.add(
                ReportedContact(
                    id=f"reported-{number}",
                    debtor_id="debtor-R1",
                    account_id="account-R1",
                    reported_ref=f"ref-{number}",
                    by="agency",
                    channel="voice",
                    direction="outbound",
                    outcome="conversation",
                    target=target,
                    number_index="",
                    at=work.now - timedelta(days=days),
                    recorded_at=work.now,
                )
            )
    with ledger.read() as work:
        history = people_behind(work, ["account-R1"], back).facts("account-R1", "voice", "bot").history
        whole = contact_facts(work, "account-R1", "voice", "bot").history
    assert [(past.target, past.by) for past in history] == [("relative", "agency"), ("consumer", "agency")]
    assert len(whole) == 3


def test_what_may_not_begin_yet_keeps_nobody_behind_it_waiting(ledger: Ledger) -> None:
    planned(ledger, channel="voice", minutes_ago=5)
    planned(ledger, channel="chat", minutes_ago=1)
    asked = []

    class NoVoice(AnythingMayBegin):
        def contact(self, due: Due) -> str | None:
            asked.append(due.channel)
            return "paused" if due.channel == "voice" else None

    placed = []
    done = tick(ledger, PACKS, lambda contact: placed.append(contact.channel) or "delivered", turnstile=NoVoice)
    assert (placed, dict(done.left), done.due) == (["chat"], {"paused": 1}, 1)
    assert asked[:2] == ["voice", "chat"]


def test_a_record_that_cannot_be_read_keeps_nobody_else_waiting(ledger: Ledger) -> None:
    with ledger.begin() as work:
        for ref in ("R2", "R3"):
            person(work, ref)
        broken = work.session.get_one(Debtor, "debtor-R2")
        broken.jurisdictions = [["CN"]]  # a list has no place among names
    for number, ref in enumerate(("R1", "R2", "R3")):
        planned(ledger, f"account-{ref}", minutes_ago=5 - number)
    placed = []
    with capture_logs() as logged:
        done = tick(ledger, PACKS, lambda contact: placed.append(contact.account_id) or "busy")
    assert (placed, done.faults) == (["account-R1", "account-R3"], 1)
    assert [(each["event"], each["account_id"]) for each in logged] == [("contact.reserve_failed", "account-R2")]
    with ledger.read() as work:
        statuses = dict(work.session.exec(select(PlannedContact.account_id, PlannedContact.status)).all())
    assert statuses["account-R2"] == "planned"


def test_slow_contacts_are_reserved_few_at_a_time(ledger: Ledger, clock: StoppedClock) -> None:
    """A reservation must not run out while the contact before it is still talking."""
    with ledger.begin() as work:
        for number in range(12):
            person(work, f"P{number}")
    for number in range(12):
        planned(ledger, f"account-P{number}", minutes_ago=60 - number)

    def call(_contact: Reserved) -> str:
        clock.advance(seconds=50)
        return "conversation"

    done = tick(ledger, PACKS, call)
    assert (done.allowed, done.released) == (12, 0)
