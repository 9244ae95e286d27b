"""A text as the classifier sees it: hashed pieces of its characters, words and sounds.

Seven views, each of length one: runs of words and characters (a Chinese character counts as a word, so that mixed talk
is one sequence), pairs with something in between, pieces of words (for typos), sounds (for what a recogniser mishears
and what is typed in pinyin), and what stands around the words (`circumstances`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from bot.triggers.circumstances import denied, framed, kinds

# So many that two pieces seldom share one.
BUCKETS = 1 << 22
TOKEN = re.compile(r"[a-z]+(?:'[a-z]+)?|\d+|[\u3400-\u9fff]")
LONGEST_RUN = 4
WIDEST_GAP = 3
PIECES = (3, 4, 5)
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

Vector = tuple[NDArray[np.int32], NDArray[np.float32]]


class Hashed(dict[str, int]):
    """The bucket of every gram met so far, and the pieces of every word. Windows of one text share most of theirs; it
    must not outlive the text."""

    def __init__(self) -> None:
        super().__init__()
        self._pieces: dict[str, list[str]] = {}

    def __missing__(self, gram: str) -> int:
        bucket = self[gram] = crc32(gram.encode()) % BUCKETS
        return bucket

    def pieces(self, token: str) -> list[str]:
        """Those of a word, as grams."""
        if token not in self._pieces:
            self._pieces[token] = [f"x{piece}" for piece in pieces(token)]
        return self._pieces[token]


class Features:
    """Hashes texts. `readings` says how a Chinese character sounds, as a pinyin syllable without its tone."""

    def __init__(self, readings: Mapping[str, str]) -> None:
        self._sound = {sign: heard(syllable) for sign, syllable in readings.items()}
        self._syllables = {syllable: heard(syllable) for syllable in readings.values()}

    def of(self, said: str, hashed: Hashed | None = None) -> Vector:
        """Buckets and their values for a normalised text; a bucket may stand twice, and its values then add up.

        :param hashed: what is shared with other windows of the same text.
        """
        hashed = Hashed() if hashed is None else hashed
        tokens = TOKEN.findall(said)
        sounds = self._sounds(tokens)
        views = (
            [f"t{gram}" for gram in runs(("^", *tokens, "$"))],
            [f"s{gram}" for gram in pairs(tokens)],
            [gram for token in tokens if token[0] < "\u3400" for gram in hashed.pieces(token)],
            [f"p{gram}" for gram in runs(sounds)],
            denied(said),
            framed(said),
            kinds(said),
        )
        buckets: list[int] = []
        values: list[float] = []
        for view in views:
            if once := {hashed[gram] for gram in view}:
                buckets += once
                values += [len(once) ** -0.5] * len(once)
        return np.array(buckets, np.int32), np.array(values, np.float32)

    def _sounds(self, tokens: Sequence[str]) -> list[str]:
        latin = [token for token in tokens if token[0] < "\u3400"]
        typed = sum(token in self._syllables for token in latin)
        as_pinyin = typed >= FEWEST_SYLLABLES and typed >= SHARE_OF_SYLLABLES * len(latin)
        found = (self._sound.get(token) or (self._syllables.get(token) if as_pinyin else None) for token in tokens)
        return [sound for sound in found if sound]


def runs(tokens: Sequence[str]) -> Iterator[str]:
    for size in range(1, LONGEST_RUN + 1):
        for start in range(len(tokens) - size + 1):
            yield " ".join(tokens[start : start + size])


def pairs(tokens: Sequence[str]) -> Iterator[str]:
    for gap in range(2, WIDEST_GAP + 1):
        for first, second in zip(tokens, tokens[gap:], strict=False):
            yield f"{first} {second}"


def pieces(token: str) -> Iterator[str]:
    whole = f"<{token}>"
    for size in PIECES:
        for start in range(len(whole) - size + 1):
            yield whole[start : start + size]


def heard(syllable: str) -> str:
    """A syllable with the differences left out that are often not heard."""
    for spelling, sound in SAME_SOUND:
        syllable = spelling.sub(sound, syllable)
    return syllable
