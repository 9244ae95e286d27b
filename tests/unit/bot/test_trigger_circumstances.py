"""What the trigger model sees around the words: denials, whose trouble it is, and kinds of things."""

from __future__ import annotations

import pytest

from bot.triggers.circumstances import SHORT, denied, framed, kinds


@pytest.mark.parametrize(
    ("said", "reached", "out_of_reach"),
    [
        ("i do not want to die, i am tired", "ndie", "ntired"),
        ("我没生病,就是忙", "n病", "n忙"),
        ("nobody here ever said that the money was lost", "nsaid", "nlost"),
    ],
)
def test_a_denial_reaches_a_few_words_and_not_past_a_stop(said: str, reached: str, out_of_reach: str) -> None:
    words = set(denied(said))
    assert reached in words
    assert out_of_reach not in words


@pytest.mark.parametrize(
    ("said", "frame"),
    [("my neighbour is in hospital", "fO"), ("我去年住院", "fP"), ("i am a nurse", "fJ"), ("in hospital", "f_")],
)
def test_whose_it_is_and_when_it_was_is_told_apart(said: str, frame: str) -> None:
    assert frame in set(framed(said))


def test_words_of_a_kind_look_the_same() -> None:
    assert "kKIN DEATH" in set(kinds("my uncle died"))
    assert "kKIN DEATH" in set(kinds("my aunt died"))
    assert "kTHING DEATH" in set(kinds("my laptop died"))
    assert not set(kinds("ok fine"))


def test_a_kind_stands_with_every_other_word_of_a_short_text_only() -> None:
    assert "cKIN well" in set(kinds("my uncle is not well"))
    assert "cKIN well" not in set(kinds("my uncle is not well " + "and on " * SHORT))
