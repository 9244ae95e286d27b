"""The only way into Rasa: one POST that takes a redacted text or a known event, and answers with everything at once."""

from __future__ import annotations

import hmac
import logging
from collections.abc import Awaitable, Callable
from typing import Any

from rasa.core.channels.channel import CollectingOutputChannel, InputChannel, UserMessage
from rasa.shared.core.events import UserUttered
from sanic import Blueprint, response
from sanic.request import Request
from sanic.response import HTTPResponse

from amends import acts

logger = logging.getLogger(__name__)

# What our side may report without words of the debtor. A text never becomes an event, whatever it starts with.
EVENTS = frozenset({"right_party_confirmed", "language_switched"})
LONGEST_TEXT = 2000
MOST_TEXTS = 200


class AmendsChannel(InputChannel):
    """POST /webhooks/amends/turn with the header `X-Amends-Secret`.

    Takes {"conversation": id, "text": str} or {"conversation": id, "event": str}. Answers 200 with {"messages",
    "intent", "confidence", "slots"}; 401 without the secret, 400 for a malformed body, 503 when Rasa could not answer.
    POST /webhooks/amends/forget with {"conversation": id} drops what Rasa remembers of a talk.
    POST /webhooks/amends/understand with {"texts": [str, ...]}, at most 200, answers {"readings": [{"intent",
    "confidence"}, ...]} in their order; no talk is touched.
    """

    def __init__(self, secret: str) -> None:
        if not secret or secret.startswith("${"):
            raise ValueError("the Amends channel needs a secret (AMENDS_RASA_SECRET)")
        self._secret = secret.encode()

    @classmethod
    def name(cls) -> str:
        return "amends"

    @classmethod
    def from_credentials(cls, credentials: dict[str, Any] | None) -> AmendsChannel:
        return cls(str((credentials or {}).get("secret", "")))

    def blueprint(self, on_new_message: Callable[[UserMessage], Awaitable[Any]]) -> Blueprint:
        acts.adapt()
        routes = Blueprint("amends_channel", __name__)

        def refusal(request: Request, wanted: str, kind: type) -> HTTPResponse | None:
            given = request.headers.get("X-Amends-Secret", "").encode()
            if not hmac.compare_digest(given, self._secret):
                return response.json({"error": "wrong secret"}, status=401)
            if not isinstance(request.json, dict) or not isinstance(request.json.get(wanted), kind):
                return response.json({"error": f"expected {wanted}"}, status=400)
            return None

        @routes.route("/turn", methods=["POST"])
        async def turn(request: Request) -> HTTPResponse:
            refused = refusal(request, "conversation", str)
            if refused is not None:
                return refused
            message = _message(request.json)
            if message is None:
                return response.json({"error": "expected a text or a known event"}, status=400)
            conversation: str = request.json["conversation"]
            try:
                collector = CollectingOutputChannel()
                await on_new_message(UserMessage(message, collector, conversation, input_channel=self.name()))
                agent = request.app.ctx.agent
                tracker = await agent.tracker_store.retrieve(conversation) if agent and agent.is_ready() else None
                if tracker is None:
                    raise RuntimeError("no model is loaded, or the conversation is not kept")
            except Exception as fault:  # whatever it is, our side must hear that this turn failed
                # The kind alone: messages and traces of Rasa can carry what the debtor wrote.
                logger.error("turn failed: %s", type(fault).__name__)
                return response.json({"error": "the assistant failed"}, status=503)
            heard = next(event for event in reversed(tracker.events) if isinstance(event, UserUttered))
            intent = heard.intent or {}
            return response.json(
                {
                    "messages": collector.messages,
                    "intent": intent.get("name"),
                    "confidence": intent.get("confidence"),
                    "slots": tracker.current_slot_values(),
                }
            )

        @routes.route("/health", methods=["GET"])
        async def health(request: Request) -> HTTPResponse:
            agent = request.app.ctx.agent
            return response.json({}, status=200 if agent and agent.is_ready() else 503)

        @routes.route("/forget", methods=["POST"])
        async def forget(request: Request) -> HTTPResponse:
            refused = refusal(request, "conversation", str)
            if refused is not None:
                return refused
            # An empty tracker is how our store is told to forget.
            await request.app.ctx.agent.tracker_store.create_tracker(request.json["conversation"])
            return response.json({})

        @routes.route("/understand", methods=["POST"])
        async def understand(request: Request) -> HTTPResponse:
            refused = refusal(request, "texts", list)
            if refused is not None:
                return refused
            texts = request.json["texts"]
            if len(texts) > MOST_TEXTS or not all(isinstance(text, str) for text in texts):
                return response.json({"error": f"expected at most {MOST_TEXTS} texts"}, status=400)
            try:
                read = [await request.app.ctx.agent.parse_message(as_text(text)) for text in texts]
            except Exception as fault:
                logger.error("understanding failed: %s", type(fault).__name__)
                return response.json({"error": "the assistant failed"}, status=503)
            readings = [{"intent": each["intent"]["name"], "confidence": each["intent"]["confidence"]} for each in read]
            return response.json({"readings": readings})

        return routes


def as_text(text: str) -> str:
    """What Rasa may read of a text. It takes a leading slash for a command: only our own events may have one."""
    return text[:LONGEST_TEXT].lstrip("/ \t\r\n") or "…"


def _message(body: dict[str, Any]) -> str | None:
    event, text = body.get("event"), body.get("text")
    if isinstance(event, str) and event in EVENTS:
        return f"/{event}"
    if event is None and isinstance(text, str):
        return as_text(text)
    return None
