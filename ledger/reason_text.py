"""Reasons as compact text: ``W:P01-1.20,B11+0.41;A:A01-0.70``, a third of their JSON and made for a million at once.

The letter is the head, then come codes with their effect in calibrated log-odds, the strongest first.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

LETTERS = {"willingness": "W", "ability": "A"}
"""Head -> its letter."""

_HEADS = {letter: head for head, letter in LETTERS.items()}
_TOLD = re.compile(r"([A-Z]\d\d)([+-]\d+\.\d\d)")


def to_text(reasons: Sequence[dict[str, Any]]) -> str:
    """:param reasons: [{"head", "code", "effect"}, ...]; the reasons of a head must stand together.

    :raises KeyError: a head that has no letter.
    """
    by_head: dict[str, list[str]] = {}
    for reason in reasons:
        by_head.setdefault(LETTERS[reason["head"]], []).append(f"{reason['code']}{reason['effect']:+.2f}")
    return ";".join(f"{letter}:{','.join(told)}" for letter, told in by_head.items())


def from_text(text: str) -> list[dict[str, Any]]:
    """:raises ValueError: not what :func:`to_text` writes."""
    reasons = []
    for part in text.split(";") if text else []:
        letter, colon, told = part.partition(":")
        if letter not in _HEADS or not colon:
            raise ValueError(f"not a list of reasons: {text!r}")
        for each in told.split(","):
            if not (found := _TOLD.fullmatch(each)):
                raise ValueError(f"not a reason: {each!r}")
            reasons.append({"head": _HEADS[letter], "code": found[1], "effect": float(found[2])})
    return reasons
