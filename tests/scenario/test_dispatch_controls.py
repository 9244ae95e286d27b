"""Pacing, switches and the breaker on a real ledger, on both databases; and a whole day of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

import pytest
from engines import OpenLedger
from seeded import START, StoppedClock, add_person, add_strategy, fresh_ledger
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlmodel import select

from ledger.ledger import Ledger, UnitOfWork
from ledger.tables import (
    Attempt,
    AuditEntry,
    Case,
    Conversation,
    Debtor,
    DispatchSwitch,
    Hold,
    PlannedContact,
    TierAssignment,
)
from rehearsal.clock import VirtualClock
from rehearsal.virtual_scheduler import VirtualScheduler
from strategy.dispatch.attempts import set_out
from strategy.dispatch.explain import Explanation
from strategy.dispatch.explain_account import explain_account
from strategy.dispatch.heartbeats import Heartbeat, schedule
from strategy.dispatch.overview import overview
from strategy.dispatch.pace import Due
from strategy.dispatch.planning import plan
from strategy.dispatch.reservation import Reserved, reserve
from strategy.dispatch.switches import BREAKER, NotSwitched, read_switches, switch, under_way
from strategy.dispatch.tick import tick
from strategy.dispatch.turnstile import turnstile
from strategy.dispatch.watch import watch
from strategy.pacing import Breaker, Hours, Pacing
from strategy.policy.packs import shipped_packs
from strategy.settings import StrategySettings, to_json

PACKS = shipped_packs()
UNLIMITED = Pacing({"chat": None, "voice": None}, {"chat": None, "voice": None})
QUICK = Breaker(window_minutes=60, failure_rate=0.5, least_failures=3, complaint_rate=0.2, least_complaints=2)


def strategy(pacing: Pacing = UNLIMITED, hours: Hours | None = None) -> StrategySettings:
    plain = StrategySettings()
    remind = replace(plain.treatments["remind"], hours=hours)
    return replace(plain, pacing=pacing, breaker=QUICK, treatments={**plain.treatments, "remind": remind})


def people(work: UnitOfWork, number: int, settings: StrategySettings, tier: str = "remind", first: int = 0) -> None:
    if first == 0:
        add_strategy(work, to_json(settings))
    for n in range(first, first + number):
        add_person(work, f"R{n}")
        work.session.add(
            TierAssignment(
                id=work.new_id(),
                account_id=f"account-R{n}",
                strategy_version=1,
                tier=tier,
                treatment=settings.treatments[tier].name,
                why=[],
                created_at=work.now,
            )
        )


def due(work: UnitOfWork, n: int, channel: str = "chat", treatment: str = "remind", *, minutes_ago: int = 0) -> None:
    work.session.add(
        PlannedContact(
            id=f"planned-{n}-{channel}-{minutes_ago}",
            account_id=f"account-R{n}",
            slot=work.now - timedelta(minutes=minutes_ago),
            channel=channel,
            agent="bot",
            treatment=treatment,
            why=[],
            created_at=work.now,
        )
    )


@pytest.fixture
def clock() -> StoppedClock:
    return StoppedClock(START)  # Wednesday 17:00 in Taipei


@pytest.fixture
def ledger(ledger_on: OpenLedger, clock: StoppedClock) -> Ledger:
    return ledger_on(clock)


def delivered(_contact: Reserved) -> str:
    return "delivered"


def statuses(ledger: Ledger) -> Counter[str]:
    with ledger.read() as work:
        return Counter(work.session.exec(select(PlannedContact.status)).all())


def entries(ledger: Ledger, kind: str) -> list[AuditEntry]:
    with ledger.read() as work:
        return list(work.session.exec(select(AuditEntry).where(AuditEntry.kind == kind)).all())


def test_a_minute_takes_what_it_may_and_the_next_one_the_rest(ledger: Ledger, clock: StoppedClock) -> None:
    with ledger.begin() as work:
        people(work, 5, strategy(Pacing(UNLIMITED.lines, {"chat": 2, "voice": None})))
        for n in range(5):
            due(work, n)
    taken = []
    for _ in range(4):
        done = tick(ledger, PACKS, delivered, turnstile=turnstile)
        taken.append((done.allowed, dict(done.left)))
        clock.advance(seconds=30)
    assert taken == [(2, {"minute_full": 3}), (0, {"minute_full": 3}), (2, {"minute_full": 1}), (0, {"minute_full": 1})]


def test_a_long_backlog_that_is_stopped_is_counted_and_passed_by(ledger: Ledger) -> None:
    """What is paused, full or too old lies before, between and after what goes out; every contact is counted once."""
    with ledger.begin() as work:
        people(work, 1, strategy(Pacing(UNLIMITED.lines, {"chat": 3, "voice": None})))
        for n in range(1, 620):
            people(work, 1, strategy(), first=n)
            treatment = "persuade" if n % 3 else "remind"
            due(work, n, "voice" if n % 5 == 0 else "chat", treatment, minutes_ago=700 - n)
        due(work, 0, minutes_ago=13 * 60)
        switch(work, "campaign:persuade/chat", "paused", "Anna")
        switch(work, "channel:voice", "draining", "Anna")
    done = tick(ledger, PACKS, delivered, turnstile=turnstile)
    assert (done.allowed, done.superseded) == (3, 1)
    assert dict(done.left) == {"paused": 331, "draining": 123, "minute_full": 162}
    assert statuses(ledger) == {"planned": 616, "superseded": 1, "allowed": 3}


def test_lines_that_are_busy_take_nothing_new(ledger: Ledger) -> None:
    with ledger.begin() as work:
        people(work, 3, strategy(Pacing({"chat": 1, "voice": None}, UNLIMITED.per_minute)))
        for n in range(3):
            due(work, n)
    inside = []

    def place(contact: Reserved) -> str:
        with ledger.begin() as work:
            inside.append((turnstile(work).contact(_due_like(contact)), under_way(work)))
        return "delivered"

    assert tick(ledger, PACKS, place, turnstile=turnstile).allowed == 3
    assert inside == [("lines_busy", {("remind", "chat"): 1})] * 3


def _due_like(contact: Reserved) -> Due:
    return Due("", contact.account_id, START, contact.channel, "bot", "remind", ("Asia/Taipei",))


def test_the_hours_of_a_treatment_are_kept_at_the_minute_itself(ledger: Ledger, clock: StoppedClock) -> None:
    with ledger.begin() as work:
        people(work, 1, strategy(hours=Hours(time(17, 30), time(18))))
        due(work, 0)
    assert dict(tick(ledger, PACKS, delivered, turnstile=turnstile).left) == {"outside_hours": 1}
    clock.advance(minutes=30)
    assert tick(ledger, PACKS, delivered, turnstile=turnstile).allowed == 1


def test_planning_keeps_the_hours_and_writes_whose_treatment_it_is(ledger: Ledger, clock: StoppedClock) -> None:
    clock.advance(hours=-8)  # 09:00 in Taipei
    with ledger.begin() as work:
        people(work, 20, strategy(hours=Hours(time(14), time(15), ("wed",))))
    assert plan(ledger).planned == {"chat": 20}
    with ledger.read() as work:
        planned = work.session.exec(select(PlannedContact)).all()
    assert {each.treatment for each in planned} == {"remind"}
    assert {each.slot.hour for each in planned} == {6}  # 14 in Taipei


def test_what_a_clock_planned_that_ran_ahead_blocks_nobody(ledger: Ledger, clock: StoppedClock) -> None:
    with ledger.begin() as work:
        people(work, 2, strategy())
    clock.advance(days=400)
    assert plan(ledger).planned.total() == 2
    clock.advance(days=-400)
    again = plan(ledger)
    assert (again.withdrawn, again.planned.total()) == (2, 2)
    assert statuses(ledger) == {"superseded": 2, "planned": 2}
    with ledger.read() as work:
        waiting = work.session.exec(select(PlannedContact).where(PlannedContact.status == "planned")).all()
    assert all(work.now <= each.slot <= work.now + timedelta(days=1) for each in waiting)


def test_what_was_withdrawn_may_be_planned_for_the_same_minute_again(ledger: Ledger, clock: StoppedClock) -> None:
    """An account always gets the same minute of a day, and no two contacts of an account share one."""
    with ledger.begin() as work:
        people(work, 2, strategy())
    clock.advance(hours=4)  # 21:00 in Taipei: what is planned now is of the next day
    assert plan(ledger).planned.total() == 2
    with ledger.begin() as work:
        before = {each.id: each.slot for each in work.session.exec(select(PlannedContact)).all()}
        for each in work.session.exec(select(PlannedContact)).all():
            each.status = "superseded"
    assert plan(ledger).planned.total() == 2
    with ledger.read() as work:
        assert {each.id: each.slot for each in work.session.exec(select(PlannedContact)).all()} == before
    assert statuses(ledger) == {"planned": 2}


@pytest.mark.parametrize("scope", ["all", "channel:chat", "campaign:remind/chat"])
def test_what_is_paused_waits_and_is_not_lost(ledger: Ledger, clock: StoppedClock, scope: str) -> None:
    with ledger.begin() as work:
        people(work, 2, strategy())
        due(work, 0, minutes_ago=60)
        due(work, 1)
        switch(work, scope, "paused", "Anna")
    assert dict(tick(ledger, PACKS, delivered, turnstile=turnstile).left) == {"paused": 2}
    assert statuses(ledger) == {"planned": 2}
    with ledger.begin() as work:
        switch(work, scope, "running", "Bo")
    assert tick(ledger, PACKS, delivered, turnstile=turnstile).allowed == 2
    assert [entry.subject for entry in entries(ledger, "dispatch.paused")] == [scope]
    assert [entry.facts["by"] for entry in entries(ledger, "dispatch.resumed")] == ["Bo"]


def test_a_paused_slot_of_another_day_is_planned_anew(ledger: Ledger, clock: StoppedClock) -> None:
    with ledger.begin() as work:
        people(work, 1, strategy())
        due(work, 0)
        switch(work, "all", "paused", "Anna")
    tick(ledger, PACKS, delivered, turnstile=turnstile)
    clock.advance(hours=13)
    with ledger.begin() as work:
        switch(work, "all", "running", "Anna")
    assert tick(ledger, PACKS, delivered, turnstile=turnstile).superseded == 1
    assert plan(ledger).planned == {"chat": 1}


def test_a_paused_campaign_keeps_nobody_behind_it_waiting(ledger: Ledger) -> None:
    with ledger.begin() as work:
        settings = strategy()
        people(work, 3, settings)
        people(work, 1, settings, "persuade", first=3)
        for n in range(3):
            due(work, n, minutes_ago=30)
        due(work, 3, treatment="persuade")
        switch(work, "campaign:remind/chat", "draining", "Anna")
    done = tick(ledger, PACKS, delivered, at_once=1, turnstile=turnstile)
    assert (done.allowed, dict(done.left)) == (1, {"draining": 3})


@pytest.mark.parametrize(("state", "sent"), [("paused", 1), ("draining", 3)])
def test_a_pause_stops_what_is_reserved_and_a_drain_lets_it_go(ledger: Ledger, state: str, sent: int) -> None:
    with ledger.begin() as work:
        people(work, 3, strategy())
        for n in range(3):
            due(work, n)
        waiting = [
            reserve(work, PACKS, f"account-R{n}", "chat", "bot", planned_id)
            for n, planned_id in enumerate(work.session.exec(select(PlannedContact.id)).all())
        ]
        assert all(isinstance(each, Reserved) for each in waiting)
    went = [set_out(ledger, PACKS, waiting[0].attempt_id)]
    with ledger.begin() as work:
        switch(work, "channel:chat", state, "Anna")
    went += [set_out(ledger, PACKS, each.attempt_id) for each in waiting[1:]]
    assert sum(went) == sent
    with ledger.read() as work:
        assert under_way(work) == {("remind", "chat"): sent}


@pytest.mark.parametrize("row", [("all", "on hold"), ("everything", "paused")])
def test_a_switch_that_cannot_be_read_pauses(ledger: Ledger, row: tuple[str, str]) -> None:
    with ledger.begin() as work:
        people(work, 1, strategy())
        due(work, 0)
        work.session.add(DispatchSwitch(scope=row[0], state=row[1], why="?", figures={}, by="somebody", at=work.now))
    assert dict(tick(ledger, PACKS, delivered, turnstile=turnstile).left) == {"paused": 1}
    with ledger.read() as work:
        assert row[0] in {each.scope for each in overview(work).scopes if each.state == "paused"}


@pytest.mark.parametrize("table", ["dispatchswitch", "strategyversion", "experiment"])
def test_what_cannot_be_read_lets_nothing_out(ledger: Ledger, table: str) -> None:
    with ledger.begin() as work:
        people(work, 1, strategy())
        due(work, 0)
        work.session.exec(text(f"ALTER TABLE {table} RENAME TO elsewhere"))  # type: ignore[call-overload]
    placed: list[Reserved] = []
    with pytest.raises(DBAPIError):
        tick(ledger, PACKS, lambda contact: placed.append(contact) or "delivered", turnstile=turnstile)
    assert (placed, statuses(ledger)) == ([], {"planned": 1})
    with ledger.read() as work:
        assert work.session.exec(select(Attempt)).all() == []


def test_a_pause_that_cannot_be_read_keeps_what_is_reserved_from_going_out(ledger: Ledger) -> None:
    with ledger.begin() as work:
        people(work, 1, strategy())
        due(work, 0)
        reserved = reserve(work, PACKS, "account-R0", "chat", "bot", work.session.exec(select(PlannedContact.id)).one())
        assert isinstance(reserved, Reserved)
        work.session.exec(text("ALTER TABLE dispatchswitch RENAME TO elsewhere"))  # type: ignore[call-overload]
    with pytest.raises(DBAPIError):
        set_out(ledger, PACKS, reserved.attempt_id)
    with ledger.read() as work:
        assert work.session.get_one(Attempt, reserved.attempt_id).status == "reserved"


def test_zones_that_nobody_can_read_are_outside_hours_and_keep_nobody_waiting(ledger: Ledger) -> None:
    with ledger.begin() as work:
        people(work, 3, strategy(hours=Hours(time(9), time(18))))
        for n, zones in enumerate(([["Asia/Taipei"]], ["Mars/Olympus"])):
            work.session.get_one(Debtor, f"debtor-R{n}").tz_candidates = zones
        for n in range(3):
            due(work, n, minutes_ago=3 - n)
    done = tick(ledger, PACKS, delivered, turnstile=turnstile)
    assert (done.allowed, dict(done.left)) == (1, {"outside_hours": 2})


def test_zones_that_nobody_can_read_are_not_planned_for_and_keep_nobody_waiting(ledger: Ledger) -> None:
    with ledger.begin() as work:
        people(work, 3, strategy())
        for n, zones in enumerate(([["Asia/Taipei"]], ["Mars/Olympus"])):
            work.session.get_one(Debtor, f"debtor-R{n}").tz_candidates = zones
    found = plan(ledger, ahead=timedelta(days=2))
    assert (found.planned.total(), dict(found.not_planned)) == (1, {"no time zone is known": 2})
    with ledger.read() as work:
        explained = explain_account(work, PACKS, "A-R1")
        assert explained is not None
        assert (explained.answer, explained.said[0].code) == ("no", "never_zone")


def test_the_breaker_never_resumes_and_the_same_word_twice_is_one(ledger: Ledger) -> None:
    with ledger.begin() as work:
        add_strategy(work, to_json(strategy()))
        assert switch(work, "all", "running", BREAKER) == NotSwitched("only a person resumes what is paused")
        first = switch(work, "all", "paused", "Anna")
        assert switch(work, "all", "paused", "Bo") == first
    assert len(entries(ledger, "dispatch.paused")) == 1


def failed(_contact: Reserved) -> str:
    return "failed"


def test_failures_stop_the_campaign_until_a_person_has_looked(ledger: Ledger, clock: StoppedClock) -> None:
    with ledger.begin() as work:
        people(work, 5, strategy())
        for n in range(3):
            due(work, n)
    tick(ledger, PACKS, failed, turnstile=turnstile)
    assert [(each.scope, each.why) for each in watch(ledger)] == [("campaign:remind/chat", "failures")]
    assert watch(ledger) == ()
    with ledger.begin() as work:
        found = read_switches(work)["campaign:remind/chat"]
        due(work, 3)
    assert (found.state, found.by, dict(found.figures)) == (
        "paused",
        BREAKER,
        {"contacts": 3, "failures": 3, "complaints": 0, "window_minutes": 60},
    )
    assert dict(tick(ledger, PACKS, delivered, turnstile=turnstile).left) == {"paused": 1}
    clock.advance(minutes=5)
    with ledger.begin() as work:
        switch(work, "campaign:remind/chat", "running", "Anna")
    assert watch(ledger) == (), "what it saw before a person resumed it is known"
    assert tick(ledger, PACKS, delivered, turnstile=turnstile).allowed == 1


def complain(work: UnitOfWork, attempt_id: str | None, n: int, trigger: str = "complaint_regulator") -> None:
    """A talk that somebody broke off in anger."""
    talk = Conversation(
        id=work.new_id(),
        account_id=f"account-R{n}",
        debtor_id=f"debtor-R{n}",
        attempt_id=attempt_id,
        channel="chat",
        language="zh",
        stage="closed",
        facts={},
        opened_at=work.now,
    )
    work.session.add(talk)
    work.session.flush()
    work.session.add(
        Case(
            id=work.new_id(),
            account_id=talk.account_id,
            debtor_id=talk.debtor_id,
            conversation_id=talk.id,
            queue="complaints",
            priority="P1",
            trigger=trigger,
            language="zh",
            packet_sealed=b"",
            opened_at=work.now,
            due_at=work.now,
        )
    )


@pytest.mark.parametrize(
    ("trigger", "scope"),
    [
        ("complaint_regulator", "campaign:remind/chat"),
        ("cease_request", "campaign:remind/chat"),
        ("callback_wanted", None),
    ],
)
def test_complaints_stop_the_campaign_they_are_about(
    ledger: Ledger, clock: StoppedClock, trigger: str, scope: str | None
) -> None:
    with ledger.begin() as work:
        people(work, 2, strategy())
        due(work, 0)
        due(work, 1)
    tick(ledger, PACKS, delivered, turnstile=turnstile)
    clock.advance(hours=3)
    with ledger.begin() as work:
        attempts = {each.account_id: each.id for each in work.session.exec(select(Attempt)).all()}
        for n in range(2):
            complain(work, attempts[f"account-R{n}"], n, trigger)
    assert [each.scope for each in watch(ledger)] == ([scope] if scope else [])


def test_a_talk_that_a_debtor_began_counts_for_its_channel_alone(ledger: Ledger) -> None:
    with ledger.begin() as work:
        people(work, 2, strategy())
        for n in range(2):
            complain(work, None, n, "threat_or_abuse_to_bot")
    assert [(each.scope, each.counts.contacts) for each in watch(ledger)] == [("channel:chat", 0)]


@pytest.mark.slow
def test_a_day_with_a_trip_a_pause_a_drain_and_a_resume(tmp_path: Path) -> None:
    """Beats on APScheduler and the virtual clock; a carrier that breaks for an hour; a person who looks after it."""
    start = datetime(2026, 3, 4, 0, 0, tzinfo=UTC)  # Wednesday 08:00 in Taipei
    clock = VirtualClock(start)
    ledger = fresh_ledger(tmp_path / "amends.db", clock)
    with ledger.begin() as work:
        people(work, 90, strategy(Pacing(UNLIMITED.lines, {"chat": 3, "voice": 3})))
    placed: list[datetime] = []

    def at(hour: int, minute: int = 0) -> datetime:
        return start + timedelta(hours=hour - 8, minutes=minute)

    def carry(_contact: Reserved) -> str:
        placed.append(clock())
        # The gateway is down from ten to eleven.
        return "failed" if at(10) <= clock() < at(11) else "conversation"

    def dispatch() -> None:
        watch(ledger)
        tick(ledger, PACKS, carry, turnstile=turnstile)

    def by_hand(scope: str, state: str) -> Callable[[], None]:
        def done() -> None:
            with ledger.begin() as work:
                switch(work, scope, state, "Anna")

        return done

    scheduler = VirtualScheduler(clock)
    beats = [
        Heartbeat("plan", timedelta(hours=1), lambda: plan(ledger)),
        Heartbeat("dispatch", timedelta(minutes=1), dispatch),
    ]
    schedule(scheduler, beats, start)
    for n, (when, done) in enumerate(
        [
            (at(12), by_hand("campaign:remind/chat", "running")),
            (at(14), by_hand("channel:chat", "paused")),
            (at(14, 30), by_hand("channel:chat", "running")),
            (at(16), by_hand("all", "draining")),
            (at(16, 45), by_hand("all", "running")),
        ]
    ):
        scheduler.add_job(done, "date", run_date=when, next_run_time=when, misfire_grace_time=None, id=f"0-hand-{n}")
    scheduler.run_until(at(19))
    scheduler.shutdown()

    def between(since: datetime, until: datetime) -> int:
        return sum(since <= each < until for each in placed)

    tripped = entries(ledger, "dispatch.paused")[0]
    assert (tripped.subject, tripped.facts["by"], tripped.facts["why"]) == ("campaign:remind/chat", BREAKER, "failures")
    assert at(10) < tripped.at < at(11)
    assert between(tripped.at, at(12)) == between(at(14), at(14, 30)) == between(at(16), at(16, 45)) == 0
    for quiet_ended in (at(12), at(14, 30), at(16, 45)):
        assert between(quiet_ended, quiet_ended + timedelta(minutes=5)) >= 4, "what had waited goes out, at the pace"
    per_minute = Counter(placed)
    assert max(per_minute.values()) == 3
    # Everybody was contacted once: nothing was lost by any of it, and nobody was contacted twice.
    assert len(placed) == 90
    assert statuses(ledger) == {"allowed": 90}
    with ledger.read() as work:
        assert under_way(work) == {}


def test_an_account_is_explained_from_the_same_records_that_dispatch_it(ledger: Ledger, clock: StoppedClock) -> None:
    clock.advance(hours=-8)  # 09:00 in Taipei
    with ledger.begin() as work:
        people(work, 1, strategy())
    plan(ledger)

    def explained(ref: str = "A-R0") -> Explanation:
        with ledger.read() as work:
            found = explain_account(work, PACKS, ref)
        assert found is not None
        return found

    with ledger.read() as work:
        slot = work.session.exec(select(PlannedContact.slot)).one()
        assert explain_account(work, PACKS, "nobody") is None
    first = explained()
    assert (first.answer, first.today, first.next_at) == ("planned", True, slot)
    assert explained("account-R0") == first, "by its reference or by its id"
    with ledger.begin() as work:
        switch(work, "campaign:remind/chat", "paused", "Anna")
    assert (explained().answer, explained().today) == ("waits", False)
    with ledger.begin() as work:
        switch(work, "campaign:remind/chat", "running", "Anna")
        work.session.add(Hold(id="hold", debtor_id="debtor-R0", scope="person", reason="cease", created_at=work.now))
    clock.now = slot
    assert tick(ledger, PACKS, delivered, turnstile=turnstile).denied == 1
    after = explained()
    assert (after.answer, after.said[0].code) == ("no", "gate_stops")
    told = {each.code for each in after.said}
    assert {"held", "denial", "gate_denies", "gate_never"} <= told
    assert len(entries(ledger, "contact.decided")) == 1, "an explanation records nothing"
