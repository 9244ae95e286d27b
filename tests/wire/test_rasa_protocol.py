"""What Rasa asks our side and what it makes of scripted answers: forms, questions in the middle, memory."""

from __future__ import annotations

from typing import Any

import pytest
from rasa_serving import NO_RASA, ActionWebhook, Puppet, has_rasa

from bot.actions_protocol import ActionReply, read_request, write_reply
from bot.rasa_process import RasaProcess

pytestmark = [pytest.mark.rasa, pytest.mark.slow, pytest.mark.skipif(not has_rasa(), reason=NO_RASA)]

FORM_ACTS = ["validate_promise_form"]


@pytest.fixture
def puppet(request: pytest.FixtureRequest, server: tuple[RasaProcess, ActionWebhook]) -> Puppet:
    return Puppet(*server, request.node.name)


def asks(slot: str, *turns: str, **slots: str) -> ActionReply:
    """A validation that goes on: what it has noted, and the question that it has asked itself."""
    return ActionReply(turns or (f"ask {slot}",), {**slots, slot: None})


def test_one_act_a_turn_from_the_first_word_to_the_last_slot_of_a_form(puppet: Puppet) -> None:
    acts, turns, slots = puppet.say("I'll pay next week", {"validate_promise_form": asks("amount")})
    assert (acts, turns, slots["requested_slot"]) == (FORM_ACTS, ["ask amount"], "amount")
    acts, turns, slots = puppet.say("2000", {"validate_promise_form": asks("day", amount="noted")})
    assert (acts, turns, slots["requested_slot"]) == (FORM_ACTS, ["ask day"], "day")
    assert slots["amount"] == "noted"
    acts, turns, slots = puppet.say("next Friday", {"validate_promise_form": asks("confirmed", day="noted")})
    assert (acts, turns, slots["requested_slot"]) == (FORM_ACTS, ["ask confirmed"], "confirmed")
    done = ActionReply(("done",), {"amount": None, "day": None, "confirmed": None}, end_form=True, listen=True)
    acts, turns, slots = puppet.say("yes", {"validate_promise_form": done})
    assert (acts, turns) == (FORM_ACTS, ["done"])
    assert {slots[name] for name in ("amount", "day", "confirmed", "requested_slot")} == {None}


def test_a_question_in_the_middle_leaves_the_form_open_at_its_question(puppet: Puppet) -> None:
    puppet.say("I'll pay next week", {"validate_promise_form": asks("amount")})
    passed = {"validate_promise_form": ActionReply(), "action_how_to_pay": ActionReply(("link", "ask"), listen=True)}
    acts, turns, slots = puppet.say("how do I pay?", passed)
    assert (acts, turns) == (["validate_promise_form", "action_how_to_pay"], ["link", "ask"])
    assert slots["requested_slot"] == "amount"
    asked = read_request(puppet.hook.seen[1])
    assert (asked.form, asked.requested, asked.intent) == ("promise_form", "amount", "how_to_pay")
    acts, _, slots = puppet.say("2000", {"validate_promise_form": asks("day", amount="noted")})
    assert (acts, slots["requested_slot"]) == (FORM_ACTS, "day")


def test_a_form_may_open_another_in_its_middle(puppet: Puppet) -> None:
    puppet.say("I'll pay next week", {"validate_promise_form": asks("amount")})
    switch = {"validate_promise_form": ActionReply(), "validate_dispute_form": asks("dispute_reason")}
    acts, turns, slots = puppet.say("I don't owe this, it isn't my debt", switch)
    assert (acts, turns) == (["validate_promise_form", "validate_dispute_form"], ["ask dispute_reason"])
    assert slots["requested_slot"] == "dispute_reason"
    acts, _, _ = puppet.say("I never had this card", {"validate_dispute_form": asks("dispute_reason")})
    assert acts == ["validate_dispute_form"]


@pytest.mark.parametrize("during", ["validate_promise_form", "action_cancel"])
def test_a_form_that_our_side_ends_is_over(puppet: Puppet, during: str) -> None:
    puppet.say("I'll pay next week", {"validate_promise_form": asks("amount")})
    over = ActionReply(("over",), {"amount": None}, end_form=True, listen=True)
    script = {"validate_promise_form": over if during == "validate_promise_form" else ActionReply(), during: over}
    acts, turns, slots = puppet.say("never mind, cancel this", script)
    assert (acts[-1], turns, slots["requested_slot"]) == (during, ["over"], None)
    assert puppet.say("how much do I owe?")[0] == ["action_tell_amount"]


