"""The contract with Rasa's action webhook, as one golden request and answer."""

from __future__ import annotations

from typing import Any

import pytest

from bot.actions_protocol import ActionReply, ActionRequest, read_request, write_reply

GOLDEN: dict[str, Any] = {
    "next_action": "action_ask_day",
    "sender_id": "talk-1",
    "version": "3.6.21",
    "tracker": {
        "sender_id": "talk-1",
        "slots": {"verified": True, "asked": "intention", "requested_slot": "day", "amount": "noted"},
        "latest_message": {"text": "two thousand", "intent": {"name": "give", "confidence": 0.91}, "entities": []},
        "active_loop": {"name": "promise_form", "rejected": False},
        "events": [],
    },
}


def test_a_request_is_read_with_its_form_and_its_question() -> None:
    assert read_request(GOLDEN) == ActionRequest(
        action="action_ask_day",
        conversation_id="talk-1",
        text="two thousand",
        intent="give",
        confidence=0.91,
        asked="intention",
        form="promise_form",
        requested="day",
    )


def test_a_request_before_any_message_has_empty_words() -> None:
    bare = {
        "next_action": "action_greet",
        "sender_id": "t",
        "tracker": {"slots": {}, "latest_message": {"intent": {}}, "active_loop": {}},
    }
    read = read_request(bare)
    assert (read.text, read.intent, read.confidence, read.form, read.requested) == ("", "", 0.0, None, None)


@pytest.mark.parametrize("missing", ["next_action", "sender_id", "tracker"])
def test_anything_else_is_refused(missing: str) -> None:
    with pytest.raises(ValueError, match="not an action request"):
        read_request({name: value for name, value in GOLDEN.items() if name != missing})
    with pytest.raises(ValueError, match="not an action request"):
        read_request({**GOLDEN, "tracker": []})  # type: ignore[dict-item]


def test_an_answer_names_turns_and_slots_but_carries_no_words() -> None:
    assert write_reply(ActionReply(("turn-1",), {"asked": None, "verified": True}, end_form=True, listen=True)) == {
        "events": [
            {"event": "slot", "timestamp": None, "name": "asked", "value": None},
            {"event": "slot", "timestamp": None, "name": "verified", "value": True},
            {"event": "active_loop", "timestamp": None, "name": None},
            {"event": "slot", "timestamp": None, "name": "requested_slot", "value": None},
            {"event": "followup", "timestamp": None, "name": "action_listen"},
        ],
        "responses": [{"custom": {"turn": "turn-1"}}],
    }
