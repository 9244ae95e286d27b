"""How somebody sounds, and the words that say so: a hint for the colleague, never more than the words carry."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.emotion import read_emotion


@pytest.mark.parametrize(
    ("said", "mood", "word"),
    [
        (["I can pay on Friday"], "calm", None),
        (["我周五还两千"], "calm", None),
        (["this is so unfair, I'm worried"], "upset", "unfair"),
        (["压力好大"], "upset", "压力"),
        (["I am FED UP with you people"], "angry", "fed up"),
        (["你们有完没完"], "angry", "有完没完"),
        (["I'm fed up", "I just can't cope any more"], "distressed", "can not cope"),
        (["我快崩溃了"], "distressed", "崩溃"),
        (["WHY DO YOU KEEP DOING THIS"], "upset", "KEEP DOING THIS"),
        (["what!!!"], "upset", "!!!"),
        ([], "calm", None),
    ],
)
def test_the_mood_is_read_from_words(said: list[str], mood: str, word: str | None) -> None:
    found = read_emotion(said)
    assert found.mood == mood
    assert (word in found.words) if word else found.words == ()


@given(st.lists(st.text(max_size=80), max_size=8))
def test_no_mood_but_calm_without_words_to_show_for_it(said: list[str]) -> None:
    found = read_emotion(said)
    assert (found.mood == "calm") == (found.words == ())
    assert len(found.words) <= 5
