"""What is read of a plan out of a sentence, and of the hours of a call-back."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest

from bot.clock_times import read_span
from bot.identity import digits, incomplete, nothing_else, rest
from bot.instalment_words import bare_count, read_plan
from bot.instalments import Outside, Plan, PlanBounds, make
from ledger.money import Money

TODAY = date(2026, 3, 4)


def twd(amount: str) -> Money:
    return Money(Decimal(amount), "TWD")


@pytest.mark.parametrize(
    ("text", "count", "every", "each"),
    [
        ("分三期", 3, None, False),
        ("分三个月还", 3, "month", False),
        ("每月还500", None, "month", True),
        ("每两周还500", None, "fortnight", True),
        ("三次付清", 3, None, False),
        ("three parts of 800", 3, None, True),
        ("500 a month", None, "month", True),
        ("in 3 monthly payments", 3, "month", True),
        ("6 instalments", 6, None, False),
        ("every two weeks", None, "fortnight", False),
        ("half now and half next month", 2, None, False),
        ("can I pay in instalments?", None, None, False),
        ("3月3号", None, None, False),
    ],
)
def test_parts_rhythm_and_sum_of_a_part(text: str, count: int | None, every: str | None, each: bool) -> None:
    read = read_plan(text)
    assert (read.count, read.every, read.each) == (count, every, each)


@pytest.mark.parametrize(
    ("text", "count"), [("3", 3), ("三期吧", 3), ("two please", 2), ("十二", 12), ("on the 3rd of May 2026", None)]
)
def test_a_bare_number_answers_how_many(text: str, count: int | None) -> None:
    assert bare_count(text) == count


def test_a_plan_with_a_sum_of_its_own_ends_with_what_remains() -> None:
    bounds = PlanBounds(twd("4325"), twd("500"), 6, 190, 30)
    made = make(5, "month", TODAY, bounds, TODAY, Decimal(900))
    assert isinstance(made, Plan)
    assert [part.amount.amount for part in made.parts] == [900, 900, 900, 900, 725]
    assert [part.due_on.month for part in made.parts] == [3, 4, 5, 6, 7]


@pytest.mark.parametrize(
    ("count", "every", "ahead", "reason"),
    [
        (12, None, 0, "too_many"),
        (1, None, 0, "too_many"),
        (3, "month", 5, "too_long"),
        (3, None, 40, "too_late"),
        (3, None, -1, "in_the_past"),
    ],
)
def test_a_plan_outside_the_bounds_says_which(count: int, every: str | None, ahead: int, reason: str) -> None:
    bounds = PlanBounds(twd("4325"), twd("1081.25"), 3, 60, 21)
    made = make(count, every, TODAY + timedelta(days=ahead), bounds, TODAY)
    assert isinstance(made, Outside)
    assert made.reason == reason


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("tomorrow after 3pm", "15:00-20:00"),
        ("明天下午三点", "15:00-17:00"),
        ("下午三点半以后", "15:30-20:00"),
        ("in the morning", "09:00-12:00"),
        ("晚上", "18:00-20:00"),
        ("before 11", "09:00-11:00"),
        ("at 14:30", "14:30-16:30"),
        ("9 am", "09:00-11:00"),
        ("call me at 5", "17:00-19:00"),
        ("on the 5th", None),
        ("3月5号", None),
        ("later", None),
    ],
)
def test_hours_of_a_day(text: str, span: str | None) -> None:
    read = read_span(text)
    assert (None if read is None else read.hours) == span


@pytest.mark.parametrize("text", ["my number is 123", "12", "我的号码是12", "it starts with 43 I think"])
def test_figures_that_are_not_four_are_an_unfinished_answer(text: str) -> None:
    assert digits(text) is None
    assert nothing_else(text)
    assert incomplete("".join("#" if each.isdigit() else each for each in text))


@pytest.mark.parametrize("text", ["you have the wrong number", "call me at 15", "I owe 200", "我要投诉"])
def test_anything_else_is_no_unfinished_answer(text: str) -> None:
    assert not nothing_else(text)


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("6232", False),
        ("my number is 6232, thanks", False),
        ("the last four are six two three two", False),
        ("我是，6232，下周五还一千", True),
        ("it is 6232 and how much do I owe?", True),
    ],
)
def test_what_is_said_besides_the_digits_is_kept_without_them(text: str, left: bool) -> None:
    said = rest(text)
    assert bool(said) == left
    assert "6232" not in said
    assert nothing_else(text) != left
