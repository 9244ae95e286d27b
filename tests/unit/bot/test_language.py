from __future__ import annotations

import pytest

from bot.language import language_of


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
