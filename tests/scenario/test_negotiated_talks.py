"""Whole talks about money, on a real ledger, with the rules of the Rasa project but without Rasa."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from ruled import Ruled, ruled_talk

from bot import session
from ledger.tables import Case, Confirmation, Conversation, Hold, InstalmentPlan, Promise
from strategy.treatments import DEFAULT_TREATMENTS

REMIND, FIRM = DEFAULT_TREATMENTS["remind"], DEFAULT_TREATMENTS["persuade"]


@pytest.fixture(autouse=True)
def nothing_sensitive(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the detector hears, and what follows from it, is tried elsewhere."""
    monkeypatch.setattr(session, "trigger_in", lambda *_, **__: None)


@pytest.fixture
def talk(tmp_path: Path) -> Ruled:
    found = ruled_talk(tmp_path / "ledger.sqlite")
    found.open()
    return found


def promised(talk: Ruled) -> list[tuple[Decimal, date, str]]:
    return [(each.amount, each.due_on, each.status) for each in talk.rows(Promise)]


def test_what_can_be_noted_is_taken_at_once_and_gets_a_reference(talk: Ruled) -> None:
    assert talk.say("promise", "I can pay 3000 on March 13") == ["read_back"]
    assert talk.say("affirm", "yes") == ["promise_recorded_part", "reference", "anything_else"]
    assert promised(talk) == [(Decimal(3000), date(2026, 3, 13), "open")]
    (confirmation,) = talk.rows(Confirmation)
    assert confirmation.reference in talk.words()
    assert confirmation.status == "waiting"


def test_it_gives_way_step_by_step_to_the_floor_and_then_a_person_looks(talk: Ruled) -> None:
    assert talk.say("promise", "I can pay 50 on Friday") == ["counter_amount"]
    assert "NT$2,800" in talk.words()
    assert talk.say("deny", "no") == ["promise_too_small"]
    assert "NT$1,082" in talk.words()
    last = talk.hears("too_much", "that is too much")
    assert [line.template for line in last.lines] == ["cannot_pay", "colleague_by"]
    assert last.ended
    assert [case.trigger for case in talk.rows(Case)] == ["cannot_commit"]
    assert promised(talk) == []


@pytest.mark.parametrize(
    ("said", "answered"),
    [
        ("一下子六千我拿不出来,可不可以分四期", "plan_put_forward"),
        ("我想2026年3月13号还3000", "read_back"),
        ("嗯嗯那个什么", "rephrase"),
    ],
)
def test_an_offer_in_a_text_that_nobody_understood_is_not_lost(talk: Ruled, said: str, answered: str) -> None:
    assert talk.say("nlu_fallback", said)[-1] == answered


def test_who_pays_now_and_asks_for_the_link_gets_it_with_the_read_back(talk: Ruled) -> None:
    assert talk.say("pay_now", "I can pay that right now, where's the link?") == ["how_to_pay", "pay_link", "read_back"]


def test_a_counter_is_taken_by_a_plain_yes_or_by_another_sum_inside_the_floors(talk: Ruled) -> None:
    talk.say("promise", "50 on Friday")
    assert talk.say("affirm", "ok") == ["read_back"]
    assert "NT$2,800" in talk.words()
    assert talk.say("give", "make it 2000") == ["read_back"]
    assert "NT$2,000" in talk.words()


def test_a_day_too_far_is_brought_nearer_step_by_step(talk: Ruled) -> None:
    assert talk.say("promise", "I pay 4325 on 30 April") == ["counter_day"]
    assert "Wednesday 18 March" in talk.words()
    assert talk.say("ask_extension", "I need more time") == ["promise_too_far"]
    assert "Wednesday 25 March" in talk.words()
    assert talk.say("affirm", "all right") == ["read_back"]
    assert "NT$4,325 by Wednesday 25 March" in talk.words()


