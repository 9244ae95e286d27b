"""An experiment in a ledger: drawn, treated, counted and ended, with the chain telling the story."""

from __future__ import annotations

import dataclasses
from datetime import date, timedelta
from decimal import Decimal

import numpy as np
import polars as pl
import pytest
from seeded import StoppedClock, add_person, add_score, add_strategy, fresh_ledger
from sqlmodel import select
from trying import plan

from desk.routing import QUEUES, route
from ledger.audit_check import Whole, walk
from ledger.audit_rows import chain_rows
from ledger.tables import (
    Account,
    AccountSnapshot,
    Attempt,
    AuditEntry,
    Case,
    Conversation,
    Decision,
    Experiment,
    Hold,
    Promise,
    TierAssignment,
)
from strategy.experiments.counting import COMPLAINTS, counted
from strategy.experiments.design import Arm, to_json
from strategy.experiments.drawing import label
from strategy.experiments.records import ExperimentRefused, running, start, stop
from strategy.experiments.review import review, seen
from strategy.experiments.running import Experiments
from strategy.scoring.run import retier
from strategy.settings import Arms, StrategySettings
from strategy.settings import to_json as settings_json
from strategy.treatment_of import treatment_of
from strategy.versions import active, publish

COSTS = {"bot_chat": Decimal("0.20"), "bot_voice": Decimal("3.00")}


@pytest.fixture
def clock():
    return StoppedClock()


@pytest.fixture
def ledger(tmp_path, clock):
    ledger = fresh_ledger(tmp_path / "a.db", clock)
    with ledger.begin() as work:
        add_strategy(work, settings_json(StrategySettings()))
    return ledger


def begin(ledger, **changes):
    with ledger.begin() as work:
        return start(work, plan(**changes), "an author")


def draw(work, experiment_id, ref, arm):
    account = add_person(work, ref)
    work.session.add(
        TierAssignment(
            id=work.new_id(),
            account_id=account.id,
            strategy_version=1,
            tier="remind",
            treatment="reminder_with_parts",
            why=[],
            arm=label(experiment_id, arm),
            propensity=0.5,
            created_at=work.now,
        )
    )
    work.session.flush()
    return account


def attempt(work, account, channel="chat"):
    decision = Decision(
        id=work.new_id(),
        account_id=account.id,
        debtor_id=account.debtor_id,
        channel=channel,
        agent="bot",
        at=work.now,
        allowed=True,
        reasons=[],
        facts={},
        facts_hash="",
        packs={},
    )
    work.session.add(decision)
    work.session.flush()
    made = Attempt(
        id=work.new_id(),
        decision_id=decision.id,
        account_id=account.id,
        debtor_id=account.debtor_id,
        channel=channel,
        agent="bot",
        reserved_at=work.now,
    )
    work.session.add(made)
    work.session.flush()


def talk(work, account, *, verified=True):
    work.session.add(
        Conversation(
            id=work.new_id(),
            account_id=account.id,
            debtor_id=account.debtor_id,
            channel="chat",
            language="zh",
            stage="closed",
            verified=verified,
            facts={},
            opened_at=work.now,
        )
    )
    work.session.flush()


def promise(work, account, status="open"):
    work.session.add(
        Promise(
            id=work.new_id(),
            account_id=account.id,
            amount=Decimal("100.00"),
            currency="TWD",
            due_on=date(2026, 3, 9),
            status=status,
            read_back_at=work.now,
            confirmed_at=work.now,
        )
    )
    work.session.flush()


def hold(work, account, reason="complaint_regulator"):
    work.session.add(
        Hold(
            id=work.new_id(),
            debtor_id=account.debtor_id,
            scope="person",
            reason=reason,
            created_at=work.now,
        )
    )
    work.session.flush()


def case(work, account, trigger):
    work.session.add(
        Case(
            id=work.new_id(),
            account_id=account.id,
            debtor_id=account.debtor_id,
            queue=route(trigger, "P1", "zh", work.now).queue,
            priority="P1",
            trigger=trigger,
            language="zh",
            packet_sealed=b"",
            opened_at=work.now,
            due_at=work.now,
        )
    )
    work.session.flush()


def count(ledger, experiment_id, **changes):
    with ledger.read() as work:
        return counted(work, experiment_id, plan(**changes), COSTS)


