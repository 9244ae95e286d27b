"""The dialogue model, behind a port so that it can be replaced: it understands a text and proposes the next act."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

import httpx

# A debtor who waits longer than this hangs up.
LONGEST_WAIT_S = 2.0
# After so many failures in a row nobody else is made to wait for one; after a rest one message tries again.
FAILURES_IN_A_ROW = 3
REST_S = 3.0


class DialogueDown(Exception):
    """The dialogue model did not answer in time, or answered with nothing that can be said."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the model made of one message: ids of the bot turns its acts recorded, and its reading of the text.

    `confidence` is between 0 and 1.
    """

    turn_ids: tuple[str, ...]
    intent: str | None
    confidence: float | None


class DialoguePort(Protocol):
    """:raises DialogueDown: from each of them, when the model cannot be relied on."""

    def hear(self, conversation_id: str, text: str) -> Answer:
        """One redacted message of the debtor."""

    def tell(self, conversation_id: str, event: str) -> Answer:
        """Something that our side found out, such as "right_party_confirmed" or "language_switched"."""

    def forget(self, conversation_id: str) -> None:
        """The talk is over; nothing of it need be remembered."""


class RasaDialogue:
    """The Rasa process at `url` (scheme, host and port), through the channel of bot/rasa/amends/channel.py."""

    def __init__(
        self, url: str, secret: str, timeout_s: float = LONGEST_WAIT_S, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._client = httpx.Client(
            base_url=f"{url}/webhooks/amends",
            headers={"X-Amends-Secret": secret},
            timeout=timeout_s,
            # A proxy of the environment must never see a talk, and Rasa is on this machine.
            trust_env=False,
        )
        self._monotonic = monotonic
        self._failures = 0
        self._rests_until = 0.0

    def hear(self, conversation_id: str, text: str) -> Answer:
        return self._turn({"conversation": conversation_id, "text": text})

    def tell(self, conversation_id: str, event: str) -> Answer:
        return self._turn({"conversation": conversation_id, "event": event})

    def forget(self, conversation_id: str) -> None:
        self._post("/forget", {"conversation": conversation_id})

    def close(self) -> None:
        self._client.close()

    def _turn(self, body: dict[str, str]) -> Answer:
        reply = self._post("/turn", body)
        try:
            turn_ids = tuple(str(message["custom"]["turn"]) for message in reply["messages"])
            answer = Answer(turn_ids, reply["intent"], reply["confidence"])
        except (KeyError, TypeError) as fault:
            raise DialogueDown("the answer is malformed") from fault
        if not turn_ids:
            # Rasa swallows the failure of an action or of its stores and answers 200 with nothing.
            raise DialogueDown("the answer is empty")
        return answer

    def _post(self, path: str, body: dict[str, str]) -> Any:
        # Whoever comes when the rest is over tries for all; the others rest on until that one knows.
        if self._failures >= FAILURES_IN_A_ROW:
            if self._monotonic() < self._rests_until:
                raise DialogueDown("resting")
            self._rests_until = self._monotonic() + REST_S
        try:
            response = self._client.post(path, json=body)
            response.raise_for_status()
            answer = response.json()
        except (httpx.HTTPError, ValueError) as fault:
            self._failures += 1
            self._rests_until = self._monotonic() + REST_S
            raise DialogueDown(type(fault).__name__) from fault
        self._failures = 0
        return answer
