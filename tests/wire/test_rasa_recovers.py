"""Rasa killed or standing still in the middle of the day: apology, hold, case; then it answers again by itself."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from rasa_serving import NO_RASA, ActionWebhook, has_rasa
from sqlmodel import select
from talking import Floor, floor_on, templates

from bot.rasa_process import RasaProcess
from bot.rasa_watch import RasaWatch
from ledger.tables import Case, Conversation, Hold, Turn

pytestmark = [pytest.mark.rasa, pytest.mark.slow, pytest.mark.skipif(not has_rasa(), reason=NO_RASA)]
BACK_WITHIN_S = 90.0
"""Nine times what it takes on a quiet machine of two cores: the suite shares its machine."""


@pytest.fixture
def floor(tmp_path: Path, server: tuple[RasaProcess, ActionWebhook]) -> Iterator[Floor]:
    """Answered within two seconds, as in earnest."""
    rasa, hook = server
    yield floor_on(tmp_path / "ledger.sqlite", rasa, hook, timeout_s=2.0)
    if not rasa.healthy():
        rasa.restart()


def process_of(rasa: RasaProcess) -> int:
    assert rasa._process is not None
    return rasa._process.pid


def until(true: Callable[[], bool]) -> None:
    limit = time.monotonic() + BACK_WITHIN_S
    while not true():
        assert time.monotonic() < limit, "it did not come back"
        time.sleep(0.2)


@pytest.mark.parametrize("blow", [signal.SIGKILL, signal.SIGSTOP], ids=["killed", "standing still"])
def test_it_is_missed_for_a_moment_and_then_answers_again(
    floor: Floor, server: tuple[RasaProcess, ActionWebhook], blow: signal.Signals
) -> None:
    rasa, _ = server
    under_way, untouched = (floor.sessions.start(floor.account_id, "chat", "en").conversation_id for _ in range(2))
    assert floor.sessions.turn(under_way, "4321").stage == "talking"
    assert floor.sessions.turn(untouched, "4321").stage == "talking"
    before = process_of(rasa)
    with RasaWatch(rasa, every_s=0.2, patience_s=3.0):
        os.kill(before, blow)
        began = time.monotonic()
        lost = floor.sessions.turn(under_way, "how do I pay?")
        waited = time.monotonic() - began
        assert templates(lost) == ["system_failure", "colleague_by"]
        assert lost.ended
        assert waited < 4.0
        until(lambda: process_of_if_any(rasa) not in (None, before) and rasa.healthy())
    with floor.ledger.read() as work:
        assert [hold.reason for hold in work.session.exec(select(Hold)).all()] == ["dialogue_down"]
        assert [case.trigger for case in work.session.exec(select(Case)).all()] == ["dialogue_down"]
        heard = work.session.exec(select(Turn).where(Turn.conversation_id == under_way, Turn.speaker == "debtor")).all()
        assert len(heard) == 2  # nothing that was said is lost
    # A talk that noticed nothing goes on: who has been verified stands in our records, and not with Rasa.
    assert "how_to_pay" in templates(floor.sessions.turn(untouched, "how do I pay?"))
    # And the next talk finds everything as it was.
    _, verified, paying = floor.talk("en", "4321", "how do I pay?")
    assert verified.stage == "talking"
    assert "how_to_pay" in templates(paying)
    with floor.ledger.read() as work:
        assert len(work.session.exec(select(Conversation).where(Conversation.disposition == "failed")).all()) == 1


def process_of_if_any(rasa: RasaProcess) -> int | None:
    return rasa._process.pid if rasa._process is not None else None
