"""Talks of different people do not wait for each other on PostgreSQL; those about one person do, on both databases."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from engines import OpenLedger
from seeded import StoppedClock, add_person, add_score, add_strategy
from sqlmodel import col, select

from bot.dialogue import Answer
from bot.session import Sessions
from bot.talk import Terms
from desk.intake import open_case
from ledger.audit_check import Whole, walk
from ledger.audit_rows import chain_rows
from ledger.ledger import Ledger
from ledger.tables import Case, Conversation, Turn
from strategy.settings import StrategySettings, to_json

TERMS = Terms(bank={"zh": "善还银行", "en": "Amends Bank"}, pay_link="https://pay.example.invalid/")
SOON, LATE = 0.4, 20.0
PEOPLE = 6


class NoModel:
    def hear(self, _conversation_id: str, _text: str) -> Answer:
        raise AssertionError("the model was asked")

    tell = hear

    def forget(self, _conversation_id: str) -> None:
        return


@pytest.fixture
def ledger(ledger_on: OpenLedger) -> Ledger:
    made = ledger_on(StoppedClock())
    with made.begin() as work:
        add_strategy(work, to_json(StrategySettings()))
        for number in range(PEOPLE):
            account = add_person(work, f"R{number}", language="en")
            add_score(work, account.id, 0.8, 0.3, "remind")
    return made


@pytest.fixture
def sessions(ledger: Ledger) -> Sessions:
    return Sessions(ledger, NoModel(), TERMS, open_case)


def test_a_talk_waits_for_its_own_person_alone(ledger: Ledger, sessions: Sessions) -> None:
    if ledger.engine.dialect.name != "postgresql":
        pytest.skip("SQLite has one writer at a time")
    mine, other = (sessions.start(f"account-R{number}", "chat").conversation_id for number in (0, 1))
    waited = threading.Event()

    def say() -> None:
        sessions.turn(mine, "...")
        waited.set()

    with ledger.begin_for(["debtor-R0"]):
        thread = threading.Thread(target=say)
        thread.start()
        began = time.perf_counter()
        assert sessions.turn(other, "...").lines
        assert time.perf_counter() - began < LATE / 2
        assert not waited.wait(SOON)
    assert waited.wait(LATE)
    thread.join()


def test_many_talks_at_once_lose_nothing_and_count_every_guess(ledger: Ledger, sessions: Sessions) -> None:
    """Each person has two talks at once: together they get three guesses, and all that was said is in order."""
    talks = [sessions.start(f"account-R{at % PEOPLE}", "chat").conversation_id for at in range(PEOPLE * 2)]

    def guess(talk_id: str) -> None:
        for said in ("1111", "2222", "3333"):
            sessions.turn(talk_id, said)

    with ThreadPoolExecutor(max_workers=len(talks)) as pool:
        list(pool.map(guess, talks))
    with ledger.read() as work:
        assert isinstance(walk(chain_rows(ledger), ledger.keys.audit), Whole)
        by_person: dict[str, int] = {}
        for talk in work.session.exec(select(Conversation)).all():
            by_person[talk.debtor_id] = by_person.get(talk.debtor_id, 0) + talk.identity_tries
            seqs = work.session.exec(
                select(Turn.seq).where(Turn.conversation_id == talk.id).order_by(col(Turn.seq))
            ).all()
            assert list(seqs) == list(range(1, len(seqs) + 1))
        cases = work.session.exec(select(Case.debtor_id).where(Case.trigger == "identity_failed")).all()
    # The third wrong answer ends one of the two talks; a fourth, in the other, ends that as well.
    assert set(by_person.values()) <= {3, 4}
    assert set(cases) == {f"debtor-R{number}" for number in range(PEOPLE)}
