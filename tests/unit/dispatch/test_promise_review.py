"""Promises judged against payments."""

from datetime import date
from decimal import Decimal

import pytest
from engines import OpenLedger
from seeded import StoppedClock, add_person
from sqlmodel import select

from ledger.tables import AuditEntry, Promise
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
