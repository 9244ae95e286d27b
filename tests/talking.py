"""A real Rasa and a small action webhook for tests, trained once for a given set of data."""

from __future__ import annotations

import itertools
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import uvicorn
from fastapi import FastAPI, HTTPException, Request
from seeded import StoppedClock, add_person, add_score, add_strategy, fresh_ledger
from sqlmodel import select

from bot.acts import Actions
from bot.dialogue import RasaDialogue
from bot.rasa_process import PROJECT, RasaProcess
from bot.session import Reply, Sessions
from bot.talk import Terms
from desk.intake import open_case
from ledger.ledger import Ledger
from ledger.tables import Turn
from strategy.settings import StrategySettings, to_json

SECRET, ACTION_SECRET = "wire-test-channel", "wire-test-actions"
TERMS = Terms(bank={"zh": "善还银行", "en": "Amends Bank"}, pay_link="https://pay.example.invalid/")
NO_RASA = "the environment of bot/rasa is missing; scripts/test sets it up"


def has_rasa() -> bool:
    return (PROJECT / ".venv" / "bin" / "python").exists()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class ActionWebhook:
    """Answers Rasa with whatever `run` is set to; `failing` makes it answer 500."""

    run: Any = None
    failing: bool = False
    seen: list[dict[str, Any]] = field(default_factory=list)
    url: str = ""

    def app(self) -> FastAPI:
        app = FastAPI()

        @app.post("/webhooks/rasa")
        async def act(request: Request) -> dict[str, Any]:
            if request.headers.get("X-Amends-Secret") != ACTION_SECRET:
                raise HTTPException(403)
            body = await request.json()
            self.seen.append(body)
            if self.failing:
                raise HTTPException(500)
            answer: dict[str, Any] = self.run(body)
            return answer

        return app


@contextmanager
def webhook() -> Iterator[ActionWebhook]:
    hook = ActionWebhook()
    port = free_port()
    server = uvicorn.Server(uvicorn.Config(hook.app(), host="127.0.0.1", port=port, log_level="warning"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    hook.url = f"http://127.0.0.1:{port}/webhooks/rasa"
    try:
        yield hook
    finally:
        server.should_exit = True
        thread.join(10)


@contextmanager
def rasa_server() -> Iterator[tuple[RasaProcess, ActionWebhook]]:
    """Models are kept in bot/rasa/.rasa, so that only the first run after a change trains."""
    with webhook() as hook:
        rasa = RasaProcess(PROJECT / ".rasa", free_port(), hook.url, SECRET, ACTION_SECRET)
        with rasa:
            yield rasa, hook


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
