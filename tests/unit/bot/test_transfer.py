"""The words around a hand-over are recorded before they are spoken, and a call-back is offered where it may be."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from pathlib import Path

import pytest
from seeded import StoppedClock, add_person, add_score, add_strategy, fresh_ledger
from sqlmodel import select
from talking import TERMS

from bot.callback_slot import Slot, next_slot
from bot.clock_times import Span
from bot.opening import open_talk
from bot.talk import Talk
from bot.transfer import Transfers
from desk.intake import open_case
from desk.live_calls import may_be_live, ready, suitable
from ledger.ledger import Ledger
from ledger.tables import Case, ContactWish, Conversation, Hold, Turn
from strategy.settings import StrategySettings, to_json

TAIPEI = ("Asia/Taipei",)


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    return fresh_ledger(tmp_path / "ledger.db", StoppedClock())


def talk_in(ledger: Ledger, *, verified: bool) -> str:
    with ledger.begin() as work:
        add_strategy(work, to_json(StrategySettings()))
        account = add_person(work, language="en")
        add_score(work, account.id, 0.8, 0.3, "remind")
        conversation = Conversation(
            id=work.new_id(),
            account_id=account.id,
            debtor_id=account.debtor_id,
            channel="voice",
            language="en",
            stage="verifying",
            facts={},
            opened_at=work.now,
        )
        work.session.add(conversation)
        work.session.flush()
        talk = Talk(work, conversation, TERMS, open_case)
        open_talk(talk, "en")
        conversation.verified = verified
        talk.close("handed_over")
        return conversation.id


def templates(ledger: Ledger) -> list[str | None]:
    with ledger.read() as work:
        return [turn.template for turn in work.session.exec(select(Turn).order_by(Turn.seq)).all()]


def test_a_debtor_who_agrees_to_a_time_has_a_wish_and_a_case(ledger: Ledger) -> None:
    words = Transfers(ledger, TERMS, open_case)
    talk = talk_in(ledger, verified=True)
    offered = words.offer(talk, "transfer_nobody")
    assert offered.slot is not None
    assert [line.template for line in offered.lines] == ["transfer_nobody", "callback_slot"]
    assert str(offered.slot.span) in offered.lines[1].text
    agreed = words.agree(talk, offered.slot)
    assert [line.template for line in agreed.lines] == ["callback_noted_at"]
    assert templates(ledger)[-4:] == ["transfer_nobody", "callback_slot", None, "callback_noted_at"]
    with ledger.read() as work:
        assert {wish.kind for wish in work.session.exec(select(ContactWish)).all()} == {"callback", "agreed_time"}
        assert [case.trigger for case in work.session.exec(select(Case)).all()] == ["callback_wanted"]
        assert [hold.reason for hold in work.session.exec(select(Hold)).all()] == ["callback_wanted"]


def test_nobody_but_the_right_party_is_offered_a_time(ledger: Ledger) -> None:
    offered = Transfers(ledger, TERMS, open_case).offer(talk_in(ledger, verified=False), "transfer_nobody")
    assert ([line.template for line in offered.lines], offered.slot) == (["transfer_nobody", "case_stays"], None)


@pytest.mark.parametrize(
    ("now", "on", "begins", "ends"),
    [
        (datetime(2026, 3, 4, 1, 10, tzinfo=UTC), date(2026, 3, 4), time(10, 30), time(12, 30)),
        (datetime(2026, 3, 4, 16, 0, tzinfo=UTC), date(2026, 3, 5), time(9), time(11)),
        (datetime(2026, 3, 6, 9, 30, tzinfo=UTC), date(2026, 3, 9), time(9), time(11)),
    ],
)
def test_a_slot_lies_in_business_hours_and_leaves_time_to_prepare(
    now: datetime, on: date, begins: time, ends: time
) -> None:
    assert next_slot(now, TAIPEI) == Slot(on, Span(begins, ends))


def test_a_slot_waits_for_the_gate_and_needs_a_known_zone() -> None:
    now = datetime(2026, 3, 4, 1, 10, tzinfo=UTC)
    later = next_slot(now, TAIPEI, datetime(2026, 3, 5, 5, 0, tzinfo=UTC))
    assert later == Slot(date(2026, 3, 5), Span(time(13), time(15)))
    assert next_slot(now, ()) is None
    # Hours that do not meet within a day leave nothing to offer.
    assert next_slot(now, ("Asia/Taipei", "America/Los_Angeles")) is None


def test_a_call_rings_at_those_who_speak_the_language_and_take_the_queue() -> None:
    people = [ready("Anna", ["en"], []), ready("Bo", ["zh", "en"], ["fraud"]), ready("Chen", ["zh"], [])]
    everybody = [each for each in people if each is not None]
    assert suitable(everybody, "fraud", "en") == ("Anna", "Bo")
    assert suitable(everybody, "disputes", "zh") == ("Chen",)
    assert ready("Dora", [], []) is None
    assert ready("Dora", ["fr"], []) is None
    assert ready("Dora", ["zh"], ["made up"]) is None


def test_who_asked_to_be_left_alone_is_not_put_through() -> None:
    assert may_be_live("ask_for_human_or_are_you_a_bot")
    assert may_be_live("self_harm")
    assert not any(map(may_be_live, ("cease_request", "third_party_answering", "lawyer_represented")))
