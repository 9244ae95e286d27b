"""What APScheduler's own BackgroundScheduler makes of the heartbeats: late, missed, slow and broken beats."""

from __future__ import annotations

import json
import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from apscheduler.schedulers.background import BackgroundScheduler

from app import logs
from app.wiring import real_clock
from strategy.dispatch.heartbeats import Heartbeat, schedule

SECOND = timedelta(seconds=1)
HOUR = timedelta(hours=1)


@contextmanager
def beating(*beats: Heartbeat, late: timedelta = timedelta(0)) -> Iterator[None]:
    """The beats go on while inside; they were first due `late` ago."""
    scheduler = BackgroundScheduler(timezone="UTC")
    schedule(scheduler, beats, real_clock() - late)
    scheduler.start()
    try:
        yield
    finally:
        scheduler.shutdown(wait=True)


def wait_for(met: Callable[[], bool], seconds: float = 20) -> None:
    until = time.monotonic() + seconds
    while not met():
        assert time.monotonic() < until, "it did not come to that"
        time.sleep(0.02)


@pytest.mark.parametrize("late", [timedelta(minutes=30), timedelta(hours=7, minutes=30), timedelta(days=3, minutes=30)])
def test_a_beat_that_is_late_by_hours_runs_at_once_and_only_once(late: timedelta) -> None:
    ran, other = [], []
    hourly = Heartbeat("plan", HOUR, lambda: ran.append(1))
    with beating(hourly, Heartbeat("dispatch", SECOND, lambda: other.append(1)), late=late):
        wait_for(lambda: len(other) >= 3)
    assert len(ran) == 1


def test_a_beat_never_overlaps_itself_and_goes_on_when_it_is_done() -> None:
    busy, most, ran = threading.Semaphore(1), [], []

    def slow() -> None:
        most.append(busy.acquire(blocking=False))
        time.sleep(1.6)
        ran.append(1)
        busy.release()

    with beating(Heartbeat("dispatch", SECOND, slow)):
        wait_for(lambda: len(ran) >= 3)
    assert all(most), "a second one began while the first was still running"


def test_a_broken_beat_stops_neither_itself_nor_the_others_and_is_logged_without_a_person(
    capsys: pytest.CaptureFixture[str],
) -> None:
    tried, ran = [], []

    def broken() -> None:
        tried.append(1)
        raise RuntimeError("王小明 said +886 900 000 017")

    logs.configure("info")
    try:
        with beating(Heartbeat("dispatch", SECOND, broken), Heartbeat("plan", SECOND, lambda: ran.append(1))):
            wait_for(lambda: len(tried) >= 3 and len(ran) >= 3)
    finally:
        logging.basicConfig(force=True, handlers=[])
    written = capsys.readouterr().err
    assert "王小明" not in written
    assert "900 000" not in written
    told = [json.loads(line) for line in written.splitlines() if "raised an exception" in line]
    assert len(told) == len(tried)
    assert {(each["level"], each["exc_type"]) for each in told} == {("error", "RuntimeError")}
    assert all("dispatch" in each["event"] for each in told)
