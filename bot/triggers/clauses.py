"""A long turn in the pieces that can be read alone, so that a cry in its middle is not thinned out by the rest."""

from __future__ import annotations

import re
from itertools import pairwise

BREAKS = re.compile(r"[.!?;\n]+|,+|(?:\s(?=(?:but|and|because|so|then|anyway|also|plus)\s))")
HAN = re.compile(r"[\u3400-\u9fff]")
WORD = re.compile(r"[a-z0-9']+")
# A Chinese clause without punctuation is cut into windows of this many signs, each half over the next.
WINDOW = 24
LONGEST_CLAUSE = 36
# Words count as this many signs.
SIGNS_OF_A_WORD = 2


def clauses(said: str) -> tuple[str, ...]:
    """The whole normalised text first, then, where it has several, its clauses and each two that follow each other."""
    parts = [part.strip() for part in BREAKS.split(said) if (part and WORD.search(part)) or (part and HAN.search(part))]
    parts = [window for part in parts for window in _windows(part)]
    if len(parts) < 2:
        return (said,)
    both = [f"{first}, {second}" for first, second in pairwise(parts)] if len(parts) > 2 else []
    return tuple(dict.fromkeys((said, *parts, *both)))


def _windows(part: str) -> list[str]:
    """`part`, or overlapping pieces of it when it runs on without a break."""
    tokens = re.findall(r"[\u3400-\u9fff]|[^\s\u3400-\u9fff]+\s?|\s", part)
    sizes = [1 if HAN.match(token) else SIGNS_OF_A_WORD for token in tokens]
    if sum(sizes) <= LONGEST_CLAUSE:
        return [part]
    found = []
    start = 0
    while start < len(tokens):
        end, filled = start, 0
        while end < len(tokens) and filled < WINDOW:
            filled += sizes[end]
            end += 1
        found.append("".join(tokens[start:end]).strip())
        if end == len(tokens):
            break
        start = (start + end + 1) // 2
    return found
