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
from ledger.tables import AuditEntry, Conversation, Disclosure, Hold, Turn


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


def test_a_silent_line_is_asked_twice_with_the_open_question_and_then_left(
    ledger: Ledger, talks: Sessions, cases: list[Escalation]
) -> None:
    opening = talks.start("account-R1", "voice", "zh")
    for in_a_row in (1, 2):
        asked = talks.nobody_spoke(opening.conversation_id, in_a_row)
        assert [line.template for line in asked.lines] == ["nothing_heard", "ask_identity"]
    last = talks.nobody_spoke(opening.conversation_id, 3)
    assert [line.template for line in last.lines] == ["goodbye"]
    assert last.ended
    assert conversation(ledger, opening.conversation_id).disposition == "no_input"
    assert cases == []


def test_a_key_is_a_wish_as_good_as_words(ledger: Ledger, talks: Sessions, cases: list[Escalation]) -> None:
    opening = talks.start("account-R1", "voice", "en")
    reply = talks.key(opening.conversation_id, "0")
    assert reply.escalated
    assert reply.lines[0].template == "trigger_human"
    assert [case.trigger for case in cases] == ["ask_for_human_or_are_you_a_bot"]
    opening = talks.start("account-R1", "voice", "en")
    reply = talks.key(opening.conversation_id, "9")
    assert reply.ended
    assert reply.lines[0].template == "trigger_cease"
    with ledger.read() as work:
        assert [hold.reason for hold in work.session.exec(select(Hold)).all()] == ["cease_request"]


def test_the_wish_for_no_more_calls_counts_after_the_last_word_too(
    ledger: Ledger, talks: Sessions, cases: list[Escalation]
) -> None:
    opening = talks.start("account-R1", "voice", "en")
    for in_a_row in (1, 2, 3):
        talks.nobody_spoke(opening.conversation_id, in_a_row)
    assert talks.key(opening.conversation_id, "0").lines == ()
    assert cases == []
    assert talks.key(opening.conversation_id, "9").lines == ()
    with ledger.read() as work:
        assert [hold.reason for hold in work.session.exec(select(Hold)).all()] == ["cease_request"]
    assert conversation(ledger, opening.conversation_id).disposition == "no_input"


@pytest.mark.parametrize("said", ["never call me again", "don't ever call me again 1234"])
def test_the_same_wish_in_words_counts_after_the_last_word_too(
    ledger: Ledger, talks: Sessions, cases: list[Escalation], said: str
) -> None:
    opening = talks.start("account-R1", "voice", "en")
    for in_a_row in (1, 2, 3):
        talks.nobody_spoke(opening.conversation_id, in_a_row)
    for ordinary in ("thank you, goodbye", "Amends 12", ""):
        over = talks.overheard(opening.conversation_id, ordinary)
        assert (over.lines, over.record) == ((), ())
    late = talks.overheard(opening.conversation_id, said)
    assert (late.lines, late.ended) == ((), True)
    with ledger.read() as work:
        assert [hold.reason for hold in work.session.exec(select(Hold)).all()] == ["cease_request"]
        turn = work.session.exec(select(Turn).order_by(Turn.seq.desc())).first()
        assert (turn.speaker, turn.trigger) == ("debtor", "cease_request")
        assert "1234" not in work.open("turn", "text_sealed", turn.id, turn.text_sealed)


@pytest.mark.parametrize("step", ["overheard", "turn"])
def test_somebody_in_danger_is_answered_after_the_goodbye_and_not_left(
    talks: Sessions, cases: list[Escalation], step: str
) -> None:
    opening = talks.start("account-R1", "voice", "en")
    for in_a_row in (1, 2, 3):
        talks.nobody_spoke(opening.conversation_id, in_a_row)
    reply = getattr(talks, step)(opening.conversation_id, "I want to kill myself")
    assert [case.trigger for case in cases] == ["self_harm"]
    assert reply.lines
    assert not reply.ended


def test_what_a_voicemail_says_after_we_have_gone_is_nobodys_wish(
    ledger: Ledger, talks: Sessions, cases: list[Escalation]
) -> None:
    opening = talks.start("account-R1", "voice", "en")
    talks.machine_answered(opening.conversation_id)
    assert talks.overheard(opening.conversation_id, "please do not call this number again").record == ()
    with ledger.read() as work:
        assert work.session.exec(select(Hold)).all() == []


def test_machines_hear_no_more_than_the_greeting(ledger: Ledger, talks: Sessions) -> None:
    opening = talks.start("account-R1", "voice", "en")
    asked = talks.machine_asked(opening.conversation_id)
    assert [line.template for line in asked.lines] == ["greeting_voice"]
    assert not asked.ended
    left = talks.machine_answered(opening.conversation_id)
    assert left.lines == ()
    assert left.ended
    assert conversation(ledger, opening.conversation_id).disposition == "voicemail"


def test_a_call_that_breaks_is_apologised_for_and_taken_up(
    ledger: Ledger, talks: Sessions, cases: list[Escalation], dialogue: Forgetting
) -> None:
    opening = talks.start("account-R1", "voice", "en")
    reply = talks.broke(opening.conversation_id)
    assert [line.template for line in reply.lines] == ["system_failure", "colleague_by"]
    assert reply.ended
    assert reply.escalated
    assert len(cases) == 1
    assert dialogue.forgotten == [opening.conversation_id]


def test_only_what_was_heard_to_its_end_counts_as_told(ledger: Ledger, talks: Sessions) -> None:
    first, second = (talks.start("account-R1", "voice", "en") for _ in range(2))
    talks.heard_to_end(first.conversation_id, [first.record[0].id], [])
    talks.heard_to_end(second.conversation_id, [], [second.record[0].id])
    with ledger.read() as work:
        told = {each.conversation_id for each in work.session.exec(select(Disclosure))}
        kinds = [entry.kind for entry in work.session.exec(select(AuditEntry))]
    assert told == {first.conversation_id}
    assert kinds.count("disclosure.heard") == kinds.count("disclosure.cut_off") > 0
    assert conversation(ledger, second.conversation_id).facts["cut_off"] is True


def test_a_talk_that_does_not_exist_is_refused(talks: Sessions) -> None:
    with pytest.raises(UnknownConversation):
        talks.unheard("nobody", 1)
    with pytest.raises(UnknownConversation):
        talks.hung_up("nobody")
