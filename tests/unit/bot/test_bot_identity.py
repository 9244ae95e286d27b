"""The four characters of an identity answer. All made up."""

import pytest

from bot.identity import digits


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("6232", "6232"),
        ("６２３２", "6232"),
        ("6 2 3 2", "6232"),
        ("62 32", "6232"),
        ("6-2-3-2.", "6232"),
        ("6, 2, 3, 2", "6232"),
        ("六二三二", "6232"),
        ("六 二 三 二", "6232"),
        ("幺二零两", "1202"),
        ("后四位是六二三二", "6232"),
        ("我的末四位：6232", "6232"),
        ("後四位數字是陸貳三二", "6232"),
        ("six two three two", "6232"),
        ("Six, two, three, two", "6232"),
        ("it's six two three two, thanks", "6232"),
        ("one two double three", "1233"),
        ("triple nine one", "9991"),
        ("oh seven oh one", "0701"),
        ("oh, 6232", "6232"),
        ("sixty-two thirty-two", "6232"),
        ("twenty fifteen", "2015"),
        ("last four is 6232", "6232"),
        ("the last four digits are 6232", "6232"),
        ("um 6232", "6232"),
        ("623X", "623X"),
        ("623x", "623X"),
        ("六二三X", "623X"),
        ("six two three x", "623X"),
        ("6232, yes, 6232", "6232"),
        ("I am 55 and it is 6232", "6232"),
        ("我今年35岁，号码是6232", "6232"),
    ],
)
def test_four_digits_however_they_are_given(text: str, answer: str) -> None:
    assert digits(text) == answer


@pytest.mark.parametrize(
    "text",
    [
        "",
        "why do you ask?",
        "你是谁",
        "62",
        "623",
        "62321",
        "6X32",
        "1234 or 5678",
        "1234 5678",
        "1234 5678 9012 3456",
        "0912345678",
        "12:30",
        "2300块",
        "$2300",
        "2300 dollars",
        "2025年的事",
        "last four",
        "后四位",
        "one moment",
        "等一下",
        "double trouble",
    ],
)
def test_anything_else_is_no_answer(text: str) -> None:
    assert digits(text) is None
