"""Cases from intake to wrap-up, on a real ledger."""

import threading
from dataclasses import replace
from datetime import timedelta

import pytest
from seeded import StoppedClock, add_person, add_score, add_strategy
from sqlmodel import col, select

from desk.case_view import case_view
from desk.intake import open_case, open_tier_cases
from desk.packet import open_packet
from desk.queue import LEASE, Leased, NotLeased, counts, lease, release, waiting
from desk.wrap_up import NOTE_LIMIT, NotWrapped, Wrapped, wrap_up
from ledger.handoff import Escalation
from ledger.ledger import Ledger
from ledger.tables import AuditEntry, Case, Conversation, Hold, Turn, WrapUp
from strategy.policy.decision import Allow, Deny, Reason
from strategy.settings import StrategySettings

SAID = "这笔钱不是我借的"
ESCALATION = Escalation(
    account_id="account-R1",
    debtor_id="debtor-R1",
    conversation_id="talk-1",
    trigger="dispute_not_mine",
    priority="P1",
    words=SAID,
    summary="The debtor disputes the debt.",
    verified=True,
    language="zh",
    facts={"amount": "2000"},
    offers=("4325.00 TWD by 2026-03-10",),
    disclosures=("automated", "recorded"),
    permitted_next="Answer the dispute in writing first.",
)


@pytest.fixture
def case_id(ledger: Ledger) -> str:
    """One talk that was handed over."""
    with ledger.begin() as work:
        account = add_person(work)
        add_strategy(work, {})
        add_score(work, account.id, 0.31, 0.72, "persuade")
        work.session.add(
            Conversation(
                id="talk-1",
                account_id=account.id,
                debtor_id=account.debtor_id,
                channel="chat",
                language="zh",
                stage="with_person",
                verified=True,
                verified_turn=2,
                facts={},
                opened_at=work.now,
            )
        )
        work.session.flush()
        for seq, (speaker, text) in enumerate([("bot", "您好"), ("debtor", SAID)], start=1):
            turn_id = f"turn-{seq}"
            work.session.add(
                Turn(
                    id=turn_id,
                    conversation_id="talk-1",
                    seq=seq,
                    speaker=speaker,
                    text_sealed=work.seal("turn", "text_sealed", turn_id, text),
                    language="zh",
                    at=work.now,
                )
            )
        work.session.add(
            Hold(
                id="hold-1",
                debtor_id=account.debtor_id,
                account_id=account.id,
                scope="debt",
                scope_value=account.id,
                reason="dispute_not_mine",
                created_at=work.now,
                until=work.now + timedelta(days=30),
            )
        )
        return open_case(work, ESCALATION)


def test_a_case_keeps_the_whole_packet_and_none_of_it_in_the_clear(ledger: Ledger, case_id: str) -> None:
    with ledger.read() as work:
        case = work.session.get_one(Case, case_id)
        assert (case.queue, case.priority, case.status) == ("disputes", "P1", "waiting")
        assert open_packet(work, case_id, case.packet_sealed) == ESCALATION
        assert SAID.encode() not in case.packet_sealed
        entry = work.session.exec(select(AuditEntry).where(AuditEntry.kind == "case.opened")).one()
        assert SAID not in str(entry.facts)


def test_one_reason_of_one_talk_opens_one_case(ledger: Ledger, case_id: str) -> None:
    with ledger.begin() as work:
        assert open_case(work, ESCALATION) == case_id
        assert open_case(work, replace(ESCALATION, trigger="self_harm", priority="P0")) != case_id


def test_the_queue_is_in_order_of_urgency_and_masked(ledger: Ledger, case_id: str) -> None:
    with ledger.begin() as work:
        urgent = open_case(work, replace(ESCALATION, trigger="self_harm", priority="P0"))
    with ledger.read() as work:
        entries = waiting(work)
        assert [entry.case_id for entry in entries] == [urgent, case_id]
        assert entries[0].who == "王＊＊"
        assert [entry.case_id for entry in waiting(work, queues=["disputes"])] == [case_id]
        assert waiting(work, language="en") == ()
        assert counts(work) == {"disputes": 1, "vulnerability": 1}