def test_a_firm_treatment_asks_once_for_more_and_takes_what_was_offered(tmp_path: Path) -> None:
    talk = ruled_talk(tmp_path / "ledger.sqlite", FIRM)
    talk.open()
    assert talk.say("promise", "2000 on Friday") == ["counter_amount_or_own"]
    assert talk.say("deny", "no, that is all I have") == ["read_back"]
    assert "NT$2,000" in talk.words()


def test_the_floor_is_neither_named_first_nor_denied(talk: Ruled) -> None:
    assert talk.say("ask_minimum", "what is the least I can pay?") == ["minimum_depends", "ask_intention"]
    assert talk.say("ask_minimum", "come on, the minimum?") == ["counter_amount"]
    assert talk.say("ask_minimum", "and the minimum?") == ["promise_too_small"]


def test_a_yes_to_settling_it_soon_means_what_is_due(talk: Ruled) -> None:
    assert talk.say("affirm", "yes") == ["ask_date"]
    assert talk.say("give", "Friday") == ["read_back"]
    assert "NT$4,325" in talk.words()


def test_one_half_of_a_read_back_is_corrected_and_the_other_stays(talk: Ruled) -> None:
    talk.say("promise", "3000 on March 13")
    assert talk.say("affirm", "yes but make it March 16") == ["read_back"]
    assert "NT$3,000 by Monday 16 March" in talk.words()
    assert talk.say("deny", "no, that's wrong") == ["read_back_corrected"]
    assert talk.say("give", "2500") == ["read_back"]
    assert "NT$2,500 by Monday 16 March" in talk.words()
    assert promised(talk) == []


def test_a_recorded_promise_is_changed_without_asking_again_for_what_stays(talk: Ruled) -> None:
    talk.say("promise", "3000 on March 13")
    talk.say("affirm", "yes")
    assert talk.say("change_promise", "can I change the amount?") == ["ask_amount"]
    assert talk.say("give", "2000") == ["read_back"]
    assert "NT$2,000 by Friday 13 March" in talk.words()
    talk.say("affirm", "yes")
    assert promised(talk) == [
        (Decimal(3000), date(2026, 3, 13), "superseded"),
        (Decimal(2000), date(2026, 3, 13), "open"),
    ]
    assert talk.say("change_promise", "make it March 16 instead") == ["read_back"]
    assert "NT$2,000 by Monday 16 March" in talk.words()


@pytest.mark.parametrize(
    ("intent", "text"),
    [
        ("promise", "I'll pay 2000 on Friday, and what are the charges?"),
        ("ask_charges", "what are the charges? I'll pay 2000 on Friday"),
    ],
)
def test_a_question_and_an_offer_in_one_sentence_are_both_answered(talk: Ruled, intent: str, text: str) -> None:
    assert talk.say(intent, text) == ["explain_charges", "read_back"]
    assert "NT$2,000 by Friday 6 March" in talk.words()
    assert talk.say("affirm", "yes")[0] == "promise_recorded_part"


def test_a_question_in_the_middle_of_a_form_is_answered_and_the_form_goes_on(talk: Ruled) -> None:
    assert talk.say("promise", "I want to promise something") == ["ask_amount_and_date"]
    assert talk.say("how_to_pay", "how do I pay?") == ["how_to_pay", "pay_link", "ask_amount_and_date"]
    assert talk.say("clarify", "what do you mean?") == ["clarify_form", "choices"]
    assert talk.say("give", "2000") == ["ask_date"]
    assert talk.say("cancel", "never mind") == ["cancelled", "anything_else"]
    assert talk.say("deny", "no") == ["goodbye"]
    assert promised(talk) == []


def test_who_proves_who_they_are_and_promises_in_one_breath_is_heard_whole(tmp_path: Path) -> None:
    talk = ruled_talk(tmp_path / "ledger.sqlite")
    talk.open("zh", verified=False)
    said = talk.say("promise", "是我，4321，下周五还两千")
    assert (said[0], said[-2:]) == ("identity_ok", ["reminder", "read_back"])
    assert "2000元" in talk.words()
    assert talk.say("affirm", "对")[0] == "promise_recorded_part"


