"""Whisper's own tokens, rebuilt from the table in the `openai-whisper` package, cut down to those that occur here.

The ids, the pieces and the order of merging are the real ones; a token that nothing here is written with is left out.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable, Mapping
from itertools import pairwise
from pathlib import Path
from typing import Any

END, START, ENGLISH, CHINESE, TRANSLATE, TRANSCRIBE = 50257, 50258, 50259, 50260, 50358, 50359
START_OF_LM, START_OF_PREVIOUS, NOBODY_SPEAKS, NO_TIMES, COUNT = 50360, 50361, 50362, 50363, 51865
# By the empty piece at this place CTranslate2 knows a model of many languages.
_EMPTY = 50256
LANGUAGES = {"en": ENGLISH, "zh": CHINESE}
SPECIAL = {
    END: "<|endoftext|>", START: "<|startoftranscript|>", ENGLISH: "<|en|>", CHINESE: "<|zh|>",
    TRANSLATE: "<|translate|>", TRANSCRIBE: "<|transcribe|>", START_OF_LM: "<|startoflm|>",
    START_OF_PREVIOUS: "<|startofprev|>", NOBODY_SPEAKS: "<|nospeech|>", NO_TIMES: "<|notimestamps|>",
}  # fmt: skip
# faster-whisper looks these up to keep them from being written; without them it would bar pieces of them instead.
_BARRED = (
    '"', "#", "(", ")", "*", "+", "/", ":", ";", "<", "=", ">", "@", "[", "\\", "]", "^", "_", "`", "{", "|", "}",
    "~", "「", "」", "『", "』", "<<", ">>", "<<<", ">>>", "--", "---", "-(", "-[", "('", '("', "((", "))", "(((",
    ")))", "[[", "]]", "{{", "}}", "♪♪", "♪♪♪", "♩", "♪", "♫", "♬", "♭", "♮", "♯", "-", "'",
)  # fmt: skip


class Tokens:
    """Text to Whisper's token ids and back."""

    def __init__(self, table: Path) -> None:
        """:param table: `multilingual.tiktoken` of the `openai-whisper` package."""
        self._rank: dict[bytes, int] = {}
        for line in table.read_text().splitlines():
            piece, rank = line.split()
            self._rank[base64.b64decode(piece)] = int(rank)
        self._piece = {rank: piece for piece, rank in self._rank.items()}
        self._known: dict[str, list[int]] = {}

    def of(self, text: str, language: str) -> list[int]:
        """Ids of a text in words; Chinese a character at a time, which is a syllable at a time to the ear.

        English words begin with their space, as Whisper writes them.
        """
        parts = list(text) if language == "zh" else [f" {word}" for word in _english_parts(text)]
        return [each for part in parts for each in self._ids(part.replace(" '", "'"))]

    def text(self, ids: Iterable[int]) -> str:
        """The words of ids; special ones are passed over."""
        return b"".join(self._piece.get(each, b"") for each in ids).decode(errors="replace").strip()

    def _ids(self, part: str) -> list[int]:
        if part not in self._known:
            self._known[part] = [self._rank[piece] for piece in self._pieces(part.encode())]
        return self._known[part]

    def _pieces(self, whole: bytes, below: int = COUNT) -> list[bytes]:
        """Merge bytes in the order of their ranks, with ranks under `below` alone."""
        pieces = [bytes([each]) for each in whole]
        while len(pieces) > 1:
            ranked = [self._rank.get(left + right, COUNT) for left, right in pairwise(pieces)]
            best = min(ranked)
            if best >= below:
                break
            at = ranked.index(best)
            pieces[at : at + 2] = [pieces[at] + pieces[at + 1]]
        return pieces

    def written(self, used: Iterable[int]) -> tuple[dict[str, Any], list[str]]:
        """`tokenizer.json` for the `tokenizers` library and `vocabulary.json` for CTranslate2.

        :param used: ids that occur; what they are merged from, single bytes and special tokens are added.
        """
        kept = {rank for piece, rank in self._rank.items() if len(piece) == 1}
        wanted = {*used, *(each for sign in _BARRED for text in (sign, f" {sign}") for each in self._ids(text))}
        merges: dict[int, tuple[bytes, bytes]] = {}
        open_ = [each for each in wanted if each in self._piece]
        while open_:
            rank = open_.pop()
            piece = self._piece[rank]
            if rank in merges or len(piece) == 1:
                continue
            left, right = self._pieces(piece, rank)
            merges[rank] = (left, right)
            open_ += [self._rank[left], self._rank[right]]
        kept |= set(merges)
        letters = _letters()

        def spelled(piece: bytes) -> str:
            return "".join(letters[each] for each in piece)

        names = {**{each: spelled(self._piece[each]) for each in kept}, **SPECIAL}
        special = {"single_word": False, "lstrip": False, "rstrip": False, "normalized": False, "special": True}
        tokenizer = {
            "version": "1.0",
            "truncation": None,
            "padding": None,
            "added_tokens": [{"id": each, "content": name, **special} for each, name in SPECIAL.items()],
            "normalizer": None,
            "pre_tokenizer": {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": True},
            "post_processor": None,
            "decoder": {"type": "ByteLevel", "add_prefix_space": True, "trim_offsets": True, "use_regex": True},
            "model": {
                "type": "BPE",
                # The special ones stand here too, or they would be numbered anew.
                "vocab": {name: each for each, name in sorted(names.items())},
                "merges": [[spelled(part) for part in merges[each]] for each in sorted(merges)],
            },
        }
        named = {**names, _EMPTY: ""}
        return tokenizer, [named.get(each, f"<|unused{each}|>") for each in range(COUNT)]


def _english_parts(text: str) -> list[str]:
    """Words, with what follows an apostrophe apart, as Whisper's pattern cuts them: don 't, i 'll."""
    return text.replace("'", " '").split()


def _letters() -> Mapping[int, str]:
    """The letter that stands for each byte in `tokenizers`: itself if it can be printed, else one from 256 on."""
    plain = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    others = [each for each in range(256) if each not in plain]
    return {**{each: chr(each) for each in plain}, **{each: chr(256 + at) for at, each in enumerate(others)}}


def write(folder: Path, tokens: Tokens, used: Iterable[int]) -> None:
    """Put both files into a model's folder."""
    tokenizer, vocabulary = tokens.written(used)
    for name, what in (("tokenizer.json", tokenizer), ("vocabulary.json", vocabulary)):
        (folder / name).write_text(json.dumps(what, ensure_ascii=False, separators=(",", ":")), encoding="utf-8")
