"""Rasa's action-server protocol, as far as we speak it: its JSON on one side, our own values on the other.

Source: rasa.com/docs/rasa/action-server (the request of `RemoteAction` and the events of version 3.6).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class ActionRequest:
    """One act that Rasa proposes.

    `text` is the redacted message that it answers; `intent` and `confidence` (0 to 1) are Rasa's reading of it.
    `asked` is the question a bare yes or no would answer. `form` is the open form and `requested` the slot it asks
    for, None outside a form or when it has just been opened.
    """

    action: str
    conversation_id: str
    text: str
    intent: str
    confidence: float
    asked: str | None
    form: str | None
    requested: str | None


@dataclass(frozen=True, slots=True)
class ActionReply:
    """What our side did: ids of the bot turns it recorded, slots for Rasa to remember, and what Rasa does next.

    `open_form` opens a form, whose slot `requests` has been asked for; `end_form` closes the open one. `listen` lets
    the debtor speak next, instead of another act. Words never travel through Rasa; whoever asked reads the turns from
    the ledger.
    """

    turn_ids: tuple[str, ...] = ()
    slots: Mapping[str, str | bool | None] = field(default_factory=dict)
    end_form: bool = False
    listen: bool = False
    open_form: str | None = None
    requests: str | None = None


def read_request(body: Mapping[str, Any]) -> ActionRequest:
    """:raises ValueError: not a request of Rasa's action-server protocol."""
    try:
        tracker = body["tracker"]
        message = tracker["latest_message"]
        intent = message.get("intent") or {}
        slots = tracker["slots"]
        return ActionRequest(
            action=str(body["next_action"]),
            conversation_id=str(body["sender_id"]),
            text=str(message.get("text") or ""),
            intent=str(intent.get("name") or ""),
            confidence=float(intent.get("confidence") or 0.0),
            asked=slots.get("asked"),
            form=(tracker.get("active_loop") or {}).get("name"),
            requested=slots.get("requested_slot"),
        )
    except (KeyError, TypeError, AttributeError) as fault:
        raise ValueError("not an action request") from fault


def write_reply(reply: ActionReply) -> dict[str, Any]:
    events: list[dict[str, Any]] = [
        {"event": "slot", "timestamp": None, "name": name, "value": value} for name, value in reply.slots.items()
    ]
    if reply.end_form or reply.open_form is not None:
        events.append({"event": "active_loop", "timestamp": None, "name": reply.open_form})
        events.append({"event": "slot", "timestamp": None, "name": "requested_slot", "value": reply.requests})
    if reply.listen:
        events.append({"event": "followup", "timestamp": None, "name": "action_listen"})
    return {"events": events, "responses": [{"custom": {"turn": turn_id}} for turn_id in reply.turn_ids]}
