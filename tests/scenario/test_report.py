"""The report is a count over records: here each figure is counted again from the raw rows, by another way."""

import sqlite3
from collections import Counter
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from seeded import START, StoppedClock, add_person, add_score, add_strategy, fresh_ledger

from desk.intake import open_tier_cases
from desk.queue import lease
from desk.wrap_up import wrap_up
from ledger.ledger import Ledger
from ledger.tables import Conversation, Hold, PlannedContact, Promise
from strategy.dispatch.tick import tick
from strategy.policy.packs import shipped_packs
from strategy.report import Report, report
from strategy.settings import StrategySettings, to_json

DAY = timedelta(days=1)
# Eleven in the morning in Taipei.
MORNING = START.replace(hour=3)


@pytest.fixture
def clock() -> StoppedClock:
    return StoppedClock(MORNING)


@pytest.fixture
def ledger(tmp_path: Path, clock: StoppedClock) -> Ledger:
    """A day with something of everything, and a record of each kind the day before that must not count."""
    made = fresh_ledger(tmp_path / "amends.db", clock)
    clock.now = MORNING - DAY
    with made.begin() as work:
        add_strategy(work, to_json(StrategySettings()))
        for number in range(6):
            account = add_person(work, f"{number}")
            add_score(work, account.id, 0.9, 0.9, "remind")
            account.status = "cured" if number == 5 else "open"
        _events(work, "before", "0")
    clock.now = MORNING
    with made.begin() as work:
        add_score(work, "account-3", 0.2, 0.2, "assist", ("willingness_low",))
        for number in range(2):
            _events(work, f"today-{number}", str(number))
        for number in range(4):
            work.session.add(
                PlannedContact(
                    id=work.new_id(),
                    account_id=f"account-{number}",
                    slot=work.now,
                    channel="chat",
                    agent="bot",
                    why=[],
                    created_at=work.now,
                )
            )
        open_tier_cases(work, StrategySettings())
    tick(made, shipped_packs(), lambda _reserved: "delivered")
    with made.begin() as work:
        (case,) = work.session.connection().exec_driver_sql('SELECT id FROM "case"').scalars()
        lease(work, case, "kim")
        wrap_up(work, case, "kim", "not_reached", "")
    return made


def _events(work, name, ref):
    work.session.add(
        Conversation(
            id=f"talk-{name}",
            account_id=f"account-{ref}",
            debtor_id=f"debtor-{ref}",
            channel="chat",
            language="zh",
            stage="closed",
            verified=ref == "0",
            disposition="promise_to_pay",
            facts={},
            opened_at=work.now,
        )
    )
    work.session.flush()
    work.session.add(
        Promise(
            id=f"promise-{name}",
            account_id=f"account-{ref}",
            amount=Decimal("100.50"),
            currency="TWD",
            due_on=work.now.date(),
            read_back_at=work.now,
            confirmed_at=work.now,
        )
    )
    work.session.add(
        Hold(
            id=f"hold-{name}",
            debtor_id=f"debtor-{ref}",
            scope="person",
            reason="cease_request",
            created_at=work.now,
            until=work.now + timedelta(hours=1),
        )
    )


@pytest.fixture
def counted(ledger: Ledger) -> Report:
    since = MORNING.replace(hour=0)
    with ledger.read() as work:
        return report(work, since, since + DAY)


@pytest.fixture
def raw(ledger: Ledger):
    with sqlite3.connect(ledger.engine.url.database) as database:
        yield lambda query: database.execute(query).fetchall()


def test_accounts_scores_and_tiers_are_those_of_open_accounts_as_they_stand(counted, raw):
    opened = {row[0] for row in raw("SELECT id FROM account WHERE status = 'open'")}
    assert counted.accounts == len(opened) == 5
    assert counted.scored == len(opened & {row[0] for row in raw("SELECT account_id FROM score")})
    latest = dict(raw("SELECT account_id, tier FROM tierassignment ORDER BY created_at"))
    assert counted.tiers == Counter(tier for account, tier in latest.items() if account in opened)
    assert counted.tiers == {"remind": 4, "assist": 1}


def test_contacts_add_up_and_every_reason_is_counted_once_a_denial(counted, raw):
    contacts = counted.contacts
    decisions = raw("SELECT allowed FROM decision")
    # The fourth account is people's by now: what the bot was to do is withdrawn before the gate is asked.
    withdrawn = len(raw("SELECT id FROM plannedcontact WHERE status = 'superseded'"))
    assert (contacts.planned, withdrawn) == (4, 1)
    assert contacts.planned - withdrawn == len(decisions) == contacts.allowed + contacts.denied == 3
    assert contacts.allowed == sum(allowed for (allowed,) in decisions)
    assert sum(contacts.outcomes.values()) == contacts.allowed
    denials = raw(
        "SELECT json_extract(reason.value, '$.code'), count(DISTINCT decision.id)"
        " FROM decision, json_each(decision.reasons) reason WHERE NOT allowed GROUP BY 1"
    )
    assert contacts.denied_by_reason == dict(denials)
    assert contacts.denied_by_reason["HOLD_ACTIVE"] == 2


def test_only_what_happened_in_the_period_counts(counted, raw):
    assert len(raw("SELECT id FROM conversation")) == 3
    assert counted.conversations == sum(counted.dispositions.values()) == 2
    assert counted.right_party_contacts == 1
    assert counted.promises == 2
    assert counted.promised == {"TWD": Decimal("201.00")}
    assert counted.holds == 2
    assert counted.holds_by_reason == {"cease_request": 2}
    assert counted.escalations == {"tier_for_people": 1}
    assert counted.cases_waiting == 0
    assert counted.wrap_ups == {"not_reached": 1}