def test_an_experiment_is_started_stopped_and_told_in_the_chain(ledger):
    experiment_id = begin(ledger)
    with ledger.read() as work:
        assert running(work) == {experiment_id: plan()}
    with ledger.begin() as work:
        stop(work, "kinder_cadence", "a manager", "the season is over")
    with ledger.read() as work:
        assert running(work) == {}
        row = work.session.get_one(Experiment, experiment_id)
        assert (row.status, row.conclusion["reason"]) == ("stopped", "the season is over")
        entries = work.session.exec(select(AuditEntry).order_by(AuditEntry.seq)).all()
        assert [entry.kind for entry in entries] == ["experiment.started", "experiment.stopped"]
        assert "season" not in str([entry.facts for entry in entries])
    assert isinstance(walk(chain_rows(ledger), ledger.keys.audit), Whole)


def test_what_cannot_be_started_is_refused_and_leaves_nothing(ledger):
    begin(ledger)
    no_version = {"arms": (Arm("a", 0.5), Arm("b", 0.5, strategy_version=9))}
    a_bot_for_people = {"arms": (Arm("a", 0.5), Arm("b", 0.5, {"assist": {"agent": "bot"}}))}
    for changes, why in [
        ({}, "was an experiment kinder_cadence before"),
        ({"name": "other"}, "runs on persuade, remind"),
        ({"name": "other", "tiers": ("assist",), **no_version}, "no strategy version 9"),
        ({"name": "other", "tiers": ("assist",), **a_bot_for_people}, "must be human"),
    ]:
        with pytest.raises(ExperimentRefused, match=why), ledger.begin() as work:
            start(work, plan(**changes), "an author")
    with ledger.read() as work:
        assert len(running(work)) == 1


def test_stopping_needs_a_reason_and_something_that_runs(ledger):
    begin(ledger)
    for name, by, reason in [("kinder_cadence", "x", " "), ("nothing", "x", "y")]:
        with pytest.raises(ExperimentRefused), ledger.begin() as work:
            stop(work, name, by, reason)
    with ledger.begin() as work:
        stop(work, "kinder_cadence", "x", "y")
    with pytest.raises(ExperimentRefused, match="stopped already"), ledger.begin() as work:
        stop(work, "kinder_cadence", "x", "y")


def test_an_arm_is_treated_its_way_only_while_the_experiment_runs(ledger):
    experiment_id = begin(ledger)
    with ledger.begin() as work:
        _, settings = active(work)
        now = Experiments.read(work, settings)
        assert now.settings_for(label(experiment_id, "kinder")).treatments["remind"].cadence_days == 9
        for other in ("champion", "hold_out", label(experiment_id, "control"), label("x", "kinder")):
            assert now.settings_for(other) == settings
        stop(work, "kinder_cadence", "x", "y")
        assert Experiments.read(work, settings).settings_for(label(experiment_id, "kinder")) == settings


