"""The patterns of words.yaml, made ready once."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Final

import yaml

from bot.wording import normalise

WORDS: Final = Path(__file__).parent / "words.yaml"


@cache
def patterns(section: str) -> Mapping[str, re.Pattern[str]]:
    """By name, in the order of the file, what to look for in normalised text.

    :raises KeyError: no such section.
    """
    by_name: dict[str, dict[str, list[str]]] = yaml.safe_load(WORDS.read_text(encoding="utf-8"))[section]
    # In ASCII rules a Chinese character is no part of a word, so an English word may stand right next to it.
    return {
        name: re.compile(
            "|".join([*(f"(?:{each})" for each in words["zh"]), rf"\b(?:{'|'.join(words['en'])})\b"]), re.ASCII
        )
        for name, words in by_name.items()
    }


def first_in(section: str, text: str) -> str | None:
    """The first name of a section whose words stand in `text`."""
    said = normalise(text)
    return next((name for name, words in patterns(section).items() if words.search(said)), None)


def says(section: str, text: str) -> bool:
    """Whether any words of a section stand in `text`."""
    return first_in(section, text) is not None