def test_an_amount_below_nothing_is_none(talk: Ruled) -> None:
    assert talk.say("give", "-500 tomorrow") == ["ask_amount"]
    assert talk.say("nlu_fallback", "minus 500") == ["amount_not_understood"]
    assert promised(talk) == []


def test_by_voice_the_amount_is_said_figure_by_figure(tmp_path: Path) -> None:
    talk = ruled_talk(tmp_path / "ledger.sqlite")
    talk.open(channel="voice")
    assert talk.say("promise", "1500 on Friday") == ["read_back_voice"]
    assert "one, five, zero, zero" in talk.words()


def test_a_plan_is_read_back_whole_and_recorded_part_by_part(talk: Ruled) -> None:
    assert talk.say("ask_plan", "can I pay in instalments?") == ["plan_how_many"]
    assert talk.say("give", "three parts") == ["plan_first_day"]
    assert talk.say("give", "the 10th") == ["plan_read_back"]
    assert "Tuesday 10 March 2026: NT$1,441" in talk.words()
    assert talk.say("ask_charges", "what are the charges?") == ["explain_charges", "plan_read_back"]
    assert talk.say("affirm", "yes") == ["plan_recorded", "reference", "anything_else"]
    (plan,) = talk.rows(InstalmentPlan)
    assert (plan.parts, plan.amount, plan.status) == (3, Decimal(4325), "open")
    parts = talk.rows(Promise)
    assert [part.part for part in parts] == [1, 2, 3]
    assert sum(part.amount for part in parts) == 4325
    assert parts[0].due_on == date(2026, 3, 10)
    assert {part.plan_id for part in parts} == {plan.id}
    assert talk.rows(Conversation)[0].disposition == "promise_to_pay"


def test_a_plan_of_too_many_parts_is_countered_and_then_a_person_looks(talk: Ruled) -> None:
    assert talk.say("ask_plan", "can I pay in 12 instalments?") == ["plan_put_forward"]
    assert "3 parts" in talk.words()
    last = talk.hears("deny", "no")
    assert last.ended
    assert last.escalated
    assert talk.rows(InstalmentPlan) == []


def test_no_plan_is_made_where_the_treatment_has_none(tmp_path: Path) -> None:
    talk = ruled_talk(tmp_path / "ledger.sqlite", replace(REMIND, offers=("full", "part", "later")))
    talk.open()
    last = talk.hears("ask_plan", "can I pay in instalments?")
    assert last.lines[0].template == "plan_by_colleague"
    assert last.escalated


def test_a_plan_is_changed_as_a_plan(talk: Ruled) -> None:
    talk.say("ask_plan", "three parts from the 10th")
    talk.say("affirm", "yes")
    assert talk.say("change_promise", "I want to change it") == ["plan_how_many"]
    assert talk.say("give", "two parts, from the 12th") == ["plan_read_back"]
    talk.say("affirm", "yes")
    assert [status for *_, status in promised(talk)] == ["superseded"] * 3 + ["open"] * 2


def test_a_later_promise_replaces_a_whole_plan(talk: Ruled) -> None:
    talk.say("ask_plan", "two parts from the 10th")
    talk.say("affirm", "yes")
    talk.say("promise", "I pay 4325 on March 13 instead")
    talk.say("affirm", "yes")
    assert [status for *_, status in promised(talk)] == ["superseded", "superseded", "open"]
    assert talk.rows(InstalmentPlan)[0].status == "superseded"


def test_a_dispute_holds_first_and_asks_what_is_not_right_once(talk: Ruled) -> None:
    assert talk.say("dispute", "I disagree with this") == ["trigger_dispute", "ask_dispute_reason"]
    assert [hold.reason for hold in talk.rows(Hold)] == ["dispute_not_mine"]
    last = talk.hears("dispute_amount", "you counted something twice")
    assert last.lines[0].template == "dispute_noted"
    assert last.ended
    assert [case.trigger for case in talk.rows(Case)] == ["dispute_not_mine"]


