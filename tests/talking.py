"""Whole talks for tests: a ledger with one account, and conversations about it through a real Rasa."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, replace
from pathlib import Path

from rasa_serving import SECRET, ActionWebhook
from seeded import StoppedClock, add_person, add_score, add_strategy, fresh_ledger
from sqlmodel import select

from bot.acts import Actions
from bot.dialogue import RasaDialogue
from bot.rasa_process import RasaProcess
from bot.session import Reply, Sessions
from bot.talk import Terms
from desk.intake import open_case
from ledger.ledger import Ledger
from ledger.tables import Turn
from strategy.settings import StrategySettings, to_json

TERMS = Terms(bank={"zh": "善还银行", "en": "Amends Bank"}, pay_link="https://pay.example.invalid/")


@dataclass
class Floor:
    """One ledger with one account, and the conversations about it."""

    ledger: Ledger
    sessions: Sessions
    account_id: str
    clock: StoppedClock

    def talk(self, language: str, *said: str) -> list[Reply]:
        """A whole talk: the opening, then one reply for each thing said."""
        opening = self.sessions.start(self.account_id, "chat", language)
        return [opening, *(self.sessions.turn(opening.conversation_id, text) for text in said)]

    def spoken(self, conversation_id: str) -> list[tuple[str, str]]:
        """(speaker, words) of the whole record, opened."""
        with self.ledger.read() as work:
            turns = work.session.exec(select(Turn).where(Turn.conversation_id == conversation_id).order_by(Turn.seq))
            return [(turn.speaker, work.open("turn", "text_sealed", turn.id, turn.text_sealed)) for turn in turns]


def floor_on(
    path: Path, rasa: RasaProcess, hook: ActionWebhook, *, timeout_s: float = 10.0, language: str = "zh"
) -> Floor:
    """A fresh ledger whose conversations go through `rasa`. The generous time limit is for busy test machines."""
    clock = StoppedClock()
    # Rasa remembers talks over the tests, so their ids must differ.
    numbers = itertools.count(1)
    ledger = replace(fresh_ledger(path, clock), new_id=lambda: f"{path.parent.name}-{next(numbers)}")
    with ledger.begin() as work:
        account_id = add_person(work, language=language).id
        add_strategy(work, to_json(StrategySettings()))
        add_score(work, account_id, 0.8, 0.3, "remind")
    hook.run, hook.failing = Actions(ledger, TERMS, open_case).run, False
    hook.seen.clear()
    sessions = Sessions(ledger, RasaDialogue(rasa.url, SECRET, timeout_s), TERMS, open_case)
    return Floor(ledger, sessions, account_id, clock)


def templates(reply: Reply) -> list[str]:
    return [line.template for line in reply.lines]
