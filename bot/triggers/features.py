"""A text as the classifier sees it: hashed pieces of its characters, words and sounds.

Eight views, each of length one: runs of words and characters (a Chinese character counts as a word, so that mixed talk
is one sequence), pairs with something in between, pieces of words (for typos), sounds (for what a recogniser mishears
and what is typed in pinyin), and what stands around the words (`circumstances`): what is denied, every word with whose
trouble it is, and kinds of things. The windows of a long turn are hashed together, as arrays.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from bot.triggers.circumstances import KINDS, STOPS, denied, frames, kinds

# So many that two pieces seldom share one.
BUCKET_BITS = 22
BUCKETS = 1 << BUCKET_BITS
# Pieces of a text: words, numbers, Chinese characters, stops.
SIGN = re.compile(r"[a-z]+(?:['-][a-z]+)?|\d+|[\u3400-\u9fff]|[,.!?;]")
LONGEST_RUN = 4
WIDEST_GAP = 3
PIECES = (3, 4, 5)
# In words: in a longer text every kind of thing stands with everything.
SHORT = 60
# Sounds that accents, and recognisers, do not keep apart.
SAME_SOUND = (
    (re.compile(r"^([zcs])h"), r"\1"),
    (re.compile(r"ng$"), "n"),
    (re.compile(r"^l"), "n"),
    (re.compile(r"^r"), "l"),
)
# Fewer Latin words than this that could be pinyin are English: "can he".
FEWEST_SYLLABLES = 3
SHARE_OF_SYLLABLES = 0.8
# Odd numbers of 64 bits: what a run so far is multiplied by, and what spreads it over the buckets (Knuth, TAOCP 6.4).
STEP = np.uint64(0xD6E8FEB86659FD93)
SPREAD = np.uint64(0x9E3779B97F4A7C15)
# The first three are runs over the lines of a text.
LINES = 3
VIEWS = {
    name: place
    for place, name in enumerate(("runs", "sounds", "kinds", "pairs", "pieces", "denied", "framed", "company"))
}

Numbers = NDArray[np.uint64]


@dataclass(frozen=True, slots=True)
class Table:
    """Texts as sparse rows: those of text `n` are `buckets` and `values` from `starts[n]` to `starts[n + 1]`.

    Every text has at least one. A bucket may stand twice in a row, and its values then add up.
    """

    starts: NDArray[np.int64]
    buckets: NDArray[np.int64]
    values: NDArray[np.float32]


class Hashed(dict[str, int]):
    """The number of every word met so far, and of the pieces of each. It must not outlive the text."""

    def __init__(self) -> None:
        super().__init__()
        self._pieces: dict[str, list[int]] = {}

    def __missing__(self, word: str) -> int:
        number = self[word] = crc32(word.encode())
        return number

    def pieces(self, word: str) -> list[int]:
        """Those of a word."""
        if word not in self._pieces:
            self._pieces[word] = [crc32(piece.encode()) for piece in pieces(word)]
        return self._pieces[word]


@dataclass(slots=True)
class _Grams:
    """Pairs of numbers, each with the text and view that it stands in."""

    views: list[int] = field(default_factory=list)
    firsts: list[int] = field(default_factory=list)
    seconds: list[int] = field(default_factory=list)

    def add(self, view: int, firsts: Sequence[int], seconds: Sequence[int] | None = None) -> None:
        self.views += [view] * len(firsts)
        self.firsts += firsts
        self.seconds += seconds or [0] * len(firsts)

    def keys(self) -> NDArray[np.int64]:
        views = np.array(self.views)
        grams = (_seeds(views) * STEP + np.array(self.firsts, np.uint64)) * STEP + np.array(self.seconds, np.uint64)
        return _keys(views, grams)


class Features:
    """Hashes texts. `readings` says how a Chinese character sounds, as a pinyin syllable without its tone."""

    def __init__(self, readings: Mapping[str, str]) -> None:
        self._sound = {sign: heard(syllable) for sign, syllable in readings.items()}
        self._syllables = {syllable: heard(syllable) for syllable in readings.values()}

    def of(self, texts: Sequence[str]) -> Table:
        """One row for each normalised text."""
        hashed, grams = Hashed(), _Grams()
        lines: list[list[str]] = []
        for row, said in enumerate(texts):
            signs = SIGN.findall(said)
            words = [sign for sign in signs if sign not in STOPS]
            of_kinds = ["^", *kinds(words), "$"]
            lines += (["^", *words, "$"], self._sounds(words), of_kinds)
            _around(row * len(VIEWS), said, signs, words, hashed, grams)
            _company(row * len(VIEWS), of_kinds, hashed, grams)
        return _table(np.concatenate((_runs(lines, hashed), grams.keys())), len(texts))

    def _sounds(self, words: Sequence[str]) -> list[str]:
        latin = [word for word in words if word[0] < "\u3400"]
        typed = sum(word in self._syllables for word in latin)
        as_pinyin = typed >= FEWEST_SYLLABLES and typed >= SHARE_OF_SYLLABLES * len(latin)
        found = (self._sound.get(word) or (self._syllables.get(word) if as_pinyin else None) for word in words)
        return [sound for sound in found if sound]


def _around(row: int, said: str, signs: list[str], words: list[str], hashed: Hashed, grams: _Grams) -> None:
    """The pieces of words, what a denial reaches (alone and with the sign before), and every word with each frame."""
    for word in words:
        if word[0] < "\u3400":
            grams.add(row + VIEWS["pieces"], hashed.pieces(word))
    reached = denied(signs)
    after = [hashed[signs[place]] for place in reached]
    grams.add(row + VIEWS["denied"], after)
    grams.add(row + VIEWS["denied"], after, [hashed[signs[place - 1]] for place in reached])
    numbers = [0, *(hashed[word] for word in words)]
    for frame in frames(said):
        grams.add(row + VIEWS["framed"], [hashed[frame]] * len(numbers), numbers)


def _company(row: int, of_kinds: list[str], hashed: Hashed, grams: _Grams) -> None:
    """In a short text, each kind of thing with each other word of it."""
    if len(of_kinds) <= SHORT:
        numbers = [hashed[sign] for sign in of_kinds]
        for kind in KINDS.keys() & set(of_kinds):
            grams.add(row + VIEWS["company"], [hashed[kind]] * len(numbers), numbers)


def _runs(lines: Sequence[Sequence[str]], hashed: Hashed) -> NDArray[np.int64]:
    """Of the three lines of each text (words, sounds, words with kinds): runs of up to `LONGEST_RUN`, of the last only
    those that hold a kind, and of the first also pairs with something in between."""
    spoken = [word for line in lines for word in line]
    size = len(spoken)
    words = np.array([*(hashed[word] for word in spoken), *[0] * LONGEST_RUN], np.uint64)
    line_views = [place // LINES * len(VIEWS) + place % LINES for place in range(len(lines))]
    views = np.array([view for view, line in zip(line_views, lines, strict=True) for _ in line] + [-1] * LONGEST_RUN)
    is_kind = np.array([word in KINDS for word in spoken] + [False] * LONGEST_RUN)
    here, here_words = views[:size], words[:size]
    in_place = here % len(VIEWS)
    grams, holds = _seeds(here), in_place != VIEWS["kinds"]
    found = []
    for step in range(LONGEST_RUN):
        following = slice(step, size + step)
        grams = grams * STEP + words[following]
        holds = holds | is_kind[following]
        within = views[following] == here
        wanted = within & holds
        found.append(_keys(here[wanted], grams[wanted]))
        if 1 < step <= WIDEST_GAP:
            wanted = within & (in_place == VIEWS["runs"])
            apart = here[wanted] + (VIEWS["pairs"] - VIEWS["runs"])
            found.append(_keys(apart, (_seeds(apart) * STEP + here_words[wanted]) * STEP + words[following][wanted]))
    return np.concatenate(found)


def _seeds(views: NDArray[np.int64]) -> Numbers:
    """What a gram of a view begins with."""
    return (views % len(VIEWS) + 1).astype(np.uint64)


def _keys(views: NDArray[np.int64], grams: Numbers) -> NDArray[np.int64]:
    """Text, view and bucket of each gram in one number."""
    return (views << BUCKET_BITS) + (grams * SPREAD >> np.uint64(64 - BUCKET_BITS)).view(np.int64)


def _table(keys: NDArray[np.int64], texts: int) -> Table:
    """Each gram once in its view, and each view of length one."""
    keys.sort()
    keys = keys[_changes(keys)]
    views = keys >> BUCKET_BITS
    begins = np.append(np.flatnonzero(_changes(views)), len(keys))
    sizes = begins[1:] - begins[:-1]
    values = np.repeat(sizes.astype(np.float32) ** np.float32(-0.5), sizes)
    return Table(np.searchsorted(views, np.arange(texts + 1) * len(VIEWS)), keys & (BUCKETS - 1), values)


def _changes(numbers: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Where a number is not the one before."""
    changes = np.ones(len(numbers), np.bool_)
    np.not_equal(numbers[1:], numbers[:-1], out=changes[1:])
    return changes


def pieces(word: str) -> Iterator[str]:
    whole = f"<{word}>"
    for size in PIECES:
        for start in range(len(whole) - size + 1):
            yield whole[start : start + size]


def heard(syllable: str) -> str:
    """A syllable with the differences left out that are often not heard."""
    for spelling, sound in SAME_SOUND:
        syllable = spelling.sub(sound, syllable)
    return syllable
