"""What a debtor is told about contact is in the records first; what cannot be recorded is never told."""

from __future__ import annotations

from pathlib import Path

import pytest
from seeded import StoppedClock, add_person, add_score, add_strategy, fresh_ledger
from sqlalchemy import text
from sqlmodel import col, select

from bot.dialogue import Answer
from bot.session import Sessions
from bot.talk import Terms
from bot.triggers import detect
from desk.intake import open_case
from ledger.ledger import Ledger
from ledger.tables import AuditEntry, Case, Consent, Hold, Turn
from strategy.facts_from_ledger import contact_facts
from strategy.holds.said import consents_of
from strategy.permission import permitted
from strategy.policy.decision import Deny
from strategy.settings import StrategySettings, to_json

TERMS = Terms(bank={"zh": "善还银行", "en": "Amends Bank"}, pay_link="https://pay.example.invalid/")


class NoModel:
    """The words below never reach the dialogue model."""

    def hear(self, _conversation_id: str, _text: str) -> Answer:
        raise AssertionError("the model was asked")

    tell = hear

    def forget(self, _conversation_id: str) -> None:
        return


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    ledger = fresh_ledger(tmp_path / "ledger.sqlite", StoppedClock())
    with ledger.begin() as work:
        account = add_person(work, language="en")
        add_strategy(work, to_json(StrategySettings()))
        add_score(work, account.id, 0.8, 0.3, "remind")
        work.session.add(
            Consent(id=work.new_id(), debtor_id=account.debtor_id, kind="sms", status="granted", at=work.now)
        )
    return ledger


def say(ledger: Ledger, words: str) -> list[str]:
    """The templates of what the bot answers, in a chat with somebody whom it does not know yet."""
    sessions = Sessions(ledger, NoModel(), TERMS, open_case)
    return [line.template for line in sessions.turn(sessions.start("account-R1", "chat").conversation_id, words).lines]


def fail(ledger: Ledger, table: str) -> None:
    """From now on no row can be written into `table`."""
    with ledger.begin() as work:
        work.session.connection().execute(
            text(f"CREATE TRIGGER full BEFORE INSERT ON {table} BEGIN SELECT RAISE(ABORT, 'the disk is full'); END")
        )


@pytest.mark.parametrize("words", ["STOP", "unsubscribe", "Please stop calling me", "TD", "退订", "不要再给我打电话"])
def test_an_opt_out_holds_and_takes_back_every_consent_before_it_is_confirmed(ledger: Ledger, words: str) -> None:
    assert say(ledger, words) == ["trigger_cease"]
    with ledger.read() as work:
        (hold,) = work.session.exec(select(Hold)).all()
        assert (hold.reason, hold.scope, hold.until, hold.placed_by) == ("cease_request", "person", None, "bot")
        given = {kind: each.status for kind, each in consents_of(work, "debtor-R1").items()}
        assert given == {"sms": "revoked", "chat": "revoked", "artificial_voice": "revoked"}
        kinds = work.session.exec(select(AuditEntry.kind).order_by(col(AuditEntry.seq))).all()
        assert kinds.index("hold.placed") < kinds.index("consent.changed") < kinds.index("conversation.closed")
        for agent in ("bot", "human"):
            decision = permitted(work, "account-R1", "sms", agent)
            assert isinstance(decision, Deny)
            assert {"CEASE_COMMUNICATION", "CONSENT_REVOKED"} <= set(decision.codes)


def test_consent_can_be_taken_back_without_ending_all_contact(ledger: Ledger) -> None:
    say(ledger, "I withdraw my consent")
    with ledger.read() as work:
        assert work.session.exec(select(Hold)).all() == []
        assert set(contact_facts(work, "account-R1", "sms", "bot").consent) >= {("sms", "revoked"), ("chat", "revoked")}


def test_consent_taken_back_in_the_same_breath_as_something_graver_is_taken_back() -> None:
    both = detect("Talk to my lawyer. I withdraw my consent.", "en")
    assert both is not None
    assert (both.id, both.revokes) == ("lawyer_represented", True)
    alone = detect("Talk to my lawyer.", "en")
    assert alone is not None
    assert not alone.revokes


@pytest.mark.parametrize("words", ["cancel my card please", "when does it end?", "I quit my job", "full stop"])
def test_the_same_words_inside_a_sentence_are_no_opt_out(words: str) -> None:
    found = detect(words, "en")
    assert found is None or not found.revokes


@pytest.mark.parametrize("table", ["hold", "consent"])
def test_what_cannot_be_written_is_not_confirmed(ledger: Ledger, table: str) -> None:
    fail(ledger, table)
    assert say(ledger, "STOP")[0] == "system_failure"
    with ledger.read() as work:
        assert work.session.exec(select(Turn.template).where(Turn.template == "trigger_cease")).all() == []
        assert work.session.exec(select(Hold.reason).where(Hold.reason == "cease_request")).all() == []
        # What could be written after all is that the talk failed, and that a person must look at it.
        told = work.session.exec(select(Case.trigger)).all()
        assert told == ([] if table == "hold" else ["record_failed"])
