"""The webhook of Rasa: it proposes an act, our side does it and answers in the action server's protocol."""

from __future__ import annotations

import hmac
import json
from collections.abc import Callable, Mapping
from typing import Any

import structlog

from app.api.direct import Answered, Asked, Threads

PATH = "/webhooks/rasa"
MOST_BYTES = 1_000_000
AT_ONCE = 32

RunAction = Callable[[Mapping[str, Any]], dict[str, Any]]
"""bot.acts.run.Actions.run"""


class ActsWay:
    """POST /webhooks/rasa (`app.api.direct.Way`), for whoever knows the secret that Rasa was started with."""

    most_bytes = MOST_BYTES

    def __init__(self, run_action: RunAction, secret: str) -> None:
        self._run_action = run_action
        self._secret = secret.encode()
        # Threads of its own: a chat holds one of the server's while it waits for Rasa, and Rasa waits for us here.
        self._threads = Threads(AT_ONCE, "acts")
        self._log = structlog.get_logger()

    def takes(self, path: str) -> bool:
        return path == PATH

    async def answer(self, asked: Asked) -> Answered:
        if not hmac.compare_digest(asked.headers.get(b"x-amends-secret", b""), self._secret):
            return Answered(403, {"detail": "not allowed"})
        try:
            proposed = json.loads(asked.body)
        except ValueError:
            return Answered(400, {"detail": "not JSON"})
        try:
            return Answered(200, await self._threads.run(self._run_action, proposed))
        except Exception as fault:
            # Never 400 here: Rasa would take that for a refusal and try another act, and the talk must stop instead.
            self._log.error("action.failed", exc_info=fault)
            return Answered(500, {"detail": "the act failed"})
