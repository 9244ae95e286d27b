"""Heartbeats on APScheduler, driven by the virtual clock."""

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from rehearsal.clock import VirtualClock
from rehearsal.virtual_scheduler import VirtualScheduler
from strategy.dispatch.heartbeats import Heartbeat, heartbeats, schedule

START = datetime(2026, 11, 20, 0, 0, tzinfo=UTC)
NAMES = ("score", "plan", "dispatch", "promises", "service_levels", "audit_check", "audit_anchor")


def a_day() -> tuple[list[tuple[datetime, str]], VirtualClock]:
    clock, ran = VirtualClock(START), list[tuple[datetime, str]]()
    beats = heartbeats(**{name: (lambda name=name: ran.append((clock(), name))) for name in NAMES})
    scheduler = VirtualScheduler(clock)
    schedule(scheduler, beats, START)
    scheduler.run_until(START + timedelta(hours=23, minutes=59))
    scheduler.shutdown()
    return ran, clock


def test_a_whole_day_of_beats_runs_in_order_and_the_same_each_time() -> None:
    ran, clock = a_day()
    assert clock() == START + timedelta(hours=23, minutes=59)
    assert [name for at, name in ran if at == START] == [
        "score",
        "promises",
        "plan",
        "dispatch",
        "service_levels",
        "audit_anchor",
        "audit_check",
    ]
    assert Counter(name for _, name in ran) == {
        "score": 1,
        "audit_check": 1,
        "audit_anchor": 24,
        "promises": 24,
        "plan": 24,
        "service_levels": 288,
        "dispatch": 1440,
    }
    assert [at for at, _ in ran] == sorted(at for at, _ in ran)
    assert a_day()[0] == ran


def test_beats_missed_while_another_took_its_time_run_once() -> None:
    clock, ran = VirtualClock(START), list[datetime]()
    scheduler = VirtualScheduler(clock)
    slow = Heartbeat("slow", timedelta(hours=1), lambda: clock.advance(timedelta(minutes=10)))
    quick = Heartbeat("quick", timedelta(minutes=1), lambda: ran.append(clock()))
    schedule(scheduler, [slow, quick], START)
    scheduler.run_until(START + timedelta(minutes=12))
    assert ran == [START + timedelta(minutes=minutes) for minutes in (10, 10, 11, 12)]


def test_a_beat_that_breaks_stops_the_rehearsal() -> None:
    scheduler = VirtualScheduler(VirtualClock(START))
    schedule(scheduler, [Heartbeat("broken", timedelta(minutes=1), lambda: 1 / 0)], START)
    with pytest.raises(ZeroDivisionError):
        scheduler.run_until(START)


def test_a_job_with_a_misfire_limit_is_refused() -> None:
    scheduler = VirtualScheduler(VirtualClock(START))
    scheduler.add_job(lambda: None, "interval", minutes=1, next_run_time=START, misfire_grace_time=1)
    with pytest.raises(ValueError, match="misfire"):
        scheduler.run_until(START)
