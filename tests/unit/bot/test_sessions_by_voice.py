"""What only a telephone knows is recorded too: nothing was heard clearly, and the debtor hung up."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from seeded import add_person, fresh_ledger
from sqlmodel import select

from bot.dialogue import Answer
from bot.session import Sessions, UnknownConversation
from bot.talk import Terms
from ledger.handoff import Escalation
from ledger.ledger import Ledger, UnitOfWork
from ledger.tables import Conversation, Turn


class Forgetting:
    """A dialogue model that is never asked, only told to forget."""

    def __init__(self) -> None:
        self.forgotten: list[str] = []

    def hear(self, conversation_id: str, text: str) -> Answer:
        raise AssertionError("what was not heard must not reach the dialogue model")

    def tell(self, conversation_id: str, event: str) -> Answer:
        raise AssertionError("nothing happened that the dialogue model should know")

    def forget(self, conversation_id: str) -> None:
        self.forgotten.append(conversation_id)


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    ledger = fresh_ledger(tmp_path / "ledger.db")
    with ledger.begin() as work:
        add_person(work)
    yield ledger
    ledger.engine.dispose()


@pytest.fixture
def dialogue() -> Forgetting:
    return Forgetting()


@pytest.fixture
def cases() -> list[Escalation]:
    return []


@pytest.fixture
def talks(ledger: Ledger, dialogue: Forgetting, cases: list[Escalation]) -> Sessions:
    def open_case(work: UnitOfWork, escalation: Escalation) -> str:
        cases.append(escalation)
        return f"case-{len(cases)}"

    return Sessions(
        ledger, dialogue, Terms(bank={"zh": "善还银行", "en": "Amends Bank"}, pay_link="https://pay.invalid"), open_case
    )


def conversation(ledger: Ledger, conversation_id: str) -> Conversation:
    with ledger.read() as work:
        return work.session.get_one(Conversation, conversation_id)


def test_asking_again_is_recorded_and_the_third_time_a_person_takes_over(
    ledger: Ledger, talks: Sessions, dialogue: Forgetting, cases: list[Escalation]
) -> None:
    opening = talks.start("account-R1", "voice", "zh")
    for in_a_row in (1, 2):
        again = talks.unheard(opening.conversation_id, in_a_row)
        assert [line.template for line in again.lines] == ["rephrase"]
        assert not again.ended
    last = talks.unheard(opening.conversation_id, 3)
    assert [line.template for line in last.lines] == ["handoff_next_day", "colleague_by"]
    assert last.ended
    assert last.escalated
    assert len(cases) == 1
    assert dialogue.forgotten == [opening.conversation_id]
    with ledger.read() as work:
        turns = work.session.exec(select(Turn).order_by(Turn.seq)).all()
        assert [(turn.speaker, turn.template) for turn in turns] == [
            ("bot", "greeting_voice"),
            ("bot", "ask_identity"),
            ("bot", "rephrase"),
            ("bot", "rephrase"),
            ("bot", "handoff_next_day"),
            ("bot", "colleague_by"),
        ]
    assert talks.unheard(opening.conversation_id, 4).lines == ()


def test_hanging_up_closes_the_talk_once(ledger: Ledger, talks: Sessions, dialogue: Forgetting) -> None:
    opening = talks.start("account-R1", "voice", "zh")
    talks.hung_up(opening.conversation_id)
    talks.hung_up(opening.conversation_id)
    closed = conversation(ledger, opening.conversation_id)
    assert (closed.stage, closed.disposition) == ("closed", "hung_up")
    assert closed.closed_at is not None
    assert dialogue.forgotten == [opening.conversation_id]


def test_a_talk_that_does_not_exist_is_refused(talks: Sessions) -> None:
    with pytest.raises(UnknownConversation):
        talks.unheard("nobody", 1)
    with pytest.raises(UnknownConversation):
        talks.hung_up("nobody")
