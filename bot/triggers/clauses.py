"""A long turn in the pieces that can be read alone, so that a cry in its middle is not thinned out by the rest."""

from __future__ import annotations

import re

# Where a clause ends, or may: after a stop, and before a word that begins a new thought.
BREAKS = re.compile(r"(?<=[.!?;\n,])|(?<=\s)(?=(?:but|and|because|so|then|anyway|also|plus)\s)")
SIGN = re.compile(r"[\u3400-\u9fff]|[^\s\u3400-\u9fff]+\s*|\s+")
HAN = re.compile(r"[\u3400-\u9fff]")
# A word counts as this many Chinese characters.
SIGNS_OF_A_WORD = 2
# In Chinese characters: up to which a turn is read whole only, and how much of a longer one is read at a time.
SHORT = 60
WINDOW = 30


def clauses(said: str) -> tuple[str, ...]:
    """The whole normalised text first, then, where it is long, windows over it, each half over the next.

    A window begins and ends with a clause where clauses are short enough.
    """
    if _size(said) <= SHORT:
        return (said,)
    pieces = [piece for clause in BREAKS.split(said) for piece in _cut(clause)]
    windows = []
    start = 0
    while start < len(pieces):
        end, filled = start, 0
        while end < len(pieces) and (end == start or filled + _size(pieces[end]) <= WINDOW):
            filled += _size(pieces[end])
            end += 1
        windows.append("".join(pieces[start:end]).strip(" ,.;!?\n"))
        if end == len(pieces):
            break
        start = max(start + 1, (start + end) // 2)
    return (said, *dict.fromkeys(window for window in windows if window))


def _cut(clause: str) -> list[str]:
    """`clause`, or pieces of half a window when it runs on without a break."""
    signs = SIGN.findall(clause)
    if _size(clause) <= WINDOW:
        return [clause]
    pieces, piece, filled = [], "", 0
    for sign in signs:
        piece += sign
        filled += _size(sign)
        if filled >= WINDOW // 2:
            pieces.append(piece)
            piece, filled = "", 0
    return [*pieces, piece] if piece else pieces


def _size(text: str) -> int:
    """In Chinese characters."""
    han = len(HAN.findall(text))
    return han + SIGNS_OF_A_WORD * len(HAN.sub(" ", text).split())
