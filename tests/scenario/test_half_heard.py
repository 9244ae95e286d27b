"""What a recogniser was not sure of never becomes a promise by itself, in whole talks on a real ledger."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from ruled import Ruled, ruled_talk

from bot import session
from ledger.tables import Case, InstalmentPlan, Promise


@pytest.fixture(autouse=True)
def nothing_sensitive(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the detector hears, and what follows from it, is tried elsewhere."""
    monkeypatch.setattr(session, "trigger_in", lambda *_, **__: None)


@pytest.fixture
def talk(tmp_path: Path) -> Ruled:
    found = ruled_talk(tmp_path / "ledger.sqlite")
    found.open(channel="voice")
    return found


def test_a_yes_that_may_not_have_been_one_is_asked_for_again(talk: Ruled) -> None:
    assert talk.say("promise", "3000 on Friday") == ["read_back_voice"]
    assert talk.half_says("affirm", "yes") == ["read_back_again"]
    assert talk.rows(Promise) == []
    assert talk.say("affirm", "yes") == ["promise_recorded_part", "reference", "anything_else"]
    assert [each.amount for each in talk.rows(Promise)] == [Decimal(3000)]


def test_a_yes_with_the_whole_of_it_in_it_counts_no_more(talk: Ruled) -> None:
    talk.say("promise", "3000 on Friday")
    assert talk.half_says("affirm", "yes 3000 on Friday") == ["read_back_again"]
    assert talk.rows(Promise) == []


def test_who_is_never_heard_well_comes_to_a_person(talk: Ruled) -> None:
    talk.say("promise", "3000 on Friday")
    assert talk.half_says("affirm", "yes") == ["read_back_again"]
    assert talk.half_says("affirm", "yes") == ["read_back_again"]
    assert talk.half_says("affirm", "yes")[0] == "handoff_next_day"
    assert [case.trigger for case in talk.rows(Case)] == ["not_understood"]
    assert talk.rows(Promise) == []


def test_a_sum_that_sounds_like_another_is_asked_back_by_its_figures(talk: Ruled) -> None:
    assert talk.half_says("promise", "fifteen thousand on Friday") == ["amount_alike"]
    assert "NT$15,000, one, five, zero, zero, zero, or NT$50,000, five, zero, zero, zero, zero" in talk.words()
    assert talk.half_says("give", "fifteen thousand") == ["read_back_voice"]
    assert "NT$15,000" in talk.words()
    assert talk.rows(Promise) == []


def test_in_chinese_one_and_seven_are_asked_back(tmp_path: Path) -> None:
    talk = ruled_talk(tmp_path / "ledger.sqlite")
    talk.open("zh", "voice")
    assert talk.half_says("promise", "我周五还两千一百块") == ["amount_alike"]
    assert "新台币2100元，二、一、零、零，还是新台币2700元，二、七、零、零" in talk.words()
    assert talk.say("give", "两千七") == ["read_back_voice"]
    assert "新台币2700元" in talk.words()


def test_a_day_that_sounds_like_another_is_asked_back(tmp_path: Path) -> None:
    talk = ruled_talk(tmp_path / "ledger.sqlite")
    talk.open("zh", "voice")
    assert talk.half_says("promise", "十一号还三千") == ["date_ambiguous"]
    assert "2026年3月11日星期三，还是2026年3月17日星期二" in talk.words()
    assert talk.say("give", "十七号") == ["read_back_voice"]


def test_what_names_no_number_has_no_twin(talk: Ruled) -> None:
    assert talk.half_says("pay_now", "I pay all of it today") == ["read_back_voice"]


def test_what_was_heard_well_is_not_asked_back(talk: Ruled) -> None:
    assert talk.say("promise", "fifteen thousand on Friday") == ["read_back_voice"]


def test_fifteen_or_fifty_is_always_asked_and_the_sure_answer_is_taken(tmp_path: Path) -> None:
    talk = ruled_talk(tmp_path / "ledger.sqlite")
    talk.open(channel="voice")
    assert talk.say("promise", "I can pay fifty on Friday") == ["amount_alike"]
    assert "NT$15, one, five, or NT$50, five, zero" in talk.words()
    assert talk.say("give", "fifty") == ["counter_amount"]


def test_a_plan_is_bound_by_no_such_yes_either(talk: Ruled) -> None:
    talk.say("ask_plan", "can I pay in instalments?")
    talk.say("give", "three parts")
    assert talk.say("give", "the 10th") == ["plan_read_back"]
    assert talk.half_says("affirm", "yes") == ["plan_read_back"]
    assert talk.rows(InstalmentPlan) == []
    assert talk.say("affirm", "yes")[0] == "plan_recorded"


def test_the_next_answer_is_judged_by_itself(talk: Ruled) -> None:
    talk.sessions.half_heard(talk.conversation_id, "")
    assert talk.say("promise", "fifteen thousand on Friday") == ["read_back_voice"]