def test_hardship_holds_first_and_two_small_questions_follow(talk: Ruled) -> None:
    asked = talk.say("hardship", "money is very tight")
    assert asked[0] == "trigger_hardship"
    assert asked[-1] == "ask_hardship_cause"
    assert [hold.reason for hold in talk.rows(Hold)] == ["hardship_unemployment"]
    assert talk.say("nlu_fallback", "my hours were cut") == ["ask_hardship_means"]
    last = talk.hears("give", "maybe 300 a month")
    assert last.lines[0].template == "hardship_noted"
    assert last.ended
    assert len(talk.rows(Case)) == 1
    assert talk.rows(Conversation)[0].facts["hardship_cause"] == "work"


def test_no_money_without_a_cause_is_asked_about_once(talk: Ruled) -> None:
    assert talk.say("cannot_pay", "nothing right now") == ["ask_can_pay_any"]
    last = talk.hears("deny", "no")
    assert [line.template for line in last.lines] == ["cannot_pay", "colleague_by"]
    assert last.ended


def test_a_second_no_is_respected(talk: Ruled) -> None:
    assert talk.say("refuse", "I will not pay") == ["reminder_reason"]
    assert talk.say("refuse", "no, never") == ["will_not_pay", "goodbye"]
    assert talk.rows(Conversation)[0].disposition == "refused"


def test_a_call_back_is_asked_for_its_time_once(talk: Ruled) -> None:
    assert talk.say("callback", "call me later") == ["ask_callback_time"]
    last = talk.hears("give", "tomorrow after 3 pm")
    assert last.lines[0].template == "callback_noted_at"
    assert "15:00" in last.lines[0].text
    assert last.ended
    assert [case.trigger for case in talk.rows(Case)] == ["callback_wanted"]


@pytest.mark.parametrize(
    ("intent", "text", "answer"),
    [
        ("ask_bot", "are you a robot?", "trigger_are_you_a_bot"),
        ("ask_recorded", "is this recorded?", "recorded_yes_chat"),
        ("ask_legal", "will you arrest me?", "explain_legal"),
        ("ask_discount", "can you take something off?", "explain_discount"),
        ("ask_why_identity", "why do you need that?", "why_identity"),
        ("ask_source", "how did you get my number?", "source_of_contact"),
        ("ask_contact", "where is your branch?", "how_to_reach_us"),
        ("payment_trouble", "the link does not open", "payment_trouble"),
        ("upset", "this is so annoying", "upset_heard"),
        ("clarify", "what do you mean?", "clarify_matter"),
        ("forgot", "I forgot", "it_happens"),
    ],
)
def test_every_question_has_its_answer_and_the_talk_goes_on(talk: Ruled, intent: str, text: str, answer: str) -> None:
    assert talk.say(intent, text) == [answer, "ask_intention"]
    assert not talk.replies[-1].ended


@pytest.mark.parametrize("intent", ["ask_legal", "ask_minimum", "payment_trouble", "ask_plan", "change_promise"])
def test_nothing_of_a_debt_is_told_to_a_stranger(tmp_path: Path, intent: str) -> None:
    talk = ruled_talk(tmp_path / "ledger.sqlite")
    talk.open(verified=False)
    assert talk.say(intent, "tell me") == ["not_before_identity"]


@pytest.mark.parametrize("intent", ["wrong_person", "give", "nlu_fallback"])
def test_some_figures_are_an_unfinished_answer_and_no_wrong_number(tmp_path: Path, intent: str) -> None:
    talk = ruled_talk(tmp_path / "ledger.sqlite")
    talk.open(verified=False)
    assert talk.say(intent, "my number is 123") == ["identity_four_digits"]
    assert talk.rows(Hold) == []


