"""What follows sensitive words in a talk that may go on for one question, or must end at once with the time kept."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from ruled import Ruled, ruled_talk

from ledger.tables import Case, ContactWish, Conversation, Debtor, Disclosure, Hold, Promise, Turn


@pytest.fixture
def talk(tmp_path: Path) -> Ruled:
    return ruled_talk(tmp_path / "ledger.sqlite")


def hears(talk: Ruled, text: str, *intents: str) -> list[str]:
    """What answers a text; `intents` are how the dialogue model reads it, none where it must not get that far."""
    talk.dialogue.reads[:] = intents
    reply = talk.sessions.turn(talk.conversation_id, text)
    talk.replies.append(reply)
    assert talk.dialogue.reads == []
    return [line.template for line in reply.lines]


def held(talk: Ruled) -> list[tuple[str, int | None]]:
    """Every hold with its days; None: until a person lifts it."""
    return [
        (hold.reason, hold.until and (hold.until - hold.created_at) // timedelta(days=1)) for hold in talk.rows(Hold)
    ]


@pytest.mark.parametrize("said", ["I already paid that", "the amount is wrong", "this isn't my debt"])
@pytest.mark.parametrize("verified", [True, False])
def test_who_disputes_is_held_for_and_asked_one_thing(talk: Ruled, said: str, verified: bool) -> None:
    talk.open(verified=verified)
    first, question = hears(talk, said)
    assert (first, question) == ("trigger_dispute", "ask_dispute_reason")
    assert held(talk) == [("dispute_not_mine", None)]
    assert hears(talk, "the part for March, 4321 of it", "promise") == ["dispute_noted", "colleague_by"]
    assert talk.replies[-1].ended
    assert talk.rows(Conversation)[0].disposition == "dispute_opened"
    assert [case.trigger for case in talk.rows(Case)] == ["dispute_not_mine"]
    assert talk.rows(Promise) == []


def test_the_same_dispute_again_is_the_answer_and_no_second_case(talk: Ruled) -> None:
    talk.open()
    hears(talk, "this isn't my debt")
    assert hears(talk, "I don't owe this", "dispute")[0] == "dispute_noted"
    assert len(talk.rows(Case)) == len(talk.rows(Hold)) == 1


def test_no_answer_to_that_question_brings_back_what_was_asked_before(talk: Ruled) -> None:
    talk.open()
    hears(talk, "the amount is wrong")
    assert hears(talk, "说中文吧") == ["language_switched", "reintroduction", "ask_dispute_reason"]
    assert hears(talk, "", *()) == ["nothing_heard", "ask_dispute_reason"]


def test_who_leaves_without_an_answer_has_disputed_all_the_same(talk: Ruled) -> None:
    talk.open()
    hears(talk, "the amount is wrong")
    talk.sessions.hung_up(talk.conversation_id)
    assert talk.rows(Conversation)[0].disposition == "dispute_opened"
    assert [case.trigger for case in talk.rows(Case)] == ["dispute_not_mine"]


@pytest.mark.parametrize("intent", ["already_paid", "dispute_amount", "dispute"])
def test_a_dispute_that_only_the_model_hears_is_one_just_the_same(talk: Ruled, intent: str) -> None:
    talk.open()
    # Words that no pattern knows: what they mean comes from the dialogue model.
    assert hears(talk, "hmm, look at that again", intent)[0] == "trigger_dispute"
    assert held(talk) == [("dispute_not_mine", None)]
    assert [turn.trigger for turn in talk.rows(Turn) if turn.trigger] == ["dispute_not_mine"]
    assert hears(talk, "all of it", "nlu_fallback")[0] == "dispute_noted"


def test_a_cry_for_help_goes_before_the_question(talk: Ruled) -> None:
    talk.open()
    hears(talk, "the amount is wrong")
    assert hears(talk, "I want to kill myself") == ["trigger_self_harm"]
    assert talk.rows(Conversation)[0].stage == "with_person"


def test_who_has_lost_their_work_hears_of_ways_and_is_asked_for_no_sum(talk: Ruled) -> None:
    talk.open()
    assert hears(talk, "I lost my job") == ["trigger_hardship", "ask_hardship_means"]
    assert held(talk) == [("hardship_unemployment", 14)]
    assert hears(talk, "nothing at the moment", "deny")[0] == "hardship_noted"
    assert talk.replies[-1].ended
    conversation = talk.rows(Conversation)[0]
    assert conversation.disposition == "hardship_referred"
    assert (conversation.facts["hardship_cause"], conversation.facts["hardship_means"]) == ("work", "none")


def test_a_stranger_who_has_lost_their_work_hears_neutral_words(talk: Ruled) -> None:
    talk.open(verified=False)
    assert hears(talk, "I lost my job")[0] == "neutral_p2"
    assert talk.replies[-1].ended


def test_who_is_driving_is_left_alone_at_once_and_asked_nothing(talk: Ruled) -> None:
    talk.open()
    assert hears(talk, "I'm driving") == ["trigger_unsafe"]
    assert talk.replies[-1].ended
    assert talk.rows(Conversation)[0].disposition == "callback_agreed"
    assert held(talk) == [("callback_wanted", 1)]


def test_the_time_that_somebody_at_the_wheel_names_is_kept(talk: Ruled) -> None:
    talk.open()
    assert hears(talk, "I'm driving, call me on March 6 after 3 pm")[0] == "callback_noted_at"
    assert talk.replies[-1].ended
    assert {wish.kind for wish in talk.rows(ContactWish)} == {"callback", "agreed_time"}


@pytest.mark.parametrize("said", ["are you a robot", "is there a person on the other end or a computer?", "你是真人吗"])
def test_who_asks_what_it_is_hears_the_truth_and_the_talk_goes_on(talk: Ruled, said: str) -> None:
    talk.open(verified=False)
    answered = hears(talk, said)
    assert "trigger_are_you_a_bot" in answered
    assert answered[-1] == "ask_identity"
    assert not talk.replies[-1].ended


@pytest.mark.parametrize("said", ["I want a human", "are you a robot? get me a person", "转人工"])
def test_who_wants_a_person_gets_one(talk: Ruled, said: str) -> None:
    talk.open(verified=False)
    assert "trigger_human" in hears(talk, said)
    assert talk.replies[-1].ended


def test_who_asks_for_a_language_we_speak_has_met_no_barrier(talk: Ruled) -> None:
    talk.open("zh")
    answered = hears(talk, "Sorry, could we go on in English? My Chinese isn't good enough for this.")
    assert answered[0] == "language_switched"
    assert [turn.trigger for turn in talk.rows(Turn) if turn.trigger] == []


@pytest.mark.parametrize(
    ("said", "intent"),
    [
        ("call me on March 6", "give"),
        ("not a good time, try another day", "nlu_fallback"),
        ("手上有事，你们3月6号联系我", "promise"),
        ("这会儿不行，换个时间", "change_promise"),
    ],
)
def test_a_wish_for_another_time_is_no_promise_whatever_it_was_read_as(talk: Ruled, said: str, intent: str) -> None:
    talk.open()
    hears(talk, said, intent)
    assert talk.rows(Conversation)[0].disposition == "callback_agreed"
    assert talk.rows(Promise) == []


def test_another_day_to_pay_on_is_no_call_back(talk: Ruled) -> None:
    talk.open()
    hears(talk, "I can pay 3000 on March 13", "promise")
    assert hears(talk, "不行，换个时间", "change_promise")[-1] == "ask_date"


@pytest.mark.parametrize("said", ["4321 if that helps", "尾号是4321", "let me look, 4321", "我看看，4321，核对一下吧"])
def test_words_around_the_identity_number_are_nothing_more_to_answer(talk: Ruled, said: str) -> None:
    talk.open(verified=False)
    assert hears(talk, said)[-1] == "ask_intention"


def test_all_of_it_is_what_was_named(talk: Ruled) -> None:
    talk.open()
    assert hears(talk, "all of it on Friday", "promise") == ["read_back"]
    assert "NT$4,325" in talk.words()


def test_all_of_it_is_asked_back_where_the_whole_balance_was_named_too(talk: Ruled) -> None:
    talk.open()
    hears(talk, "how much is it in all?", "ask_amount")
    assert hears(talk, "all of it on Friday", "promise") == ["amount_ambiguous"]


@pytest.mark.parametrize(("said", "intent"), [("what is my reference?", "repeat"), ("登记号是多少？", "nlu_fallback")])
def test_the_reference_is_told_again(talk: Ruled, said: str, intent: str) -> None:
    talk.open()
    hears(talk, "I can pay 3000 on March 13", "promise")
    hears(talk, "yes", "affirm")
    assert [name for name in hears(talk, said, intent) if name != "reintroduction"] == ["reference", "anything_else"]


def test_a_reference_that_there_is_not_is_never_made_up(talk: Ruled) -> None:
    talk.open()
    assert hears(talk, "what is my reference?", "ask_amount") == ["rephrase"]


def test_who_puts_it_off_again_hears_what_is_open(talk: Ruled) -> None:
    talk.open()
    assert hears(talk, "let me see", "wait") == ["take_your_time"]
    assert hears(talk, "not sure yet", "wait") == ["take_your_time", "ask_intention"]


def test_parts_that_are_asked_for_with_a_no_become_a_plan(talk: Ruled) -> None:
    talk.open()
    assert hears(talk, "一下子我拿不出来，可不可以分三期", "too_much")[-1] == "plan_first_day"


def test_where_the_law_cannot_be_told_the_machine_says_what_it_is_for_the_record(talk: Ruled) -> None:
    with talk.ledger.begin() as work:
        work.session.get_one(Debtor, "debtor-R1").jurisdictions = ["SG"]
    opening = talk.open(verified=False)
    assert opening.lines[0].template == "cannot_go_on"
    assert [each.kind for each in talk.rows(Disclosure)] == ["automated"]
