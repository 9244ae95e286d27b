"""A real Rasa and a small action webhook for tests, trained once for a given set of data."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx
import uvicorn
from fastapi import FastAPI, HTTPException, Request

from bot.actions_protocol import ActionReply, ActionRequest, read_request, write_reply
from bot.rasa_process import PROJECT, RasaProcess

SECRET, ACTION_SECRET = "wire-test-channel", "wire-test-actions"
TOOK_S: dict[str, float] = {}
"""Seconds that the shared server took for its "start"."""
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


def shared_process(action_url: str = "http://127.0.0.1:9/") -> RasaProcess:
    """Not started yet. Models are kept in bot/rasa/.rasa, so that only the first run after a change trains."""
    return RasaProcess(PROJECT / ".rasa", free_port(), action_url, SECRET, ACTION_SECRET)


@contextmanager
def rasa_server() -> Iterator[tuple[RasaProcess, ActionWebhook]]:
    """Started, with a webhook that answers its acts."""
    with webhook() as hook:
        rasa = shared_process(hook.url)
        rasa.train()
        began = time.monotonic()
        with rasa:
            TOOK_S["start"] = time.monotonic() - began
            yield rasa, hook


Script = Mapping[str, ActionReply | Callable[[ActionRequest], ActionReply]]


class Puppet:
    """A talk with Rasa whose acts answer what the test says."""

    def __init__(self, rasa: RasaProcess, hook: ActionWebhook, conversation: str) -> None:
        self.rasa, self.hook, self.conversation = rasa, hook, conversation
        self.script: Script = {}
        hook.run, hook.failing = self.answer, False
        self.http = httpx.Client(
            base_url=f"{rasa.url}/webhooks/amends", headers={"X-Amends-Secret": SECRET}, trust_env=False, timeout=20
        )

    def answer(self, body: dict[str, Any]) -> dict[str, Any]:
        request = read_request(body)
        told = self.script.get(request.action, ActionReply((request.action,), listen=True))
        return write_reply(told(request) if callable(told) else told)

    def say(self, text: str, script: Script | None = None) -> tuple[list[str], list[str], dict[str, Any]]:
        """(acts asked for, turns answered, slots) of one message."""
        return self._post({"text": text}, script)

    def tell(self, event: str, script: Script | None = None) -> tuple[list[str], list[str], dict[str, Any]]:
        return self._post({"event": event}, script)

    def _post(self, body: dict[str, str], script: Script | None) -> tuple[list[str], list[str], dict[str, Any]]:
        self.script = script or {}
        self.hook.seen.clear()
        reply = self.http.post("/turn", json={"conversation": self.conversation, **body})
        assert reply.status_code == 200
        acts = [asked["next_action"] for asked in self.hook.seen]
        return acts, [message["custom"]["turn"] for message in reply.json()["messages"]], reply.json()["slots"]
