"""Calls last longer than a beat: they stand as being placed, wait for a free line, and are never placed again."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from phoning import CallsInAThread
from seeded import START, StoppedClock, add_person, add_strategy, add_tier, fresh_ledger
from sqlmodel import select

from bot.phone.placing import CallParts, Calls
from bot.phone.record import CallRecord
from bot.phone.seam import Dial, NotReached
from bot.phone.unwanted import wants_no_calls as placing_wish
from desk.intake import open_case
from ledger.ledger import Ledger
from ledger.tables import Attempt, Case, Hold, PlannedContact
from strategy.contact_outcome import finish
from strategy.dispatch.attempts import reconcile
from strategy.dispatch.lines import NoLines, with_lines
from strategy.dispatch.planning import plan
from strategy.dispatch.tick import tick
from strategy.dispatch.turnstile import turnstile
from strategy.policy.packs import shipped_packs
from strategy.settings import StrategySettings, to_json

PACKS = shipped_packs()
PEOPLE = ("R1", "R2", "R3")


@pytest.fixture
def clock() -> StoppedClock:
    return StoppedClock(START)


@pytest.fixture
def ledger(tmp_path: Any, clock: StoppedClock) -> Ledger:
    made = fresh_ledger(tmp_path / "ledger.db", clock)
    with made.begin() as work:
        add_strategy(work, to_json(StrategySettings()))
        for number in PEOPLE:
            account = add_person(work, number)
            add_tier(work, account.id, "persuade")
            planned = PlannedContact(
                id=work.new_id(),
                account_id=account.id,
                slot=work.now,
                channel="voice",
                agent="bot",
                why=[],
                created_at=work.now,
            )
            work.session.add(planned)
    return made


@pytest.fixture
def calls() -> Iterator[CallsInAThread]:
    running = CallsInAThread()
    yield running
    running.stop()


class Exchange:
    """A carrier that rings until it is told what came of it."""

    def __init__(self, calls: CallsInAThread) -> None:
        self._calls = calls
        self.dials: list[Dial] = []
        self.answers: asyncio.Queue[Any] = asyncio.Queue()
        self.ringing = threading.Semaphore(0)

    async def originate(self, dial: Dial) -> Any:
        self.dials.append(dial)
        self.ringing.release()
        answer = await self.answers.get()
        if isinstance(answer, Exception):
            raise answer
        return answer

    def answer(self, what: Any) -> None:
        self._calls.loop.call_soon_threadsafe(self.answers.put_nowait, what)


def attempts(ledger: Ledger) -> list[Attempt]:
    with ledger.read() as work:
        return list(work.session.exec(select(Attempt).order_by(Attempt.account_id)).all())


def until(condition: Any) -> None:
    ended = threading.Event()
    for _ in range(200):
        if condition():
            return
        ended.wait(0.02)
    raise AssertionError("it did not come to pass")


def dialler(ledger: Ledger, calls: CallsInAThread, most: int = 2, **parts: Any) -> tuple[Calls, Exchange]:
    exchange = Exchange(calls)
    made = CallParts(exchange, talks=None, voicebox=None, packs=PACKS, open_case=open_case, most=most, **parts)
    return Calls(ledger, made, calls.start), exchange


def beat(ledger: Ledger, dialling: Calls) -> Any:
    return tick(ledger, PACKS, dialling.place, turnstile=with_lines(turnstile, {"voice": dialling}))


def test_a_beat_does_not_wait_for_its_calls_and_the_rest_wait_for_a_line(
    ledger: Ledger, calls: CallsInAThread, clock: StoppedClock
) -> None:
    dialling, exchange = dialler(ledger, calls)
    done = beat(ledger, dialling)
    assert (done.allowed, done.under_way, dict(done.outcomes), dict(done.left)) == (2, 2, {}, {"lines_busy": 1})
    assert [each.status for each in attempts(ledger)] == ["placing", "placing"]
    clock.advance(minutes=30)
    assert reconcile(ledger) == 0
    assert beat(ledger, dialling).allowed == 0
    for _ in range(2):
        exchange.ringing.acquire(timeout=5)
        exchange.answer(NotReached("busy", 17))
    until(lambda: [each.outcome for each in attempts(ledger)] == ["busy", "busy"])
    assert beat(ledger, dialling).under_way == 1
    exchange.ringing.acquire(timeout=5)
    exchange.answer(NotReached("ring_no_answer"))
    until(lambda: len({each.outcome for each in attempts(ledger)} - {None}) == 2)
    assert len({dial.attempt_id for dial in exchange.dials}) == 3
    assert beat(ledger, dialling).due == 0


def test_a_carrier_that_breaks_leaves_a_call_that_counts(ledger: Ledger, calls: CallsInAThread) -> None:
    dialling, exchange = dialler(ledger, calls, most=1)
    beat(ledger, dialling)
    exchange.answer(OSError("the line is dead"))
    until(lambda: [each.status for each in attempts(ledger)] == ["unknown"])
    assert dialling.free() == 1


def test_one_person_is_in_one_call_at_a_time(ledger: Ledger, calls: CallsInAThread) -> None:
    dialling, exchange = dialler(ledger, calls, most=3)
    beat(ledger, dialling)
    assert not dialling.reachable("debtor-R1")
    (first, *_) = attempts(ledger)
    assert dialling.place(first) == "failed"
    for _ in PEOPLE:
        exchange.answer(NotReached("busy"))
    until(lambda: dialling.reachable("debtor-R1"))


def test_who_cannot_be_rung_keeps_their_contact_for_later(ledger: Ledger, calls: CallsInAThread) -> None:
    there = {"debtor-R2"}
    dialling, exchange = dialler(ledger, calls, rings_at=lambda debtor: debtor in there)
    done = beat(ledger, dialling)
    assert (done.under_way, dict(done.left)) == (1, {"not_reachable": 2})
    exchange.answer(NotReached("busy"))
    until(lambda: dialling.free() == 2)
    done = tick(ledger, PACKS, dialling.place, turnstile=with_lines(turnstile, {"voice": NoLines()}))
    assert (done.due, dict(done.left)) == (0, {"not_reachable": 2})


def test_a_telephone_that_wants_no_calls_is_left_alone(ledger: Ledger, calls: CallsInAThread) -> None:
    dialling, exchange = dialler(ledger, calls, most=1)
    beat(ledger, dialling)
    exchange.answer(NotReached("failed", 127, unwanted=True))
    until(lambda: attempts(ledger)[0].outcome == "failed")
    with ledger.read() as work:
        (hold,), (case,) = work.session.exec(select(Hold)).all(), work.session.exec(select(Case)).all()
    assert (hold.reason, hold.scope, hold.until, case.trigger) == ("cease_request", "person", None, "cease_request")


@pytest.mark.parametrize(("failures", "alarms"), [(2, 0), (9, 1)])
def test_a_wish_that_cannot_be_written_down_is_tried_again_and_then_people_are_called(
    ledger: Ledger, calls: CallsInAThread, monkeypatch: pytest.MonkeyPatch, failures: int, alarms: int
) -> None:
    tried: list[str] = []

    def failing(work: object, account_id: str, *rest: object) -> None:
        tried.append(account_id)
        if len(tried) <= failures:
            raise OSError("the disk is full")
        placing_wish(work, account_id, *rest)

    monkeypatch.setattr("bot.phone.placing.AGAIN_AFTER_S", 0.01)
    monkeypatch.setattr("bot.phone.placing.wants_no_calls", failing)
    paged: list[tuple[str, str]] = []
    dialling, exchange = dialler(ledger, calls, most=1, alarm=lambda *told: paged.append(told))
    beat(ledger, dialling)
    exchange.answer(NotReached("failed", 127, unwanted=True))
    until(lambda: attempts(ledger)[0].outcome == "failed")
    assert len(tried) == 3
    assert paged == [("record_failed", attempts(ledger)[0].id)] * alarms
    with ledger.read() as work:
        assert len(work.session.exec(select(Hold)).all()) == 1 - alarms


def test_what_the_talk_has_told_of_the_call_stands(
    ledger: Ledger, calls: CallsInAThread, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def talked(_leg: object, *, attempt_id: str, **_given: object) -> CallRecord:
        with ledger.begin() as work:
            finish(work, attempt_id, "voicemail_left")
        return CallRecord("talk", "completed", ())

    monkeypatch.setattr("bot.phone.placing.run_call", talked)
    dialling, exchange = dialler(ledger, calls, most=1)
    beat(ledger, dialling)
    exchange.answer(object())
    until(lambda: dialling.free() == 1)
    until(lambda: attempts(ledger)[0].outcome == "voicemail_left")


def test_voice_is_planned_for_those_alone_who_can_be_reached_by_it(ledger: Ledger, clock: StoppedClock) -> None:
    with ledger.begin() as work:
        for planned in work.session.exec(select(PlannedContact)).all():
            planned.status = "superseded"
            planned.slot -= timedelta(days=2)
    plan(ledger, carried=frozenset({"voice", "chat"}), only={"voice": lambda debtor: debtor == "debtor-R2"})
    with ledger.read() as work:
        made = select(PlannedContact).where(PlannedContact.status == "planned")
        found = {each.account_id: each.channel for each in work.session.exec(made).all()}
    assert found["account-R2"] == "voice"
    assert {found["account-R1"], found["account-R3"]} == {"chat"}
