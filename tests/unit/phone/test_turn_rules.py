"""When a turn is over: known short sentences soon, what may go on later, and long numbers last."""

import re

import pytest

from bot.phone import whole_answers
from bot.phone.turn_rules import LIKELY, LONG_NUMBER, LONGEST, SOONEST, USUAL, silence_needed


@pytest.mark.parametrize(
    "text",
    ["怎么还款", "不是我的", "再见", "我没钱", "goodbye", "wrong number", "how do i pay", "it is not mine"],
)
def test_a_short_sentence_that_is_whole_is_not_waited_for(text):
    for expecting in ("anything", "amount", "yes_no", "date"):
        assert silence_needed(text, expecting) <= LIKELY


@pytest.mark.parametrize("text", ["我想", "i can", "you have", "现在还", "tell me", "先还", "so i", "thanks but"])
def test_what_may_go_on_is_waited_for_as_long_as_ever(text):
    assert silence_needed(text, "anything") >= USUAL


@pytest.mark.parametrize("text", ["三千", "two thousand", "eight", "八百", "the fifteenth of", "四"])
def test_a_number_or_a_day_that_may_go_on_is_waited_for_longest_where_one_was_asked_for(text):
    assert silence_needed(text, "amount") >= LONGEST


@pytest.mark.parametrize(
    ("text", "expecting"),
    [
        ("4111 1111", "anything"),
        ("it is 411111", "identity"),
        ("四一一一一一一一", "amount"),
        ("four one one one double one one one", "yes_no"),
    ],
)
def test_half_of_a_long_number_is_waited_for_more_than_anything(text, expecting):
    assert silence_needed(text, expecting) == LONG_NUMBER


@pytest.mark.parametrize(
    ("text", "expecting"),
    [("20261127", "date"), ("12,000,000", "amount"), ("15000", "amount"), ("2100", "identity"), ("2026-11-27", "date")],
)
def test_a_day_a_sum_and_the_four_figures_are_no_halves(text, expecting):
    assert silence_needed(text, expecting) <= LONGEST


def test_a_hearing_that_is_not_clear_is_never_cut_short():
    assert silence_needed("goodbye", "anything", clear=False) == USUAL
    assert silence_needed("yes", "yes_no") == SOONEST


def test_nothing_that_is_taken_for_whole_goes_on_to_mean_something_else():
    """As our sentences are now. Whoever adds one that begins like a whole one learns them anew."""
    kept = set(whole_answers.LEARNT.read_text("utf-8").splitlines())
    contradicted = kept - set(whole_answers.learn(whole_answers.our_sentences()))
    assert not contradicted, "run: python -m bot.phone.whole_answers"


def test_whole_sentences_are_learnt_from_what_goes_on_from_them():
    learnt = whole_answers.learn(
        {
            "thanks": ["thank you", "thank you very much", "谢谢"],
            "goodbye": ["bye", "bye then"],
            "no_money": ["谢谢但是没钱", "two"],
            "wait": ["hold on"],
        }
    )
    assert learnt == ["bye", "bye then", "thank you"]
    assert not any(re.search(r"\d", each) for each in learnt)