def test_unclear_answers_do_not_go_round_for_ever(talk: Ruled) -> None:
    assert talk.say("promise", "some of it on Friday") == ["ask_amount"]
    assert talk.say("give", "2000 or 3000") == ["amount_ambiguous"]
    assert talk.say("deny", "no") == ["ask_amount"]
    assert talk.say("nlu_fallback", "hm hm") == ["handoff_next_day", "colleague_by"]
    assert talk.replies[-1].ended


def test_more_than_everything_again_and_again_brings_a_person(talk: Ruled) -> None:
    assert talk.say("promise", "I pay 900000 on Friday") == ["promise_too_large"]
    assert talk.say("give", "900000") == ["promise_too_large"]
    assert talk.say("give", "900000") == ["choices"]
    assert talk.say("give", "900000") == ["handoff_next_day", "colleague_by"]


def test_a_no_that_comes_with_an_offer_is_an_offer(talk: Ruled) -> None:
    assert talk.say("deny", "no, but I can pay 2000 on Friday") == ["read_back"]


def test_a_wish_to_be_called_is_no_day_to_pay(talk: Ruled) -> None:
    assert talk.say("give", "2000") == ["ask_date"]
    assert talk.say("callback", "call me tomorrow")[0] == "callback_noted_on"
    assert promised(talk) == []


def test_a_day_alone_agrees_to_parts_put_forward_and_keeps_a_sum_put_forward(talk: Ruled) -> None:
    assert talk.say("promise", "50 is what I can pay") == ["counter_amount"]
    assert talk.say("give", "tomorrow") == ["counter_amount"]
    assert talk.say("affirm", "yes") == ["read_back"]
    assert "NT$2,800 by Thursday 5 March" in talk.words()
    assert talk.say("ask_plan", "rather 9 payments a month") == ["plan_put_forward"]
    assert talk.say("give", "from the 6th") == ["plan_read_back"]


@pytest.mark.parametrize("during", [False, True])
def test_a_plan_that_reads_like_an_amount_and_a_day_is_a_plan(talk: Ruled, during: bool) -> None:
    if during:
        talk.say("promise", "I want to promise something")
    assert talk.say("give", "分两期，3月10号开始")[-1] == "plan_read_back"
    assert talk.say("affirm", "对")[0] == "plan_recorded"


def test_a_plan_of_one_part_is_none_and_is_not_asked_about_for_ever(talk: Ruled) -> None:
    talk.say("ask_plan", "can I pay in instalments?")
    assert talk.say("give", "1") == ["plan_how_many"]
    assert talk.say("give", "1") == ["choices"]
    assert talk.say("give", "1")[0] == "plan_by_colleague"


def test_a_yes_with_the_same_words_confirms_whatever_it_was_read_as(talk: Ruled) -> None:
    assert talk.say("promise", "3000 on Friday") == ["read_back"]
    assert talk.say("nlu_fallback", "that's right, Friday, 3000")[0] == "promise_recorded_part"


def test_a_yes_with_other_words_is_read_back_anew(talk: Ruled) -> None:
    assert talk.say("promise", "3000 on Friday") == ["read_back"]
    assert talk.say("affirm", "yes, 2500 on Friday") == ["read_back"]
    assert promised(talk) == []


@pytest.mark.parametrize("leaving", ["goodbye", "thanks"])
def test_who_leaves_before_the_yes_is_asked_for_it_once_more(talk: Ruled, leaving: str) -> None:
    talk.say("promise", "3000 on Friday")
    assert talk.say(leaving, "ta, bye")[-1] == "read_back_again"
    assert talk.say("affirm", "oh, yes")[0] == "promise_recorded_part"


def test_who_leaves_again_is_let_go_and_nothing_is_noted(talk: Ruled) -> None:
    talk.say("promise", "3000 on Friday")
    assert talk.say("goodbye", "bye") == ["before_you_go", "read_back_again"]
    assert talk.say("goodbye", "bye") == ["goodbye"]
    assert promised(talk) == []


