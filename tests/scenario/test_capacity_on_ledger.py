"""Limits of a day on a ledger: value decides who waits, and a hard rule never does."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest
from seeded import START, StoppedClock, add_person, add_strategy, fresh_ledger
from sqlmodel import select

from desk.intake import open_tier_cases
from ledger.ledger import Ledger, UnitOfWork
from ledger.tables import Account, AccountSnapshot, Case, PlannedContact, Promise, Score, TierAssignment
from strategy.capacity.day import plan_day
from strategy.capacity.measuring import uplift_of
from strategy.capacity.read import read_today, worth_of_contacts
from strategy.capacity.value import assumed, values
from strategy.dispatch.planning import plan
from strategy.settings import ACTIONS, Capacity, StrategySettings, to_json

HOUR = 60 / StrategySettings().assumptions.minutes_per_contact["human"]


def limited(hours: float | None = None, contacts: float | None = None) -> StrategySettings:
    return replace(StrategySettings(), capacity=Capacity(hours, contacts))


@pytest.fixture
def clock() -> StoppedClock:
    return StoppedClock(START - timedelta(hours=8))


@pytest.fixture
def ledger(tmp_path: Path, clock: StoppedClock) -> Ledger:
    return fresh_ledger(tmp_path / "amends.db", clock)


def add(
    work: UnitOfWork, ref: str, tier: str, *, w: float | None = 0.5, due: str = "4000", arm: str = "champion"
) -> str:
    """An account that was put into a tier on a score (None: without any)."""
    account_id = add_person(work, ref, due=due).id
    score_id = None
    if w is not None:
        score_id = work.new_id()
        work.session.add(
            Score(
                id=score_id,
                account_id=account_id,
                as_of=date(2026, 3, 1),
                willingness=w,
                ability=0.8,
                expected_amount=Decimal(due) * Decimal(str(w)),
                model_id="model",
                reasons=[],
                created_at=work.now,
            )
        )
    work.session.add(
        TierAssignment(
            id=work.new_id(),
            account_id=account_id,
            score_id=score_id,
            strategy_version=1,
            tier=tier,
            treatment=StrategySettings().treatments["people" if arm == "human_first" else tier].name,
            why=["no_score"] if tier == "people" else ["willingness_low"],
            arm=arm,
            created_at=work.now,
        )
    )
    work.session.flush()
    return account_id


def planned(ledger: Ledger) -> set[str]:
    with ledger.read() as work:
        return set(work.session.exec(select(PlannedContact.account_id)).all())


def with_a_case(work: UnitOfWork) -> set[str]:
    return set(work.session.exec(select(Case.account_id)).all())


def test_the_bot_s_day_goes_to_those_whom_a_contact_is_worth_most(ledger: Ledger) -> None:
    with ledger.begin() as work:
        add_strategy(work, to_json(limited(contacts=2)))
        for ref, due in (("R1", "900"), ("R2", "9000"), ("R3", "4000"), ("R4", "50")):
            add(work, ref, "remind", due=due)
    result = plan(ledger)
    assert planned(ledger) == {"account-R2", "account-R3"}
    assert result.not_planned["the bot's contacts of that day are spent on others"] == 2
    # The next beat of the same day finds the day full.
    assert not plan(ledger).planned


def test_without_a_limit_everybody_is_planned(ledger: Ledger) -> None:
    with ledger.begin() as work:
        add_strategy(work, to_json(limited()))
        for ref in ("R1", "R2"):
            add(work, ref, "remind", due="1")
    assert plan(ledger).planned.total() == 2


def test_a_hard_rule_and_chance_wait_for_no_value(ledger: Ledger, clock: StoppedClock) -> None:
    settings = limited(hours=4 / HOUR)
    with ledger.begin() as work:
        add_strategy(work, to_json(settings))
        for ref, due in (("R1", "900"), ("R2", "9000"), ("R3", "4000")):
            add(work, ref, "assist", due=due)
        add(work, "R4", "people", w=None)
        add(work, "R5", "persuade", arm="human_first", due="1")
        assert open_tier_cases(work, settings) == 4
        assert with_a_case(work) == {"account-R2", "account-R3", "account-R4", "account-R5"}
        # The day is full, and still a hard rule does not wait.
        add(work, "R6", "people", w=None)
        assert open_tier_cases(work, settings) == 1
    clock.advance(days=1)
    with ledger.begin() as work:
        assert open_tier_cases(work, settings) == 1
        assert "account-R1" in with_a_case(work)


def test_the_day_as_read_from_the_ledger(ledger: Ledger) -> None:
    settings = limited(hours=3 / HOUR, contacts=1)
    with ledger.begin() as work:
        add_strategy(work, to_json(settings))
        add(work, "R1", "remind", due="9000")
        add(work, "R2", "remind", due="4000")
        add(work, "R3", "people", w=None)
        add(work, "R4", "remind", due="90000", arm="hold_out")
        promised = add(work, "R5", "remind", due="90000")
        work.session.add(
            Promise(
                id="promise",
                account_id=promised,
                amount=Decimal(10),
                currency="TWD",
                due_on=date(2026, 3, 9),
                confirmed_at=work.now,
                read_back_at=work.now,
            )
        )
        work.session.flush()
        today = read_today(work, settings)
        day = plan_day(today.book, settings)
        done = dict(zip(today.account_ids, (ACTIONS[each] for each in day.actions), strict=True))
        assert done == {
            "account-R1": "human_voice",
            "account-R2": "human_voice",
            "account-R3": "human_voice",
            "account-R4": "nothing",
            "account-R5": "nothing",
        }
        assert (today.currency, day.served_first, day.people_hours) == ("TWD", 1, pytest.approx(0.5))
        worth = worth_of_contacts(work, settings)
        assert worth["account-R1"].by_people > worth["account-R1"].by_bot > worth["account-R2"].by_bot > 0
        assert worth["account-R3"].by_people == float("-inf")


def test_what_a_contact_does_is_measured_as_newer_statements_come(ledger: Ledger, clock: StoppedClock) -> None:
    settings = limited()
    with ledger.begin() as work:
        add_strategy(work, to_json(settings))
        for number in range(80):
            arm = "hold_out" if number % 2 else ("explore" if number % 4 else "champion")
            add(work, f"R{number}", "remind", arm=arm)
            add(work, f"P{number}", "people", w=None)
        assert uplift_of(work, settings) == assumed(settings.assumptions)
    clock.advance(days=40)
    with ledger.begin() as work:
        for number in range(70):  # of the last ten, the bank has said nothing yet
            for ref in (f"R{number}", f"P{number}"):
                account = work.session.get_one(Account, f"account-{ref}")
                account.as_of = work.now.date()
                months = {f"{what}_{back}": Decimal(0) for what in ("billed", "paid") for back in range(1, 7)}
                # Of those who were contacted all pay, of the hold-out every fifth.
                months["paid_1"] = Decimal(0 if number % 2 and number % 5 else 100)
                work.session.add(AccountSnapshot(account_id=account.id, **months))
        work.session.flush()
        found, bare = uplift_of(work, settings), assumed(settings.assumptions)
        assert {name: each.source for name, each in found.items()} == {
            "bot_chat": "measured",
            **dict.fromkeys(("bot_voice", "human_chat", "human_voice"), "assumed"),
        }
        assert found["bot_chat"].accounts == 70
        assert found["bot_chat"].odds > bare["bot_chat"].odds
        assert found["human_voice"] == bare["human_voice"]
        before = values(np.array([0.5]), np.array([4000.0]), bare, settings.assumptions)[0, ACTIONS.index("bot_chat")]
        assert worth_of_contacts(work, settings)["account-R79"].by_bot > before
