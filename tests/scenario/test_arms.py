"""Arms on a ledger: the hold-out is left alone and served, a person comes first where chance says so."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest
from seeded import START, StoppedClock, add_person, add_strategy, fresh_ledger
from sqlmodel import select

from desk.intake import open_tier_cases
from ledger.ledger import Ledger, UnitOfWork
from ledger.tables import Case, PlannedContact, TierAssignment
from strategy.dispatch.planning import plan
from strategy.dispatch.tick import tick
from strategy.policy.packs import shipped_packs
from strategy.report import report
from strategy.settings import StrategySettings, to_json
from strategy.treatment_of import treatment_of

SETTINGS = StrategySettings()
PLACED = {
    "R1": ("persuade", "clear_reminder", "champion"),
    "R2": ("persuade", "clear_reminder", "hold_out"),
    "R3": ("persuade", "personal_review", "human_first"),
    "R4": ("persuade", "light_reminder", "explore"),
    "R5": ("assist", "personal_help", "hold_out"),
    "R6": ("assist", "personal_help", "champion"),
}


def put(work: UnitOfWork, ref: str, tier: str, treatment: str, arm: str) -> None:
    work.session.add(
        TierAssignment(
            id=work.new_id(),
            account_id=f"account-{ref}",
            strategy_version=1,
            tier=tier,
            treatment=treatment,
            why=["willingness_low", "ability_high"],
            arm=arm,
            created_at=work.now,
        )
    )


@pytest.fixture
def clock() -> StoppedClock:
    return StoppedClock(START - timedelta(hours=8))


@pytest.fixture
def ledger(tmp_path: Path, clock: StoppedClock) -> Ledger:
    made = fresh_ledger(tmp_path / "amends.db", clock)
    with made.begin() as work:
        add_strategy(work, to_json(SETTINGS))
        for ref, placed in PLACED.items():
            add_person(work, ref)
            put(work, ref, *placed)
    return made


def test_nobody_contacts_the_hold_out_and_a_person_comes_first_where_chance_says_so(ledger: Ledger) -> None:
    result = plan(ledger)
    assert result.not_planned == Counter(
        {"held out: nobody contacts this account first": 2, "a person takes this account": 2}
    )
    with ledger.begin() as work:
        planned = {each.account_id: each.channel for each in work.session.exec(select(PlannedContact)).all()}
        # R4 was given the light reminder by chance, which is by chat alone.
        assert planned == {"account-R1": "voice", "account-R4": "chat"}
        open_tier_cases(work, SETTINGS)
        assert set(work.session.exec(select(Case.account_id)).all()) == {"account-R3", "account-R6"}
        counted = report(work, START - timedelta(days=1), START + timedelta(days=1))
        assert counted.arms == {"champion": 2, "hold_out": 2, "explore": 1, "human_first": 1}


def test_who_gets_in_touch_is_served_by_what_the_own_tier_may_offer(ledger: Ledger) -> None:
    own = SETTINGS.treatments["persuade"]
    with ledger.begin() as work:
        assert treatment_of(work, "account-R2") == own
        explored = treatment_of(work, "account-R4")
        assert (explored.channels, explored.tone) == (("chat",), "gentle")
        assert (explored.offers, explored.part_floor, explored.promise_days) == (
            own.offers,
            own.part_floor,
            own.promise_days,
        )
        assert treatment_of(work, "account-R3") == SETTINGS.treatments["people"]


@pytest.mark.parametrize(("ref", "sent"), [("R1", True), ("R2", False), ("R3", False), ("R6", False)])
def test_what_is_due_already_is_sent_only_while_the_account_is_the_bot_s(
    ledger: Ledger, clock: StoppedClock, ref: str, sent: bool
) -> None:
    plan(ledger)
    with ledger.read() as work:
        slots = dict(work.session.exec(select(PlannedContact.account_id, PlannedContact.slot)).all())
    clock.now = slots["account-R1"]
    with ledger.begin() as work:
        put(work, "R1", *PLACED[ref])
    reached: list[str] = []
    tick(ledger, shipped_packs(), lambda contact: reached.append(contact.account_id) or "conversation")
    assert ("account-R1" in reached) == sent


@pytest.mark.parametrize("placed", [PLACED["R2"], PLACED["R3"], PLACED["R6"]])
def test_a_contact_planned_before_is_withdrawn(ledger: Ledger, clock: StoppedClock, placed: tuple[str, ...]) -> None:
    plan(ledger)
    clock.advance(minutes=30)
    with ledger.begin() as work:
        put(work, "R1", *placed)
    assert plan(ledger).withdrawn == 1
    with ledger.read() as work:
        (waiting,) = work.session.exec(select(PlannedContact).where(PlannedContact.account_id == "account-R1")).all()
        assert waiting.status == "superseded"