def test_of_two_collectors_at_once_one_gets_the_case(ledger: Ledger, case_id: str) -> None:
    answers: dict[str, Leased | NotLeased] = {}
    together = threading.Barrier(2)

    def take(by: str) -> None:
        together.wait()
        with ledger.begin() as work:
            answers[by] = lease(work, case_id, by)

    threads = [threading.Thread(target=take, args=(by,)) for by in ("anna", "bo")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(type(answer).__name__ for answer in answers.values()) == ["Leased", "NotLeased"]


def test_a_lease_runs_out_and_can_be_given_back(ledger: Ledger, case_id: str, clock: StoppedClock) -> None:
    with ledger.begin() as work:
        assert lease(work, case_id, "anna") == Leased(case_id, "anna", clock.now + LEASE)
        assert lease(work, case_id, "bo") == NotLeased("taken")
        assert not release(work, case_id, "bo")
        assert release(work, case_id, "anna")
        assert isinstance(lease(work, case_id, "bo"), Leased)
    clock.now += LEASE
    with ledger.begin() as work:
        assert waiting(work)[0].leased_by is None
        assert isinstance(lease(work, case_id, "anna"), Leased)
        assert lease(work, "no such case", "anna") == NotLeased("unknown")


def test_only_the_holder_wraps_up_and_only_once(ledger: Ledger, case_id: str) -> None:
    with ledger.begin() as work:
        assert wrap_up(work, case_id, "anna", "dispute_opened", "") == NotWrapped("not_yours")
        lease(work, case_id, "anna")
        assert wrap_up(work, case_id, "anna", "made up", "") == NotWrapped("disposition")
        assert wrap_up(work, case_id, "anna", "dispute_opened", "x" * (NOTE_LIMIT + 1)) == NotWrapped("note_too_long")
        assert isinstance(wrap_up(work, case_id, "anna", "dispute_opened", "打过电话"), Wrapped)
        assert wrap_up(work, case_id, "anna", "dispute_opened", "") == NotWrapped("wrapped")
        assert lease(work, case_id, "anna") == NotLeased("wrapped")
    with ledger.read() as work:
        assert waiting(work) == ()
        assert "打过电话".encode() not in work.session.exec(select(WrapUp)).one().note_sealed
        kinds = work.session.exec(select(AuditEntry.kind).order_by(col(AuditEntry.seq))).all()
        assert kinds == ["case.opened", "case.leased", "case.wrapped"]


def test_the_view_has_everything_for_the_first_word(ledger: Ledger, case_id: str, clock: StoppedClock) -> None:
    denied = Deny((Reason("DISPUTE_PENDING", "us-fed", "12 CFR 1006.34"),), None, ("us-fed@1",))
    allowed = Allow(("us-fed@1",))
    with ledger.read() as work:
        view = case_view(work, case_id, lambda _work, _id, channel, _by: denied if channel == "voice" else allowed)
        assert case_view(work, "no such case", lambda *_: allowed) is None
    assert view is not None
    assert (view.who.name, view.who.phone) == ("王＊＊", "•••• 17")
    assert view.owed.dpd == 21
    assert view.scored is not None
    assert [reason.code for reason in view.scored.reasons] == ["P01", "A11"]
    assert view.placed is not None
    assert view.placed.tier == "persuade"
    assert [(line.speaker, line.text) for line in view.transcript] == [("bot", "您好"), ("debtor", SAID)]
    assert [held.reason for held in view.holds] == ["dispute_not_mine"]
    assert [(step.channel, step.decision) for step in view.next_steps] == [("voice", denied), ("chat", allowed)]
    assert view.verified


def test_a_hold_that_is_over_is_not_shown(ledger: Ledger, case_id: str, clock: StoppedClock) -> None:
    clock.advance(days=30)
    with ledger.read() as work:
        view = case_view(work, case_id, lambda *_: Allow(()))
    assert view is not None
    assert view.holds == ()


def test_accounts_in_a_human_tier_get_one_case_each(ledger: Ledger, clock: StoppedClock) -> None:
    with ledger.begin() as work:
        add_strategy(work, {})
        for ref, tier in (("R1", "assist"), ("R2", "remind"), ("R3", "people")):
            add_score(work, add_person(work, ref).id, 0.2, 0.2, tier)
    clock.advance(minutes=5)
    with ledger.begin() as work:
        assert open_tier_cases(work, StrategySettings()) == 2
    with ledger.begin() as work:
        assert open_tier_cases(work, StrategySettings()) == 0
        assert {entry.trigger for entry in waiting(work)} == {"tier_for_people"}


def test_a_wrapped_tier_case_comes_back_after_the_cadence_and_not_before(ledger: Ledger, clock: StoppedClock) -> None:
    with ledger.begin() as work:
        add_strategy(work, {})
        account_id = add_person(work, "R1").id
        add_score(work, account_id, 0.2, 0.2, "assist")
        open_tier_cases(work, StrategySettings())
        case_id = waiting(work)[0].case_id
        lease(work, case_id, "anna")
        assert isinstance(wrap_up(work, case_id, "anna", "not_reached", ""), Wrapped)
    clock.advance(days=StrategySettings().treatments["assist"].cadence_days - 1)
    with ledger.begin() as work:
        assert open_tier_cases(work, StrategySettings()) == 0
    clock.advance(days=1)
    with ledger.begin() as work:
        assert open_tier_cases(work, StrategySettings()) == 1


def test_a_hold_alone_opens_no_case_of_its_own(ledger: Ledger) -> None:
    with ledger.begin() as work:
        add_strategy(work, {})
        add_score(work, add_person(work, "R1").id, 0.9, 0.9, "people", ("hold",))
        add_score(work, add_person(work, "R2").id, 0.9, 0.9, "people", ("hold", "large_balance"))
        assert open_tier_cases(work, StrategySettings()) == 1
