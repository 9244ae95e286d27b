"""What a colleague gets when the bot hands over, what the debtor hears about it, and how soon both are there."""

from __future__ import annotations

import json
import time
from datetime import timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import yaml
from seeded import StoppedClock, add_person, add_score, add_strategy, fresh_ledger
from sqlmodel import select

from bot.dialogue import Answer
from bot.packet import words_zh
from bot.phrases import say
from bot.session import Reply, Sessions
from bot.talk import TOLD_UNTIL_WHEN, Terms
from bot.triggers import LEXICON, named
from desk.case_view import case_view
from desk.intake import open_case
from desk.packet import open_packet
from ledger.handoff import Escalation
from ledger.ledger import Ledger
from ledger.tables import Case
from strategy.permission import permitted
from strategy.settings import StrategySettings, to_json

TERMS = Terms(bank={"zh": "善还银行", "en": "Amends Bank"}, pay_link="https://pay.example.invalid/")


class NoModel:
    def hear(self, _conversation_id: str, _text: str) -> Answer:
        raise AssertionError("the model was asked")

    def tell(self, _conversation_id: str, _event: str) -> Answer:
        raise AssertionError("the model was asked")

    def forget(self, _conversation_id: str) -> None:
        return


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    ledger = fresh_ledger(tmp_path / "ledger.sqlite", StoppedClock())
    with ledger.begin() as work:
        account = add_person(work, language="en")
        add_strategy(work, to_json(StrategySettings()))
        add_score(work, account.id, 0.8, 0.3, "remind")
    return ledger


def handed(ledger: Ledger, *said: str, language: str = "en") -> tuple[Reply, Escalation, Case]:
    sessions = Sessions(ledger, NoModel(), TERMS, open_case)
    talk_id = sessions.start("account-R1", "chat", language).conversation_id
    for text in said:
        reply = sessions.turn(talk_id, text)
    with ledger.read() as work:
        case = work.session.exec(select(Case)).one()
        return reply, open_packet(work, case.id, case.packet_sealed), case


def test_the_packet_tells_the_whole_story_in_both_languages(ledger: Ledger) -> None:
    reply, packet, case = handed(ledger, "um", "I'm fed up. Talk to my lawyer, my card is 4111 1111 1111 1111")
    assert (packet.trigger, packet.priority, packet.verified, packet.language) == (
        "lawyer_represented",
        "P1",
        False,
        "en",
    )
    assert "Talk to my lawyer" in packet.words
    assert "4111" not in packet.words
    assert "Right party NOT verified" in packet.summary
    assert "尚未核实本人" in packet.summary_zh
    assert "spoke 2 times and sounded angry" in packet.summary
    assert "说了2次话，情绪生气" in packet.summary_zh
    assert (packet.emotion, packet.emotion_words) == ("angry", ("fed up",))
    assert {"automated", "recorded", "human_at_any_time"} <= set(packet.disclosures)
    assert packet.permitted_next_zh == words_zh()["lawyer_represented"][1]
    assert packet.taken_up_by == case.due_at
    assert packet.told_next == " ".join(line.text for line in reply.lines)


def test_the_packet_says_what_a_person_may_do_by_the_gate(ledger: Ledger) -> None:
    _, packet, case = handed(ledger, "talk to my lawyer about it")
    by_channel = {each.channel: each for each in packet.may_contact}
    assert set(by_channel) == {"voice", "chat"}
    assert "ATTORNEY_REPRESENTED" in by_channel["voice"].reasons
    assert by_channel["voice"].next_at is None
    with ledger.read() as work:
        view = case_view(work, case.id, permitted)
    assert view is not None
    for step in view.next_steps:
        assert getattr(step.decision, "codes", ()) == by_channel[step.channel].reasons


@pytest.mark.parametrize(
    ("language", "said", "days"),
    [("en", "I want to talk to a person", 1), ("zh", "转人工", 1), ("en", "I want to make a complaint", 1)],
)
def test_the_debtor_hears_until_when_and_the_desk_is_held_to_it(
    ledger: Ledger, language: str, said: str, days: int
) -> None:
    reply, _, case = handed(ledger, said, language=language)
    due = case.due_at.astimezone(ZoneInfo("Asia/Taipei")).date()
    assert reply.lines[-1] == say("colleague_by", language, due_on=due)
    assert case.due_at == ledger.clock() + timedelta(days=days)


@pytest.mark.parametrize(
    "said",
    ["I want to die", "you have the wrong number", "stop contacting me", "I'm just a kid, my mommy isn't home"],
)
def test_who_is_in_danger_or_wants_peace_hears_no_date(ledger: Ledger, said: str) -> None:
    reply, _, _ = handed(ledger, said)
    assert "colleague_by" not in [line.template for line in reply.lines]


def test_every_trigger_has_its_words_for_the_colleague_in_chinese() -> None:
    known = {entry["id"] for entry in yaml.safe_load(LEXICON.read_text(encoding="utf-8"))["triggers"]}
    assert set(words_zh()) == known
    assert all(named(trigger).escalate for trigger in TOLD_UNTIL_WHEN - {"language_barrier"})


@pytest.mark.parametrize(
    ("said", "limit_s"),
    [("I want to kill myself", 0.3), ("我不想活了", 0.3), ("talk to my lawyer", 1.0), ("转人工", 1.0)],
)
def test_approved_words_and_packet_are_there_in_time(ledger: Ledger, said: str, limit_s: float) -> None:
    sessions = Sessions(ledger, NoModel(), TERMS, open_case)
    talks = [sessions.start("account-R1", "chat").conversation_id for _ in range(5)]
    took = []
    for talk_id in talks:
        began = time.perf_counter()
        assert sessions.turn(talk_id, said).escalated
        took.append(time.perf_counter() - began)
    # The quickest of five: asked of is the path, and not the neighbours on a busy machine.
    assert min(took) < limit_s


def test_a_packet_of_an_earlier_version_still_opens(ledger: Ledger) -> None:
    _, packet, case = handed(ledger, "转人工")
    with ledger.read() as work:
        body: dict[str, Any] = json.loads(work.open("case", "packet_sealed", case.id, case.packet_sealed))
        for name in ("may_contact", "taken_up_by", "emotion_words", "summary_zh", "told_next"):
            del body[name]
        old = open_packet(work, case.id, work.seal("case", "packet_sealed", case.id, json.dumps(body)))
    assert (old.summary, old.may_contact, old.taken_up_by) == (packet.summary, (), None)
