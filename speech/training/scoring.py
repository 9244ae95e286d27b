"""How much was misheard: edits against what was said, in characters of Chinese and words of English."""

from __future__ import annotations

from collections.abc import Sequence


def edits(said: Sequence[str], heard: Sequence[str]) -> int:
    """The fewest units put in, left out or changed to make `heard` of `said` (Levenshtein)."""
    row = list(range(len(heard) + 1))
    for at, one in enumerate(said):
        left, row[0] = row[0], at + 1
        for other_at, other in enumerate(heard):
            left, row[other_at + 1] = (
                row[other_at + 1],
                min(row[other_at + 1] + 1, row[other_at] + 1, left + (one != other)),
            )
    return row[-1]


def units(text: str, language: str) -> Sequence[str]:
    """Characters without spaces, or words."""
    return text.replace(" ", "") if language == "zh" else text.split()
