"""Promises judged against payments."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from engines import OpenLedger
from seeded import StoppedClock, add_person
from sqlmodel import select

from ledger.awaited_promises import is_awaited
from ledger.ledger import UnitOfWork
from ledger.tables import AuditEntry, Conversation, InstalmentPlan, Promise
from strategy.promise_review import judge, review

DUE = date(2026, 3, 10)


@pytest.mark.parametrize(
    ("paid", "today", "expected"),
    [
        (None, date(2026, 6, 1), "open"),  # nobody knows, so nobody is blamed
        ("0", date(2026, 3, 12), "open"),  # still being posted
        ("0", date(2026, 3, 13), "broken"),
        ("999.99", date(2026, 3, 12), "open"),
        ("999.99", date(2026, 3, 13), "partial"),
        ("1000", date(2026, 3, 5), "kept"),
        ("1200", date(2026, 3, 13), "kept"),
    ],
)
def test_a_promise_is_judged_after_its_day_and_two_more(paid: str | None, today: date, expected: str) -> None:
    assert judge(Decimal(1000), DUE, None if paid is None else Decimal(paid), today) == expected


def test_a_judgement_is_recorded_once_and_the_rest_stays_open(ledger_on: OpenLedger) -> None:
    clock = StoppedClock()
    ledger = ledger_on(clock)
    with ledger.begin() as work:
        add_person(work, "R1")
        for name in ("known", "unknown"):
            work.session.add(
                Promise(
                    id=name,
                    account_id="account-R1",
                    amount=Decimal(1000),
                    currency="TWD",
                    due_on=DUE,
                    read_back_at=work.now,
                    confirmed_at=work.now,
                )
            )
    clock.advance(days=30)
    paid = {"known": Decimal(400), "unknown": None}
    with ledger.begin() as work:
        assert dict(review(work, lambda _work, promise: paid[promise.id])) == {"partial": 1, "open": 1}
    with ledger.begin() as work:
        assert dict(review(work, lambda _work, promise: paid[promise.id])) == {"open": 1}
        assert work.session.get_one(Promise, "known").status == "partial"
        assert [entry.kind for entry in work.session.exec(select(AuditEntry))] == ["promise.judged"]


def add_plan(work: UnitOfWork) -> None:
    """Three parts of 800, a week apart from the 10th on."""
    add_person(work, "R1")
    told = {"account_id": "account-R1", "currency": "TWD", "read_back_at": work.now, "confirmed_at": work.now}
    conversation = Conversation(
        id="talk-1",
        account_id="account-R1",
        debtor_id="debtor-R1",
        channel="chat",
        language="en",
        stage="talking",
        facts={},
        opened_at=work.now,
    )
    work.session.add(conversation)
    work.session.flush()
    work.session.add(
        InstalmentPlan(
            id="plan", conversation_id="talk-1", parts=3, every="week", amount=Decimal(2400), status="open", **told
        )
    )
    work.session.flush()
    for part in (1, 2, 3):
        due_on = DUE + timedelta(weeks=part - 1)
        one = Promise(id=f"part-{part}", amount=Decimal(800), due_on=due_on, plan_id="plan", part=part, **told)
        work.session.add(one)


@pytest.mark.parametrize(
    ("paid", "days", "parts", "plan"),
    [
        ("0", 0, ["open", "open", "open"], "open"),
        ("800", 1, ["kept", "open", "open"], "open"),
        ("800", 14, ["kept", "broken", "open"], "broken"),
        ("1000", 14, ["kept", "partial", "open"], "broken"),
        ("1600", 14, ["kept", "kept", "open"], "open"),
        ("2400", 14, ["kept", "kept", "kept"], "kept"),
        (None, 60, ["open", "open", "open"], "open"),
    ],
)
def test_payments_go_to_the_parts_of_a_plan_in_turn(
    ledger_on: OpenLedger, paid: str | None, days: int, parts: list[str], plan: str
) -> None:
    clock = StoppedClock()
    ledger = ledger_on(clock)
    with ledger.begin() as work:
        add_plan(work)
    clock.advance(days=(DUE - clock.now.date()).days + days + 1)
    with ledger.begin() as work:
        review(work, lambda _work, _promise: None if paid is None else Decimal(paid))
    with ledger.read() as work:
        assert [work.session.get_one(Promise, f"part-{part}").status for part in (1, 2, 3)] == parts
        assert work.session.get_one(InstalmentPlan, "plan").status == plan
        awaited = work.session.exec(select(Promise.id).where(is_awaited())).all()
        still = [f"part-{part}" for part in (1, 2, 3) if parts[part - 1] == "open" and plan != "broken"]
        assert sorted(awaited) == still
