"""A dialogue server that died or stands still is started anew; one that is only slow is left alone."""

from __future__ import annotations

import threading

import pytest

from bot.rasa_process import RasaUnavailable
from bot.rasa_watch import Found, RasaWatch


class Stage:
    """A process that is what the test says it is."""

    def __init__(self) -> None:
        self.alive = self.well = True
        self.startable = True
        self.restarts = 0
        self.again = threading.Event()

    def running(self) -> bool:
        return self.alive

    def healthy(self) -> bool:
        return self.alive and self.well

    def restart(self) -> None:
        self.restarts += 1
        if not self.startable:
            raise RasaUnavailable("no memory")
        self.alive = self.well = True
        self.again.set()


@pytest.fixture
def stage() -> Stage:
    return Stage()


def looks(stage: Stage, *at: float) -> list[Found]:
    times = iter(at)
    watch = RasaWatch(stage, patience_s=5.0, monotonic=lambda: next(times))
    return [watch.look() for _ in at]


def test_a_dead_one_is_started_anew_at_once(stage: Stage) -> None:
    stage.alive = False
    assert looks(stage, 0.0) == ["restarted"]
    assert stage.healthy()


def test_one_that_stands_still_is_given_a_moment_and_then_started_anew(stage: Stage) -> None:
    stage.well = False
    assert looks(stage, 0.0, 2.0, 4.9, 5.0) == ["silent", "silent", "silent", "restarted"]
    assert stage.restarts == 1


def test_one_that_comes_to_itself_is_left_alone(stage: Stage) -> None:
    watch = RasaWatch(stage, patience_s=5.0, monotonic=iter((0.0, 10.0)).__next__)
    stage.well = False
    assert watch.look() == "silent"
    stage.well = True
    assert watch.look() == "well"
    stage.well = False
    assert watch.look() == "silent"
    assert stage.restarts == 0


def test_what_cannot_be_started_is_tried_again(stage: Stage) -> None:
    stage.alive, stage.startable = False, False
    assert looks(stage, 0.0, 1.0) == ["unavailable", "unavailable"]
    stage.startable = True
    assert looks(stage, 2.0) == ["restarted"]


def test_it_watches_by_itself(stage: Stage) -> None:
    with RasaWatch(stage, every_s=0.01):
        stage.alive = False
        assert stage.again.wait(5.0)
