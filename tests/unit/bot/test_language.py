from __future__ import annotations

import pytest

from bot.language import language_of, requested_language


@pytest.mark.parametrize(
    ("text", "current", "expected"),
    [
        ("我下周还", "en", "zh"),
        ("我 next Friday 还", "en", "zh"),
        ("I will pay", "zh", "en"),
        ("2000", "zh", "zh"),
        ("2000", "en", "en"),
        ("ok", "zh", "zh"),
        ("yes!", "zh", "zh"),
        ("…", "en", "en"),
        ("yes I can", "zh", "en"),
    ],
)
def test_the_language_is_that_of_the_words_and_else_stays(text: str, current: str, expected: str) -> None:
    assert language_of(text, current) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("English, please", "en"),
        ("speak English", "en"),
        ("Can we do this in English?", "en"),
        ("I'd rather speak Chinese", "zh"),
        ("Mandarin please", "zh"),
        ("do you speak chinese", "zh"),
        ("no English", "zh"),
        ("I don't understand Chinese", "en"),
        ("no, English please", "en"),
        ("请说中文", "zh"),
        ("請說中文", "zh"),
        ("可以说英文吗", "en"),
        ("能不能用英语", "en"),
        ("说普通话", "zh"),
        ("换成国语吧，谢谢", "zh"),
        ("我不会英语", "zh"),
        ("用English可以吗", "en"),
        ("not English? please", "en"),
        ("Not English? English please", "en"),
        ("can you not speak Chinese?", "zh"),
        ("I can't understand, English please", "en"),
        ("not this, English please", "en"),
        ("不要。请说英文", "en"),
        ("我听不懂，英文可以吗", "en"),
        ("你不会说英文吗？", "en"),
        ("英文我听不懂", "zh"),
        ("English, I do not understand", "zh"),
    ],
)
def test_a_wish_for_a_language_is_heard_in_either(text: str, expected: str) -> None:
    assert requested_language(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "please",
        "你好",
        "how much do I owe, in English please",
        "I got a letter in English",
        "我在英文学校上班",
        "中文还是英文",
        "我要中文账单",
        "I can pay my Chinese friend",
        "English " * 300,
    ],
)
def test_a_language_that_is_only_named_is_no_wish(text: str) -> None:
    assert requested_language(text) is None