def test_a_day_alone_settles_it_unless_only_a_part_is_spoken_of(talk: Ruled) -> None:
    assert talk.say("promise", "I'll pay it on Friday") == ["read_back"]
    assert "NT$4,325" in talk.words()
    assert promised(talk) == []


def test_a_plain_yes_to_how_much_is_read_back_as_all_that_is_due(talk: Ruled) -> None:
    assert talk.say("part_payment", "something on Friday") == ["ask_amount"]
    assert talk.say("affirm", "yes") == ["read_back"]
    assert "NT$4,325" in talk.words()


@pytest.mark.parametrize("said", ["3000 on Friday and the rest on the 25th", "3000 on Friday and 1325 on March 20"])
def test_of_several_parts_the_first_is_noted(talk: Ruled, said: str) -> None:
    assert talk.say("promise", said) == ["read_back"]
    assert "NT$3,000" in talk.words()
    assert "Friday" in talk.words()


def test_all_i_have_is_no_goodbye_but_a_no_to_what_was_put_forward(talk: Ruled) -> None:
    assert talk.say("promise", "50 on Friday") == ["counter_amount"]
    assert talk.say("goodbye", "that's all I have") == ["promise_too_small"]


def test_a_no_after_the_promise_drops_nothing_and_does_not_say_so(talk: Ruled) -> None:
    talk.say("promise", "3000 on Friday")
    talk.say("affirm", "yes")
    assert talk.say("cancel", "never mind") == ["goodbye"]
    assert [status for *_, status in promised(talk)] == ["open"]


def test_who_wants_the_promise_undone_is_told_of_it_and_asked(talk: Ruled) -> None:
    talk.say("promise", "3000 on Friday")
    talk.say("affirm", "yes")
    assert talk.say("cancel", "cancel that") == ["promise_already_open"]


@pytest.mark.parametrize(
    ("said", "amount", "day"),
    [
        ("2000 now and 2000 next month", 2000, date(2026, 3, 4)),
        ("1500 on Friday and the rest later", 1500, date(2026, 3, 6)),
        ("现在还2000，下个月再还2325", 2000, date(2026, 3, 4)),
        ("I can pay 3,000 on Friday and 1,325 on the 20th", 3000, date(2026, 3, 6)),
    ],
)
def test_of_two_payments_the_first_is_noted_as_a_part(talk: Ruled, said: str, amount: int, day: date) -> None:
    assert talk.say("promise", said)[-1] == "read_back"
    talk.say("affirm", "yes")
    assert promised(talk) == [(Decimal(amount), day, "open")]


def test_two_equal_payments_of_all_that_is_due_are_a_plan(talk: Ruled) -> None:
    assert talk.say("promise", "2162.50 now and 2162.50 next month") == ["plan_read_back"]


def test_a_first_payment_without_a_day_is_asked_for_its_day_alone(talk: Ruled) -> None:
    assert talk.say("promise", "先还两千，剩下的下个月还")[-1] == "ask_date"


def test_who_asks_for_more_parts_than_there_can_be_hears_the_most_first(talk: Ruled) -> None:
    talk.say("ask_plan", "can I pay in parts")
    assert talk.say("too_much", "too much each") == ["plan_put_forward"]
    assert talk.say("ask_plan", "4 parts") == ["plan_put_forward"]
    assert "3 parts" in talk.words()
    assert talk.say("ask_plan", "5 parts")[0] == "plan_by_colleague"


@pytest.mark.parametrize("said", ["88", "好的88", "谢谢，886啦", "ok bye 88"])
def test_a_goodbye_in_figures_is_no_sum(talk: Ruled, said: str) -> None:
    assert talk.say("give", said) == ["goodbye"]


def test_the_same_figures_are_a_sum_where_one_is_asked_for(talk: Ruled) -> None:
    assert talk.say("promise", "I want to promise something") == ["ask_amount_and_date"]
    assert talk.say("give", "88") == ["counter_amount"]
