"""What a treatment's tone and offers change in a talk, and what they never change."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from seeded import StoppedClock, add_person, add_score, add_strategy, fresh_ledger
from sqlmodel import select

from bot.actions_protocol import ActionRequest
from bot.acts import answers, callback, explaining
from bot.phrases import LANGUAGES, is_approved, say, template
from bot.promises import Offer, Refused, make
from bot.talk import Talk, Terms
from desk.intake import open_case
from ledger.ledger import Ledger, UnitOfWork
from ledger.money import Money
from ledger.tables import Case, ContactWish, Conversation, Disclosure, Hold
from strategy.settings import StrategySettings, to_json
from strategy.treatments import DEFAULT_TREATMENTS, OFFERS, TONES, Treatment

TERMS = Terms(bank={"zh": "善还银行", "en": "Amends Bank"}, pay_link="https://pay.example.invalid/")
REMIND = DEFAULT_TREATMENTS["remind"]


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    return fresh_ledger(tmp_path / "ledger.sqlite", StoppedClock())


def talk_under(work: UnitOfWork, treatment: Treatment) -> Talk:
    """A verified talk with somebody who owes 4,325 of 86,500, treated like that."""
    account = add_person(work, language="en")
    treatments = {**DEFAULT_TREATMENTS, "remind": treatment}
    add_strategy(work, to_json(StrategySettings(treatments=treatments)))
    add_score(work, account.id, 0.9, 0.3, "remind")
    conversation = Conversation(
        id="talk-1",
        account_id=account.id,
        debtor_id=account.debtor_id,
        channel="chat",
        language="en",
        stage="talking",
        verified=True,
        facts={},
        opened_at=work.now,
    )
    work.session.add(conversation)
    work.session.flush()
    for kind in ("automated", "recorded"):
        told = {"conversation_id": "talk-1", "language": "en", "turn_seq": 0, "at": work.now}
        work.session.add(Disclosure(id=kind, kind=kind, **told))
    return Talk(work, conversation, TERMS, open_case)


def asked(text: str, action: str = "action_plan") -> ActionRequest:
    return ActionRequest(
        action=action,
        conversation_id="talk-1",
        text=text,
        intent="ask_plan",
        confidence=0.9,
        form=None,
        requested=None,
        asked=None,
    )


def said(talk: Talk) -> list[str | None]:
    return [turn.template for turn in talk.speak()]


@pytest.mark.parametrize("tone", TONES)
def test_the_tone_chooses_the_words_of_the_reminder(ledger: Ledger, tone: str) -> None:
    with ledger.begin() as work:
        talk = talk_under(work, replace(REMIND, tone=tone))
        answers.telling(explaining.remind)(talk, asked("since when?"))
        assert explaining.REMINDERS[tone] in said(talk)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_tone_tells_the_same_facts_in_approved_words(language: str) -> None:
    assert set(explaining.REMINDERS) == set(TONES)
    for each in explaining.REMINDERS.values():
        assert is_approved(each, language)
        assert not template(each, language).before_verified
        words = say(each, language, amount_due=Money(Decimal(4325), "TWD"), days_past_due=21).text
        assert "4325" in words.replace(",", "")
        assert "21" in words


def due_in(talk: Talk, amount: int, days: int) -> Offer | Refused:
    return make(Money(Decimal(amount), "TWD"), talk.today + timedelta(days=days), talk.floors, talk.today)


@pytest.mark.parametrize(
    ("offers", "part", "later"),
    [
        (("full",), False, False),
        (("full", "part"), True, False),
        (("later", "full"), False, True),
        (OFFERS, True, True),
    ],
)
def test_a_part_or_a_later_day_is_taken_only_where_it_is_offered(
    ledger: Ledger, offers: tuple[str, ...], part: bool, later: bool
) -> None:
    with ledger.begin() as work:
        talk = talk_under(work, replace(REMIND, offers=offers))
        assert isinstance(due_in(talk, 4_325, 0), Offer)  # what is due, today, is always taken
        assert isinstance(due_in(talk, 2_000, 0), Offer) == part
        assert isinstance(due_in(talk, 4_325, 5), Offer) == later
        assert isinstance(due_in(talk, 2_000, 5), Offer) == (part and later)
        assert isinstance(due_in(talk, 4_325, REMIND.promise_days + 1), Refused)


def test_a_call_back_by_a_person_is_agreed_where_it_is_offered(ledger: Ledger) -> None:
    with ledger.begin() as work:
        talk = talk_under(work, REMIND)
        callback.weigh(talk, asked("call me tomorrow", "validate_callback_form"))
        assert said(talk)[0] == "callback_noted_on"
        assert work.session.exec(select(Case.trigger)).all() == ["callback_wanted"]
        (wish,) = work.session.exec(select(ContactWish)).all()
        assert (wish.kind, wish.account_id, wish.source) == ("callback", talk.account.id, "talk")
        assert work.now + timedelta(days=1) < wish.until < work.now + timedelta(days=3)


def test_only_the_right_party_can_ask_to_be_called_sooner_than_the_law_allows(ledger: Ledger) -> None:
    with ledger.begin() as work:
        talk = talk_under(work, REMIND)
        talk.conversation.verified = False
        callback.weigh(talk, asked("call me tomorrow", "validate_callback_form"))
        assert work.session.exec(select(ContactWish)).all() == []
        assert work.session.exec(select(Hold.reason)).all() == ["callback_wanted"]


def test_without_that_offer_the_wish_to_be_left_alone_until_then_still_binds(ledger: Ledger) -> None:
    with ledger.begin() as work:
        talk = talk_under(work, replace(REMIND, offers=("full", "part", "later")))
        callback.weigh(talk, asked("call me in 3 days", "validate_callback_form"))
        assert said(talk) == ["busy_now"]
        assert work.session.exec(select(Case)).all() == []
        hold = work.session.exec(select(Hold)).one()
        assert hold.until == work.now + timedelta(days=3)