def test_the_champions_accounts_are_drawn_and_nobody_elses(ledger):
    experiment_id = begin(ledger, arms=(Arm("control", 0.5), Arm("other", 0.5, {"remind": {"name": "nine_days"}})))
    placed = pl.DataFrame(
        {
            "account_id": [f"account-{number}" for number in range(400)],
            "tier": ["remind", "persuade", "assist", "people"] * 100,
            "treatment": ["reminder_with_parts", "clear_reminder", "personal_help", "personal_review"] * 100,
            "arm": ["champion"] * 300 + ["hold_out"] * 100,
            "propensity": [0.9] * 400,
        }
    )
    debtors = pl.Series([f"debtor-{number // 8}" for number in range(400)])
    with ledger.begin() as work:
        _, settings = active(work)
        drawn = Experiments.read(work, settings).draw(placed, debtors)
        assert Experiments(settings, {}, {}).draw(placed, debtors).equals(placed)
    mine = drawn.filter(pl.col("arm").str.contains(":"))
    assert drawn.filter(~pl.col("arm").str.contains(":")).equals(
        placed.filter((pl.col("arm") == "hold_out") | pl.col("tier").is_in(["assist", "people"]))
    )
    assert set(mine["tier"]) == {"remind", "persuade"}
    assert mine.height == 150
    assert set(mine["propensity"]) == {0.45}
    # All accounts of a person are in one arm, and the arm's own treatment stands in the record.
    both = mine.with_columns(debtor=pl.col("account_id").str.slice(8).cast(pl.Int64) // 8)
    assert both.group_by("debtor").agg(pl.col("arm").n_unique())["arm"].max() == 1
    in_arm = mine.filter(pl.col("arm") == label(experiment_id, "other"))
    assert set(in_arm.filter(tier="remind")["treatment"]) == {"nine_days"}
    assert set(in_arm.filter(tier="persuade")["treatment"]) == {"clear_reminder"}


def test_what_happens_in_the_window_counts_and_nothing_else(ledger, clock):
    experiment_id = begin(ledger)
    with ledger.begin() as work:
        early = add_person(work, "early")
        talk(work, early)
    clock.advance(hours=1)
    with ledger.begin() as work:
        busy, quiet = draw(work, experiment_id, "busy", "kinder"), draw(work, experiment_id, "quiet", "control")
        work.session.add(
            TierAssignment(
                id="again",
                account_id=early.id,
                strategy_version=1,
                tier="remind",
                treatment="reminder_with_parts",
                why=[],
                arm=label(experiment_id, "control"),
                created_at=work.now,
            )
        )
        unverified = draw(work, experiment_id, "unverified", "control")
    clock.advance(days=2)
    with ledger.begin() as work:
        for channel in ("chat", "voice"):
            attempt(work, busy, channel)
        talk(work, busy)
        talk(work, unverified, verified=False)
        promise(work, busy, "kept")
        hold(work, busy)
        case(work, busy, "complaint_regulator")
        case(work, quiet, "hardship_unemployment")
    clock.advance(days=6)
    with ledger.begin() as work:
        talk(work, quiet)
        promise(work, quiet)
    units = count(ledger, experiment_id)
    by_arm = {place: np.flatnonzero(units.arm == place) for place in (0, 1)}
    assert len(by_arm[1]) == 1
    one = by_arm[1][0]
    told = {name: float(values[one]) for name, values in units.values.items()}
    assert {name: told[name] for name in ("reached", "promised", "kept", "complained", "held")} == dict.fromkeys(
        ("reached", "promised", "kept", "complained", "held"), 1.0
    )
    assert told["cost"] == pytest.approx(3.20)
    for name in ("reached", "promised", "kept", "complained", "held", "cost"):
        assert units.values[name][by_arm[0]].tolist() == [0.0, 0.0, 0.0], name
    # No import has come since: nobody knows what was paid, and nothing is called nought.
    for name in ("cured", "rolled", "collected"):
        assert np.isnan(units.values[name]).all()
    assert units.days == pytest.approx(np.full(4, 8.0))


def test_a_promise_that_is_open_is_not_a_broken_one(ledger, clock):
    experiment_id = begin(ledger)
    with ledger.begin() as work:
        account = draw(work, experiment_id, "one", "kinder")
        promise(work, account)
    assert np.isnan(count(ledger, experiment_id).values["kept"]).all()
    with ledger.begin() as work:
        work.session.exec(select(Promise)).one().status = "broken"
    assert count(ledger, experiment_id).values["kept"].tolist() == [0.0]


def test_a_person_is_one_unit_and_stays_in_the_first_arm(ledger, clock):
    experiment_id = begin(ledger)
    with ledger.begin() as work:
        account = draw(work, experiment_id, "one", "kinder")
        second = Account(**{**account.model_dump(), "id": "account-two", "external_ref": "A-two"})
        work.session.add(second)
        work.session.flush()
    clock.advance(days=1)
    with ledger.begin() as work:
        for account_id, arm in (("account-two", label(experiment_id, "kinder")), (account.id, "champion")):
            work.session.add(
                TierAssignment(
                    id=work.new_id(),
                    account_id=account_id,
                    strategy_version=1,
                    tier="people",
                    treatment="personal_review",
                    why=[],
                    arm=arm,
                    created_at=work.now,
                )
            )
    with ledger.begin() as work:
        talk(work, second)
    units = count(ledger, experiment_id)
    assert (units.arm.tolist(), units.values["reached"].tolist()) == ([1], [1.0])
    assert count(ledger, experiment_id, unit="account").arm.tolist() == [1, 1]


@pytest.mark.parametrize(
    ("days", "status", "paid", "expected"),
    [
        (3, "open", "500.00", (None, None, None)),  # before the window of seven days is over
        (10, "cured", "500.00", (1.0, None, 500.0)),
        (31, "open", "0.00", (0.0, 1.0, 0.0)),
        (31, "open", "5000.00", (0.0, 0.0, 5000.0)),
        (31, "cured", "5000.00", (1.0, 0.0, 5000.0)),
    ],
)
def test_a_newer_snapshot_tells_who_is_cured_has_rolled_on_and_has_paid(ledger, clock, days, status, paid, expected):
    experiment_id = begin(ledger)
    with ledger.begin() as work:
        account = draw(work, experiment_id, "one", "kinder")
        drawn = work.now.date()
    clock.advance(days=days)
    with ledger.begin() as work:
        row = work.session.get_one(Account, account.id)
        row.as_of, row.status = drawn + timedelta(days=days), status
        months = {f"billed_{back}": Decimal("86500.00") for back in range(1, 7)}
        months |= {f"paid_{back}": Decimal("7.00") for back in range(2, 7)} | {"paid_1": Decimal(paid)}
        work.session.add(AccountSnapshot(account_id=account.id, own={}, **months))
    units = count(ledger, experiment_id)
    found = tuple(units.values[name][0] for name in ("cured", "rolled", "collected"))
    assert tuple(None if np.isnan(each) else each for each in found) == expected


def test_a_daily_review_ends_what_does_harm(ledger, clock):
    experiment_id = begin(ledger)
    with ledger.begin() as work:
        for number in range(12):
            draw(work, experiment_id, f"control-{number}", "control")
            hold(work, draw(work, experiment_id, f"kinder-{number}", "kinder"))
    clock.advance(days=1)
    with ledger.begin() as work:
        assert review(work) == {"kinder_cadence": "harm"}
    with ledger.begin() as work:
        assert review(work) == {}
        row = work.session.get_one(Experiment, experiment_id)
        assert (row.status, row.conclusion["why"]) == ("stopped", "arm kinder has more holds than the control")
        assert row.conclusion["figures"]["cure"][0]["value"] is None
        found = seen(work, row)
        assert (found.status, found.day) == ("stopped", 1)


def test_a_review_ends_what_is_decided_and_at_the_horizon(ledger, clock):
    experiment_id = begin(ledger, least_per_arm=50)
    with ledger.begin() as work:
        for number in range(60):
            draw(work, experiment_id, f"control-{number}", "control")
            promise(work, draw(work, experiment_id, f"kinder-{number}", "kinder"))
    with ledger.begin() as work:
        assert review(work) == {"kinder_cadence": "running"}
    clock.advance(days=8)
    with ledger.begin() as work:
        assert review(work) == {"kinder_cadence": "difference"}
        assert work.session.get_one(Experiment, experiment_id).status == "concluded"


def test_a_plan_that_somebody_damaged_draws_nobody_and_ends_nothing(ledger):
    experiment_id = begin(ledger)
    with ledger.begin() as work:
        row = work.session.get_one(Experiment, experiment_id)
        row.design = {**to_json(plan()), "metric": "luck"}
    with ledger.begin() as work:
        assert running(work) == {}
        assert review(work) == {"kinder_cadence": "unreadable"}


def test_complaints_are_what_the_queue_of_that_name_takes(clock):
    assert "complaints" in QUEUES
    for trigger in COMPLAINTS:
        assert route(trigger, "P2", "zh", clock()).queue == "complaints"


def test_accounts_are_drawn_with_the_next_run_and_let_go_with_the_one_after(ledger, clock):
    arms = (Arm("control", 0.5), Arm("gentle", 0.5, {"remind": {"tone": "gentle", "cadence_days": 11}}))
    with ledger.begin() as work:
        _, settings = active(work)
        calm = dataclasses.replace(settings, arms=Arms(0.0, 0.0, 0.0))
        publish(work, calm, author="a manager")
        for number in range(60):
            account = add_person(work, f"{number}")
            add_score(work, account.id, 0.95, 0.30 if number else 0.95, "remind")
    clock.advance(days=1)
    experiment_id = begin(ledger, arms=arms, tiers=("remind",))
    with ledger.begin() as work:
        assert retier(work) == 60

    def latest():
        with ledger.read() as work:
            rows = work.session.exec(select(TierAssignment).order_by(TierAssignment.created_at)).all()
        return {row.account_id: row for row in rows}

    drawn = latest()
    assert drawn["account-0"].arm == "champion"
    in_gentle = [row for row in drawn.values() if row.arm == label(experiment_id, "gentle")]
    in_control = [row for row in drawn.values() if row.arm == label(experiment_id, "control")]
    assert len(in_gentle) + len(in_control) == 59
    assert min(len(in_gentle), len(in_control)) > 15
    assert {row.propensity for row in in_gentle} == {0.5}
    with ledger.begin() as work:
        assert treatment_of(work, in_gentle[0].account_id).cadence_days == 11
        assert treatment_of(work, in_control[0].account_id).cadence_days == 5
        assert look_of(work, experiment_id).drawn == {"control": len(in_control), "gentle": len(in_gentle)}
        stop(work, "kinder_cadence", "a manager", "enough")
        # At once, before any run has placed anybody anew.
        assert treatment_of(work, in_gentle[0].account_id).cadence_days == 5
    clock.advance(days=1)
    with ledger.begin() as work:
        retier(work)
    assert {row.arm for row in latest().values()} == {"champion"}
    with ledger.begin() as work:
        assert look_of(work, experiment_id).drawn == {"control": len(in_control), "gentle": len(in_gentle)}


def look_of(work, experiment_id):
    return seen(work, work.session.get_one(Experiment, experiment_id)).look
