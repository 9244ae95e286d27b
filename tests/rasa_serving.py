"""A real Rasa and a small action webhook for tests, trained once for a given set of data."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import uvicorn
from fastapi import FastAPI, HTTPException, Request

from bot.rasa_process import PROJECT, RasaProcess

SECRET, ACTION_SECRET = "wire-test-channel", "wire-test-actions"
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
