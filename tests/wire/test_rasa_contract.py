"""The action-server protocol as the pinned Rasa speaks it: recorded requests, our answers, and Rasa's own schema.

`golden/action_requests.json` was recorded from Rasa 3.6.21 with made-up words. When a new Rasa asks in another shape,
`AMENDS_RECORD_GOLDEN=1 pytest tests/wire/test_rasa_contract.py` records it anew, and the difference is read before it
is committed.
"""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest
from rasa_serving import NO_RASA, ActionWebhook, Puppet, has_rasa

from app import serving
from bot.actions_protocol import ActionReply, read_request, write_reply
from bot.rasa_process import PROJECT, RasaProcess

GOLDEN = Path(__file__).with_name("golden") / "action_requests.json"

ASK_AMOUNT = ActionReply(("turn-1",), {"amount": None, "asked": None})
REPLIES = {
    "act": ActionReply(("turn-1", "turn-2"), {"asked": "intention"}, listen=True),
    "form opened": ASK_AMOUNT,
    "form answered": ActionReply(("turn-2",), {"amount": "noted", "day": None}),
    "form passed": ActionReply(),
    "question in the middle": ActionReply(("turn-3", "turn-4"), {"asked": None}, listen=True),
    "form over": ActionReply(("turn-5",), {"amount": None, "day": None}, end_form=True, listen=True),
    "form opened by an act": ActionReply(
        ("turn-6",), {}, listen=True, open_form="hardship_form", requests="hardship_means"
    ),
    "our own event": ActionReply(("turn-7",), {"verified": True, "asked": "intention"}, listen=True),
}
"""Every shape that our side answers in, by the request that it answers."""


def golden() -> dict[str, Any]:
    return dict(json.loads(GOLDEN.read_text(encoding="utf-8")))


def shape(value: Any) -> Any:
    """What a contract is about: names and kinds of values; a list by the shapes in it."""
    if isinstance(value, dict):
        return {name: shape(each) for name, each in value.items()}
    if isinstance(value, list):
        return sorted({json.dumps(shape(each), sort_keys=True) for each in value})
    return "number" if isinstance(value, (int, float)) and not isinstance(value, bool) else type(value).__name__


def recorded(puppet: Puppet) -> dict[str, Any]:
    """One request of each kind, from a talk with the real Rasa."""
    asked: dict[str, Any] = {}
    puppet.say("how much do I owe?", {"action_tell_amount": REPLIES["act"]})
    asked["act"] = puppet.hook.seen[0]
    puppet.say("I'll pay next week", {"validate_promise_form": REPLIES["form opened"]})
    asked["form opened"] = puppet.hook.seen[0]
    puppet.say("2000", {"validate_promise_form": REPLIES["form answered"]})
    asked["form answered"] = puppet.hook.seen[0]
    middle = {"validate_promise_form": REPLIES["form passed"], "action_how_to_pay": REPLIES["question in the middle"]}
    puppet.say("how do I pay?", middle)
    asked["form passed"], asked["question in the middle"] = puppet.hook.seen[:2]
    puppet.say("next Friday", {"validate_promise_form": REPLIES["form over"]})
    asked["form over"] = puppet.hook.seen[0]
    puppet.tell("language_switched", {"action_language_switched": REPLIES["our own event"]})
    asked["our own event"] = puppet.hook.seen[0]
    puppet.say("I have no money", {"action_cannot_pay": REPLIES["form opened by an act"]})
    asked["form opened by an act"] = puppet.hook.seen[0]
    return asked


