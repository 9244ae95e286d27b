"""One leader at a time, on both databases: real processes that are ended, killed, cut off and stopped."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from itertools import count
from pathlib import Path

import pytest
from engines import OpenLedger
from sqlalchemy import text

from ledger.ledger import Ledger, postgres_engine
from strategy.dispatch.leader import LEADER, NotLeader, lead_of, leadership

ROOT = Path(__file__).parents[2]
HAND_OVER_S = 10
ON_SERVER = pytest.mark.parametrize("ledger_on", ["postgresql"], indirect=True)
"""A lock on a file has no connection to lose, and a process that stands still keeps it."""


class Serving:
    """One process that leads when it may."""

    def __init__(self, folder: Path, url: str, name: str) -> None:
        self._log = folder / name
        path = os.pathsep.join((str(ROOT), str(ROOT / "tests")))
        self.process = subprocess.Popen(
            [sys.executable, "-m", "leading_process", self._log, folder / "dispatch.lock", url],
            env={**os.environ, "PYTHONPATH": path},
            stderr=subprocess.DEVNULL,
        )

    def told(self, what: str) -> list[float]:
        """When it said so, by the machine's monotonic clock."""
        lines = self._log.read_text().splitlines() if self._log.exists() else []
        return [float(at) for at, _, said in (line.partition(" ") for line in lines) if said.startswith(what)]

    def waits_for(self, what: str, after: float = 0, seconds: float = 30) -> float:
        until = time.monotonic() + seconds
        while not (later := [at for at in self.told(what) if at > after]):
            assert time.monotonic() < until, f"not within {seconds} s: {what}"
            time.sleep(0.02)
        return later[0]

    def end(self) -> None:
        self.process.kill()
        self.process.wait()


@pytest.fixture
def ledger(ledger_on: OpenLedger) -> Ledger:
    return ledger_on()


@pytest.fixture
def start(ledger: Ledger, tmp_path: Path) -> Iterator[Callable[[], Serving]]:
    """Starts one more process on the ledger."""
    numbers = count(1)
    url = ledger.engine.url.render_as_string(hide_password=False)
    with ExitStack() as ending:

        def started() -> Serving:
            serving = Serving(tmp_path, url, f"process-{next(numbers)}")
            ending.callback(serving.end)
            return serving

        yield started


def on_postgres(ledger: Ledger) -> bool:
    return ledger.engine.dialect.name == "postgresql"


def cut_off_the_leader(ledger: Ledger) -> None:
    with ledger.engine.connect() as connection:
        ended = text(f"SELECT pg_terminate_backend(pid) FROM pg_locks WHERE objid = {LEADER & 0xFFFFFFFF}")
        assert connection.execute(ended).all() == [(True,)]


@pytest.mark.slow
@pytest.mark.parametrize("end", [signal.SIGTERM, signal.SIGKILL])
def test_when_the_leader_ends_the_other_takes_over_in_time(
    start: Callable[[], Serving], end: int, record_property: Callable[[str, object], None]
) -> None:
    first = start()
    first.waits_for("beat")
    second = start()
    second.waits_for("another process leads")
    # Two beats more of the first, and none of the second while that is alive.
    first.waits_for("beat", after=first.waits_for("beat", after=time.monotonic()))
    assert second.told("beat") == []
    ended = time.monotonic()
    first.process.send_signal(end)
    taken_over = second.waits_for("beat") - ended
    record_property("seconds", round(taken_over, 2))
    assert taken_over < HAND_OVER_S
    assert max(first.told("beat")) < min(second.told("beat"))
    assert bool(first.told("ended")) == (end == signal.SIGTERM)


@pytest.mark.slow
@ON_SERVER
def test_a_leader_that_is_cut_off_begins_no_beat_more(ledger: Ledger, start: Callable[[], Serving]) -> None:
    first = start()
    first.waits_for("beat")
    second = start()
    second.waits_for("another process leads")
    cut = time.monotonic()
    cut_off_the_leader(ledger)
    lost = first.waits_for("the lead is lost", after=cut, seconds=HAND_OVER_S)
    # Whoever of the two is quicker leads now, and only that one.
    time.sleep(3)
    now = time.monotonic()
    led = [each for each in (first, second) if each.told("beat") and max(each.told("beat")) > now - 2]
    assert len(led) == 1
    assert not [at for at in first.told("beat") if cut + 0.5 < at < lost]


@pytest.mark.slow
@ON_SERVER
def test_a_leader_that_stands_still_loses_the_lead_and_notices(ledger: Ledger, start: Callable[[], Serving]) -> None:
    first = start()
    first.waits_for("beat")
    second = start()
    second.waits_for("another process leads")
    first.process.send_signal(signal.SIGSTOP)
    stopped = time.monotonic()
    assert second.waits_for("beat") - stopped < HAND_OVER_S
    first.process.send_signal(signal.SIGCONT)
    woken = time.monotonic()
    first.waits_for("another process leads", after=woken)
    time.sleep(2.5)
    assert [at for at in first.told("beat") if at > woken] == []


def test_one_leads_and_the_other_is_told_who(ledger: Ledger, tmp_path: Path) -> None:
    one, other = (lead_of(ledger.engine, tmp_path / "dispatch.lock") for _ in range(2))
    assert not one.held()
    assert one.take()
    assert one.take()
    assert one.held()
    assert not other.take()
    assert not other.held()
    with pytest.raises(NotLeader, match=f"process {os.getpid()}"), leadership(other):
        raise AssertionError
    one.release()
    assert not one.held()
    with leadership(other):
        assert other.held()
        assert not one.take()
    assert one.take()
    one.release()
    one.release()


def test_a_lead_that_was_taken_away_is_lost_at_the_next_look(ledger: Ledger, tmp_path: Path) -> None:
    one, other = (lead_of(ledger.engine, tmp_path / "dispatch.lock") for _ in range(2))
    assert one.take()
    if on_postgres(ledger):
        cut_off_the_leader(ledger)
    else:
        (tmp_path / "dispatch.lock").unlink()
    assert not one.held()
    assert other.take()
    assert not one.take()
    other.release()
    assert one.take()
    one.release()


@ON_SERVER
def test_a_server_that_is_gone_has_no_lead_to_give(ledger: Ledger, tmp_path: Path) -> None:
    away = ledger.engine.url.set(database="nowhere")
    lead = lead_of(postgres_engine(away.render_as_string(hide_password=False)), tmp_path / "unused")
    assert not lead.take()
    assert not lead.held()
    assert lead.holder() == "unknown, for the database does not answer"
