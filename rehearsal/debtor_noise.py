"""What typing and hearing do to words: typos, homophones, lost words, fillers, by seed. Figures stay as they are. Pure.

The rates are assumptions. The errors of a recogniser are a model of them, in text; rehearsal/phone_visits.py has real
ones, where a speech model is set.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from random import Random
from typing import Final, Literal

Noise = Literal["none", "typed", "heard"]

RATES: Final[Mapping[Noise, float]] = {"none": 0.0, "typed": 0.22, "heard": 0.35}
"""How likely a line has an error at all; a line that was heard may have two."""
LEAST_WORD: Final = 4
"""A shorter word gets no typo: its own letters are all there is."""

# What is typed or heard instead: the same sound, another sign.
SOUND_ALIKE: Final[Mapping[str, Mapping[str, str]]] = {
    "zh": {
        "的": "得",
        "在": "再",
        "再": "在",
        "做": "作",
        "账": "帐",
        "吗": "嘛",
        "已经": "以经",
        "没": "莫",
        "还有": "还又",
        "是不是": "四不四",
        "这样": "酱",
        "知道": "造",
        "什么": "神马",
        "现在": "线在",
        "那个": "内个",
        "不用": "甭",
        "可以": "阔以",
        "联系": "连系",
        "身份": "身分",
        "证件": "正件",
    },
    "en": {
        "your": "you're",
        "their": "there",
        "there": "their",
        "its": "it's",
        "know": "no",
        "right": "write",
        "you": "u",
        "please": "pls",
        "because": "cuz",
        "really": "realy",
        "going to": "gonna",
        "want to": "wanna",
        "okay": "ok",
        "hear": "here",
        "week": "weak",
        "whole": "hole",
        "wait": "weight",
        "been": "bean",
    },
}
# Words that carry little and are lost first.
LOST_FIRST: Final[Mapping[str, tuple[str, ...]]] = {
    "zh": ("了", "吧", "啊", "就", "都", "呢", "这个", "你们"),
    "en": ("the", "a", "to", "of", "is", "that", "just", "please"),
}
NEIGHBOURS: Final = {"a": "s", "e": "r", "i": "o", "o": "p", "n": "m", "t": "y", "s": "a", "r": "t", "l": "k"}
_WORD: Final = re.compile(r"[A-Za-z]+")


def noisy(text: str, language: str, noise: Noise, random: Random, fillers: tuple[str, ...] = ()) -> str:
    """The words as they arrive.

    :param fillers: what people say while they think; only what is heard has them.
    """
    if random.random() >= RATES[noise]:
        return text
    errors: list[Callable[[str, str, Random], str]] = [_sounds_alike, _loses_a_word]
    errors += [_typo] if noise == "typed" else [_without_marks]
    for _ in range(2 if noise == "heard" and random.random() < 0.4 else 1):
        text = random.choice(errors)(text, language, random)
    if noise == "heard" and fillers and random.random() < 0.5:
        text = f"{random.choice(fillers)}{'，' if language == 'zh' else ' '}{text}"
    return text


def _sounds_alike(text: str, language: str, random: Random) -> str:
    there = [said for said in SOUND_ALIKE[language] if _place(text, said, language)]
    if not there:
        return text
    said = random.choice(there)
    found = _place(text, said, language)
    return text if found is None else text[: found.start()] + SOUND_ALIKE[language][said] + text[found.end() :]


def _loses_a_word(text: str, language: str, random: Random) -> str:
    there = [word for word in LOST_FIRST[language] if _place(text, word, language)]
    if not there:
        return text
    found = _place(text, random.choice(there), language)
    if found is None:
        return text
    kept = text[: found.start()] + text[found.end() :]
    return " ".join(kept.split()) if language == "en" else kept or text


def _typo(text: str, language: str, random: Random) -> str:
    if language == "zh":
        # Typed by sound: a character twice, or one left out at the end.
        return text.rstrip("。！？!?.") + random.choice(("", "。。", "~", "！！"))
    words = [found for found in _WORD.finditer(text) if len(found[0]) >= LEAST_WORD]
    if not words:
        return text
    found = random.choice(words)
    word, place = found[0], random.randrange(1, len(found[0]) - 1)
    broken = random.choice(
        (
            word[:place] + word[place + 1] + word[place] + word[place + 2 :],
            word[:place] + word[place + 1 :],
            word[:place] + word[place] + word[place:],
            word[:place] + NEIGHBOURS.get(word[place], word[place]) + word[place + 1 :],
        )
    )
    return text[: found.start()] + broken + text[found.end() :]


def _without_marks(text: str, language: str, _: Random) -> str:
    """A recogniser writes no marks, and no capitals."""
    kept = re.sub(r"(?<!\d)[，。！？,.!?;:、](?!\d)", " " if language == "en" else "", text)
    return " ".join(kept.split()).lower()


def _place(text: str, word: str, language: str) -> re.Match[str] | None:
    pattern = re.escape(word) if language == "zh" else rf"\b{re.escape(word)}\b"
    return re.search(pattern, text)