def test_an_act_may_open_a_form(puppet: Puppet) -> None:
    opened = ActionReply(("ask means",), {"hardship_cause": "noted"}, True, True, "hardship_form", "hardship_means")
    acts, _, slots = puppet.say("I have no money", {"action_cannot_pay": opened})
    assert (acts, slots["requested_slot"]) == (["action_cannot_pay"], "hardship_means")
    assert puppet.say("no, nothing", {"validate_hardship_form": asks("hardship_means")})[0] == [
        "validate_hardship_form"
    ]


def test_an_act_may_lead_on_to_a_form(puppet: Puppet) -> None:
    lead = {"event": "followup", "timestamp": None, "name": "promise_form"}

    def run(body: dict[str, Any]) -> dict[str, Any]:
        if body["next_action"] == "action_charges":
            return {**write_reply(ActionReply(("fees",))), "events": [lead]}
        return write_reply(asks("day", amount="noted"))

    puppet.hook.run = run
    acts, turns, slots = puppet.say("what are these fees?")
    assert (acts, turns) == (["action_charges", "validate_promise_form"], ["fees", "ask day"])
    assert slots["requested_slot"] == "day"


def test_the_right_party_form_is_filled_by_our_word_alone(puppet: Puppet) -> None:
    opened = ActionReply(("ask identity",), {}, True, True, "right_party_form", "verified")
    _, _, slots = puppet.say("hello", {"action_greet": opened})
    assert slots["requested_slot"] == "verified"
    acts, _, slots = puppet.say("why do you need my ID number?")
    assert (acts, slots["requested_slot"]) == (["action_ask_why_identity"], "verified")
    acts, turns, slots = puppet.tell("right_party_confirmed")
    assert (acts, turns, slots["verified"]) == (["action_open_talk"], ["action_open_talk"], True)
    assert slots["requested_slot"] is None


def test_the_right_party_may_be_known_at_once(puppet: Puppet) -> None:
    acts, _, slots = puppet.tell("right_party_confirmed")
    assert (acts, slots["verified"]) == (["action_open_talk"], True)


def test_rasa_keeps_no_word_from_one_message_to_the_next(puppet: Puppet) -> None:
    """The whole tracker goes along with an act: it must hold this message and the state, and nothing said before."""
    puppet.say("I'll pay next week, says Marmalade", {"validate_promise_form": asks("amount")})
    puppet.say("how do I pay, Quincejelly?", {"validate_promise_form": ActionReply()})
    sizes = []
    for _ in range(12):
        puppet.say("2000", {"validate_promise_form": asks("amount")})
        tracker = puppet.hook.seen[0]["tracker"]
        said = [event["text"] for event in tracker["events"] if event["event"] == "user" and event["text"]]
        assert said == ["2000"]
        assert "Marmalade" not in str(tracker)
        assert "Quincejelly" not in str(tracker)
        sizes.append(len(tracker["events"]))
    assert sizes[-1] == sizes[0]


def test_a_talk_that_is_forgotten_leaves_nothing(puppet: Puppet) -> None:
    puppet.tell("right_party_confirmed")
    puppet.say("I'll pay next week", {"validate_promise_form": asks("day", amount="noted")})
    assert puppet.http.post("/forget", json={"conversation": puppet.conversation}).status_code == 200
    _, _, slots = puppet.say("hello")
    assert {slots[name] for name in ("verified", "amount", "requested_slot")} == {None}


def test_the_words_of_a_text_are_read_without_a_talk(puppet: Puppet) -> None:
    puppet.hook.seen.clear()
    reply = puppet.http.post("/understand", json={"texts": ["how much do I owe?", "你们是机器人吗", "/greet", ""]})
    readings = [each["intent"] for each in reply.json()["readings"]]
    assert readings[:2] == ["ask_amount", "ask_bot"]
    assert len(readings) == 4
    assert puppet.hook.seen == []
    for wrong in ({"texts": "hello"}, {"texts": [1]}, {"texts": ["hi"] * 201}, {}, []):
        assert puppet.http.post("/understand", json=wrong).status_code == 400
    assert puppet.http.post("/understand", json={"texts": []}, headers={"X-Amends-Secret": "no"}).status_code == 401
