"""The order of a turn and what happens when something fails, with the dialogue model played by the test."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from scripted import ScriptedDialogue
from seeded import StoppedClock, add_person, add_score, add_strategy, fresh_ledger
from sqlalchemy.exc import OperationalError
from sqlmodel import select

from bot import talk as talk_module
from bot.acts import Actions
from bot.guards import Breach
from bot.phrases import Line, say
from bot.session import Sessions, UnknownConversation
from bot.talk import Terms
from desk.intake import open_case
from desk.packet import open_packet
from ledger.ledger import Ledger
from ledger.tables import Attempt, Case, Conversation, Decision, Hold, Promise, Turn
from strategy.settings import StrategySettings, to_json

TERMS = Terms(bank={"zh": "善还银行", "en": "Amends Bank"}, pay_link="https://pay.example.invalid/")


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    ledger = fresh_ledger(tmp_path / "ledger.sqlite", StoppedClock())
    with ledger.begin() as work:
        account = add_person(work, language="en")
        add_strategy(work, to_json(StrategySettings()))
        add_score(work, account.id, 0.8, 0.3, "remind")
    return ledger


@pytest.fixture
def dialogue(ledger: Ledger) -> ScriptedDialogue:
    return ScriptedDialogue(Actions(ledger, TERMS, open_case))


@pytest.fixture
def sessions(ledger: Ledger, dialogue: ScriptedDialogue) -> Sessions:
    return Sessions(ledger, dialogue, TERMS, open_case)


def _open(sessions: Sessions) -> str:
    return sessions.start("account-R1", "chat").conversation_id


def _verified(sessions: Sessions) -> str:
    talk_id = _open(sessions)
    assert sessions.turn(talk_id, "4321").stage == "talking"
    return talk_id


def _all(ledger: Ledger, table: type[Any]) -> list[Any]:
    with ledger.read() as work:
        return list(work.session.exec(select(table)).all())


@pytest.mark.parametrize(
    "said",
    [
        "I should end it all 1234",
        "I can not go on. English please",
        "don't leave a message for my wife, I am going to kill myself tonight",
    ],
)
def test_danger_is_heard_in_what_also_answers_asks_for_a_language_or_sounds_like_a_machine(
    ledger: Ledger, sessions: Sessions, dialogue: ScriptedDialogue, said: str
) -> None:
    reply = sessions.turn(_open(sessions), said)
    assert dialogue.heard == []
    assert reply.stage == "with_person"
    assert [(case.trigger, case.priority) for case in _all(ledger, Case)] == [("self_harm", "P0")]


def test_a_cry_for_help_is_held_and_answered_before_the_model_hears_it(
    ledger: Ledger, sessions: Sessions, dialogue: ScriptedDialogue
) -> None:
    talk_id = _verified(sessions)
    reply = sessions.turn(talk_id, "I want to kill myself")
    assert dialogue.heard == []
    assert [line.template for line in reply.lines] == ["trigger_self_harm"]
    assert reply.escalated
    assert not reply.ended
    assert reply.stage == "with_person"
    (hold,), (case,) = _all(ledger, Hold), _all(ledger, Case)
    assert (hold.reason, hold.scope, hold.until) == ("self_harm", "person", None)
    assert (case.trigger, case.priority) == ("self_harm", "P0")
    with ledger.read() as work:
        assert open_packet(work, case.id, case.packet_sealed).words == "I want to kill myself"
    again = sessions.turn(talk_id, "are you there?")
    assert [line.template for line in again.lines] == ["trigger_self_harm"]


def test_a_trigger_that_needs_no_end_is_answered_and_the_open_question_stays(
    sessions: Sessions, dialogue: ScriptedDialogue
) -> None:
    reply = sessions.turn(_open(sessions), "are you a robot?")
    assert [line.template for line in reply.lines] == ["trigger_are_you_a_bot", "ask_identity"]
    assert not reply.ended
    assert dialogue.heard == []


def test_the_wrong_person_hears_nothing_and_the_number_is_held(ledger: Ledger, sessions: Sessions) -> None:
    reply = sessions.turn(_open(sessions), "you have the wrong number")
    assert [line.template for line in reply.lines] == ["trigger_third_party"]
    assert reply.ended
    assert _all(ledger, Conversation)[0].disposition == "wrong_person"
    assert [hold.scope for hold in _all(ledger, Hold)] == ["number"]


def test_before_the_right_party_no_figure_goes_on(sessions: Sessions, dialogue: ScriptedDialogue) -> None:
    dialogue.proposals = [("action_verify_first",)]
    reply = sessions.turn(_open(sessions), "it starts with 43 I think")
    assert dialogue.heard == ["it starts with ## I think"]
    assert [line.template for line in reply.lines] == ["identity_four_digits"]


def test_an_act_for_the_right_party_only_asks_who_it_is_when_rasa_proposes_it_too_early(
    sessions: Sessions, dialogue: ScriptedDialogue
) -> None:
    dialogue.proposals = [("action_tell_amount",)]
    reply = sessions.turn(_open(sessions), "tell me everything")
    assert [line.template for line in reply.lines] == ["not_before_identity"]


@pytest.mark.parametrize("verified", [False, True])
def test_a_language_that_is_asked_for_is_spoken_from_then_on(
    sessions: Sessions, dialogue: ScriptedDialogue, verified: bool
) -> None:
    talk_id = _verified(sessions) if verified else _open(sessions)
    reply = sessions.turn(talk_id, "请说中文")
    question = "ask_intention" if verified else "ask_identity"
    again = say("reintroduction", "zh", bank=TERMS.bank["zh"])
    assert reply.lines == (say("language_switched", "zh"), again, say(question, "zh"))
    assert reply.language == "zh"
    assert sessions.turn(talk_id, "可以说英文吗").lines == (say("language_switched", "en"), say(question, "en"))
    assert dialogue.heard == []


def test_a_promise_that_may_be_changed_is_told_in_the_language_asked_for(
    ledger: Ledger, sessions: Sessions, dialogue: ScriptedDialogue
) -> None:
    first = _verified(sessions)
    dialogue.form, dialogue.intent, dialogue.slots = "promise_form", "promise", {}
    dialogue.proposals = [("validate_promise_form",)]
    sessions.turn(first, "2000 on 13 March")
    dialogue.intent, dialogue.slots["requested_slot"] = "affirm", "confirmed"
    dialogue.proposals = [("validate_promise_form",)]
    sessions.turn(first, "yes")
    dialogue.form, dialogue.slots = None, {}
    reply = sessions.turn(_verified(sessions), "请说中文")
    told_in_english = ["reintroduction", "automated_decision"]
    assert [line.template for line in reply.lines] == ["language_switched", *told_in_english, "promise_already_open"]
    assert dialogue.slots["asked"] == "change_promise"


def test_a_card_number_is_neither_kept_nor_passed_on(
    ledger: Ledger, sessions: Sessions, dialogue: ScriptedDialogue
) -> None:
    reply = sessions.turn(_verified(sessions), "my card is 4111 1111 1111 1111")
    assert [line.template for line in reply.lines] == ["trigger_secret", "ask_intention"]
    assert dialogue.heard == []
    with ledger.read() as work:
        said = work.session.exec(select(Turn).where(Turn.speaker == "debtor").order_by(Turn.seq.desc())).first()
        assert said is not None
        assert "4111" not in work.open("turn", "text_sealed", said.id, said.text_sealed)
        assert said.trigger == "card_or_secret_spoken"


def test_an_unsure_reading_has_no_consequences(ledger: Ledger, sessions: Sessions, dialogue: ScriptedDialogue) -> None:
    dialogue.proposals, dialogue.confidence = [("action_stop_contact",)], 0.3
    reply = sessions.turn(_verified(sessions), "frobnicate")
    assert [line.template for line in reply.lines] == ["rephrase"]
    assert _all(ledger, Hold) == []


def test_no_transaction_is_open_while_the_model_thinks(
    ledger: Ledger, sessions: Sessions, dialogue: ScriptedDialogue
) -> None:
    def write_meanwhile() -> None:
        with ledger.begin() as work:
            work.audit("test.written", "x", {})

    dialogue.during, dialogue.proposals = write_meanwhile, [("action_how_to_pay",)]
    reply = sessions.turn(_verified(sessions), "how can I pay")
    assert reply.lines[0].template == "how_to_pay"


def test_a_model_that_is_down_ends_the_talk_with_an_apology_a_hold_and_a_case(
    ledger: Ledger, sessions: Sessions, dialogue: ScriptedDialogue
) -> None:
    talk_id = _verified(sessions)
    dialogue.down = True
    reply = sessions.turn(talk_id, "how much is it")
    assert [line.template for line in reply.lines] == ["system_failure", "colleague_by"]
    assert reply.ended
    assert [hold.reason for hold in _all(ledger, Hold)] == ["dialogue_down"]
    assert [case.trigger for case in _all(ledger, Case)] == ["dialogue_down"]
    assert dialogue.forgotten == []
    assert sessions.turn(talk_id, "hello?").lines == ()


def test_a_sentence_that_the_guard_stops_is_never_recorded_or_returned(
    ledger: Ledger, sessions: Sessions, dialogue: ScriptedDialogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    talk_id = _verified(sessions)
    real = talk_module.check

    def stricter(lines: Iterable[Line], verified: bool) -> tuple[Breach, ...]:
        lines = list(lines)
        found = tuple(Breach(line.template, "forbidden") for line in lines if line.template == "how_to_pay")
        return found or real(lines, verified)

    monkeypatch.setattr(talk_module, "check", stricter)
    dialogue.proposals = [("action_how_to_pay",)]
    reply = sessions.turn(talk_id, "how can I pay")
    assert [line.template for line in reply.lines] == ["system_failure", "colleague_by"]
    assert "how_to_pay" not in [turn.template for turn in _all(ledger, Turn)]
    assert [hold.reason for hold in _all(ledger, Hold)] == ["guard_breach"]


def test_when_not_even_the_failure_can_be_recorded_the_debtor_hears_that_it_ends(
    ledger: Ledger, sessions: Sessions, monkeypatch: pytest.MonkeyPatch
) -> None:
    talk_id = _verified(sessions)

    def broken(_: Ledger) -> Any:
        raise OperationalError("disk", {}, Exception())

    monkeypatch.setattr(Ledger, "begin_for", broken)
    reply = sessions.turn(talk_id, "how much is it")
    assert {line.template for line in reply.lines} == {"system_failure"}
    assert reply.ended


def test_a_promise_is_recorded_only_as_it_was_read_back(
    ledger: Ledger, sessions: Sessions, dialogue: ScriptedDialogue
) -> None:
    talk_id = _verified(sessions)
    dialogue.form, dialogue.intent = "promise_form", "promise"
    dialogue.proposals = [("validate_promise_form",), ("validate_promise_form",)]
    reply = sessions.turn(talk_id, "2000 on 13 March")
    assert [line.template for line in reply.lines] == ["read_back"]
    with ledger.begin() as work:
        conversation = work.session.get_one(Conversation, talk_id)
        conversation.facts = {**conversation.facts, "amount": "2500"}
    dialogue.intent, dialogue.slots["requested_slot"] = "affirm", "confirmed"
    # The yes was not to this amount: nothing is recorded, and the talk must not go on.
    assert sessions.turn(talk_id, "yes").ended
    assert _all(ledger, Promise) == []


@pytest.mark.parametrize(
    ("said", "refused"),
    [("a year ago, on 13 March 2025", "promise_in_the_past"), ("on 13 March 2031", "counter_day")],
)
def test_a_day_out_of_bounds_without_an_amount_is_refused_once_the_amount_is_known(
    sessions: Sessions, dialogue: ScriptedDialogue, said: str, refused: str
) -> None:
    talk_id = _verified(sessions)
    dialogue.form, dialogue.intent, dialogue.slots = "promise_form", "promise", {}
    dialogue.proposals = [("validate_promise_form",), ("validate_promise_form",)]
    reply = sessions.turn(talk_id, said)
    assert [line.template for line in reply.lines] == ["ask_amount"]
    dialogue.slots["requested_slot"] = "amount"
    reply = sessions.turn(talk_id, "2000")
    assert [line.template for line in reply.lines] == [refused]


def test_a_finished_talk_finishes_its_attempt(ledger: Ledger, sessions: Sessions, dialogue: ScriptedDialogue) -> None:
    with ledger.begin() as work:
        person = {"account_id": "account-R1", "debtor_id": "debtor-R1", "channel": "chat", "agent": "bot"}
        work.session.add(
            Decision(id="d", at=work.now, allowed=True, reasons=[], facts={}, facts_hash="h", packs={}, **person)
        )
        work.session.flush()
        work.session.add(Attempt(id="a", decision_id="d", reserved_at=work.now, **person))
    opening = sessions.start("account-R1", "chat", attempt_id="a")
    dialogue.proposals = [("action_goodbye",)]
    assert sessions.turn(opening.conversation_id, "goodbye").ended
    (attempt,) = _all(ledger, Attempt)
    assert (attempt.status, attempt.outcome) == ("finished", "conversation")


def test_two_messages_at_once_are_taken_one_after_the_other(
    ledger: Ledger, sessions: Sessions, dialogue: ScriptedDialogue
) -> None:
    talk_id = _verified(sessions)
    running, most = [0], [0]

    def count() -> None:
        running[0] += 1
        most[0] = max(most[0], running[0])
        threading.Event().wait(0.05)
        running[0] -= 1

    dialogue.during, dialogue.proposals = count, [("action_how_to_pay",), ("action_tell_amount",)]
    threads = [threading.Thread(target=sessions.turn, args=(talk_id, text)) for text in ("pay how", "how much")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == [1]
    seqs = sorted(turn.seq for turn in _all(ledger, Turn))
    assert seqs == list(range(1, len(seqs) + 1))


def test_an_unknown_conversation_is_the_callers_fault(sessions: Sessions) -> None:
    with pytest.raises(UnknownConversation):
        sessions.turn("nobody", "hello")
