from __future__ import annotations

import pytest

from bot.corrections import BOTH, Part, wanted_change


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("another day please", {"day"}),
        ("a different amount", {"amount"}),
        ("can we make it a bit later?", {"day"}),
        ("not that date", {"day"}),
        ("a smaller sum please", {"amount"}),
        ("that's too much", {"amount"}),
        ("no, change it", BOTH),
        ("a different day and a different amount", BOTH),
        ("改一天吧", {"day"}),
        ("换个日期", {"day"}),
        ("換個時間", {"day"}),
        ("晚一点行吗", {"day"}),
        ("金额不对", {"amount"}),
        ("少一点可以吗", {"amount"}),
        ("改一下", BOTH),
        ("换个日子，金额也改一下", BOTH),
        ("no, correct that", BOTH),
    ],
)
def test_a_wish_to_change_names_what_is_to_be_asked_again(text: str, parts: set[Part]) -> None:
    assert wanted_change(text) == parts


@pytest.mark.parametrize(
    "text",
    [
        "",
        "yes",
        "that's right",
        "对的",
        "改天再说吧",
        "call me another day",
        "I'm not paying",
        "that amount is wrong, I never bought this",
        "金额不对，我没花过这笔钱",
        "I need more time to think about a plan",
        "不还了",
        "no",
        "that's wrong",
        "不对",
        "correct",
        "don't change it",
        "不用改了",
        "不改",
        "one more time please",
        "not me",
        "different " * 400 + "x",
    ],
)
def test_what_is_no_wish_to_change_is_left_to_the_dialogue(text: str) -> None:
    assert wanted_change(text) is None