@pytest.mark.rasa
@pytest.mark.slow
@pytest.mark.skipif(not has_rasa(), reason=NO_RASA)
def test_rasa_still_asks_as_it_was_recorded(server: tuple[RasaProcess, ActionWebhook]) -> None:
    asked = recorded(Puppet(*server, "golden-talk"))
    if os.environ.get("AMENDS_RECORD_GOLDEN"):
        GOLDEN.write_text(json.dumps(asked, ensure_ascii=False, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    for name, request in golden().items():
        assert shape(asked[name]) == shape(request), name


def test_what_was_recorded_is_read_as_it_was_meant() -> None:
    read = {name: read_request(request) for name, request in golden().items()}
    assert set(read) == set(REPLIES)
    assert {name: request.action for name, request in read.items()} == {
        "act": "action_tell_amount",
        "form opened": "validate_promise_form",
        "form answered": "validate_promise_form",
        "form passed": "validate_promise_form",
        "question in the middle": "action_how_to_pay",
        "form over": "validate_promise_form",
        "form opened by an act": "action_cannot_pay",
        "our own event": "action_language_switched",
    }
    where = {name: (request.form, request.requested) for name, request in read.items()}
    assert where["act"] == (None, None)
    assert where["form opened"] == ("promise_form", None)
    assert where["form answered"] == ("promise_form", "amount")
    assert where["form passed"] == where["question in the middle"] == where["form over"] == ("promise_form", "day")
    assert (read["form answered"].text, read["form answered"].asked) == ("2000", None)
    assert read["form opened"].asked == "intention"
    assert all(request.conversation_id == "golden-talk" for request in read.values())
    assert all(0 < request.confidence <= 1 for request in read.values())


def test_our_answers_are_what_they_were() -> None:
    """A changed answer is a changed contract: it is changed here on purpose, or not at all."""
    assert write_reply(REPLIES["form opened by an act"]) == {
        "events": [
            {"event": "active_loop", "timestamp": None, "name": "hardship_form"},
            {"event": "slot", "timestamp": None, "name": "requested_slot", "value": "hardship_means"},
            {"event": "followup", "timestamp": None, "name": "action_listen"},
        ],
        "responses": [{"custom": {"turn": "turn-6"}}],
    }
    assert write_reply(REPLIES["form over"]) == {
        "events": [
            {"event": "slot", "timestamp": None, "name": "amount", "value": None},
            {"event": "slot", "timestamp": None, "name": "day", "value": None},
            {"event": "active_loop", "timestamp": None, "name": None},
            {"event": "slot", "timestamp": None, "name": "requested_slot", "value": None},
            {"event": "followup", "timestamp": None, "name": "action_listen"},
        ],
        "responses": [{"custom": {"turn": "turn-5"}}],
    }
    assert write_reply(REPLIES["form passed"]) == {"events": [], "responses": []}


@pytest.mark.rasa
@pytest.mark.slow
@pytest.mark.skipif(not has_rasa(), reason=NO_RASA)
def test_in_rasas_own_environment_everything_is_as_we_rely_on() -> None:
    answers = json.dumps([write_reply(reply) for reply in REPLIES.values()])
    ran = subprocess.run(
        [PROJECT / ".venv" / "bin" / "python", Path(__file__).with_name("inside_rasa.py"), PROJECT],
        input=answers,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert ran.returncode == 0, ran.stderr[-2000:]
    found = json.loads(ran.stdout.splitlines()[-1])
    assert found["answers_valid"] == [True] * len(REPLIES)
    assert found["malformed_refused"] == [True, True, True]
    # Newer ones make each act cost 40 ms more.
    assert found["jsonschema"] == "3.2.0"
    assert found["rasa"] == "3.6.21"
    assert found["act_time_limit_s"] == 2.0
    # jieba reads its dictionary when the tokenizer is made, not while the first debtor waits.
    assert found["jieba_ready"] == [False, True]
    assert found["tokens"] == ["我", "下周", "还", "pay", "你"]
    # Words of one character are words: the usual pattern of CountVectors would drop these.
    assert {"我", "还", "你"} <= set(found["counted"])
    shared, closed, kept_s = found["connections"]
    assert shared
    assert not closed
    # Ours is not closed while an act is on its way.
    assert kept_s * 2 < serving.KEPT_S
    assert found["fault"] == [503, {"error": "the assistant failed"}]
    assert found["no_tracker"] == [503, {"error": "the assistant failed"}]
    assert "Marmalade" not in found["logged"]
    assert "RuntimeError" in found["logged"]
    assert found["unset_secret_refused"] is True
