"""What the trigger model sees around the words: denials, whose trouble it is, and kinds of things."""

from __future__ import annotations

import pytest

from bot.triggers.circumstances import STOPS, denied, frames, kinds
from bot.triggers.features import BUCKETS, SHORT, SIGN, Features


@pytest.mark.parametrize(
    ("said", "reached", "out_of_reach"),
    [
        ("i do not want to die, i am tired", "die", "tired"),
        ("我没生病,就是忙", "病", "忙"),
        ("nobody here ever said that the money was lost", "said", "lost"),
    ],
)
def test_a_denial_reaches_a_few_words_and_not_past_a_stop(said: str, reached: str, out_of_reach: str) -> None:
    signs = SIGN.findall(said)
    words = {signs[place] for place in denied(signs)}
    assert reached in words
    assert out_of_reach not in words


@pytest.mark.parametrize(
    ("said", "frame"),
    [("my neighbour is in hospital", "O"), ("我去年住院", "P"), ("i am a nurse", "J"), ("in hospital", "_")],
)
def test_whose_it_is_and_when_it_was_is_told_apart(said: str, frame: str) -> None:
    assert frame in frames(said)


def kinds_of(said: str) -> list[str]:
    return kinds([sign for sign in SIGN.findall(said) if sign not in STOPS])


@pytest.mark.parametrize(
    ("said", "seen"),
    [
        ("my uncle died", ["my", "KIN", "DEATH"]),
        ("my aunty died", ["my", "KIN", "DEATH"]),
        ("my laptop died", ["my", "THING", "DEATH"]),
        ("he passed away, 3 years ago", ["he", "DEATH", "TIME", "ago"]),
        ("我女朋友在化疗", ["我", "KIN", "在", "ILLNESS"]),
        ("我朋友和我", ["我", "PEOPLE", "和", "我"]),
        ("ok fine", ["ok", "fine"]),
        ("", []),
    ],
)
def test_words_of_a_kind_look_the_same_and_the_longest_counts(said: str, seen: list[str]) -> None:
    assert kinds_of(said) == seen


FEATURES = Features({"想": "xiang", "香": "xiang", "死": "si"})


def buckets(*texts: str) -> list[set[int]]:
    table = FEATURES.of(texts)
    assert ((table.buckets >= 0) & (table.buckets < BUCKETS)).all()
    return [set(table.buckets[start:end]) for start, end in zip(table.starts, table.starts[1:], strict=False)]


def test_a_kind_stands_with_every_other_word_of_a_short_text_only() -> None:
    # What the two kinds have in common, and no run of words.
    first, second, third = buckets("my uncle is so very sad", "sad it was and my aunt too", "sad it was and my van too")
    assert len(first & second) > len(first & third)
    long, other = buckets("my uncle is not well " + "and on " * SHORT, "my uncle " + "and on " * SHORT + "is not well")
    assert long != other


@pytest.mark.parametrize("said", ["", "!", "want to die", "我想死", "wo xiang si", "a, b"])
def test_a_text_reads_the_same_alone_and_among_others(said: str) -> None:
    assert buckets("before it", said, "after it")[1] == buckets(said)[0]


def test_what_sounds_the_same_shares_something() -> None:
    first, second, third = buckets("想", "香", "死")
    assert len(first & second) > len(first & third)
