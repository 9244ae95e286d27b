"""Was it said? Recognisers invent text in silence, noise and music; what looks like that is not believed. Pure."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final, Literal

import yaml

Why = Literal[
    "nothing",
    "no_voice",
    "no_speech",
    "unsure",
    "invented",
    "repeats",
    "too_fast",
    "wrong_script",
    "prompt",
    "too_busy",
]
"""Why a hearing is not clear: no text; no voice in the sound; the model thinks that nobody spoke; it is not sure of the
words; a line known from subtitles; the same over and over; more than can be said in the time; not in the language's
writing; only our own prompt; nobody had time to listen."""

LEAST_VOICE_SECONDS: Final = 0.06
HARDLY_A_VOICE_SECONDS: Final = 0.2
_DOUBTED_NO_SPEECH: Final = 0.3
_MOST_COMPRESSION: Final = 2.4
# Letters that a prompt and an answer do not share by chance.
_LIKE_A_PROMPT: Final = 10
# People say "no no no no", and eight figures may be alike. The same piece six times over is no speech.
_REPEATS: Final = re.compile(r"(?P<piece>[^\d]{2,24}?)(?P=piece){5,}|(?P<char>[^\d\W])(?P=char){9,}")
# A hurried speaker says seven syllables of Chinese or five words of English a second.
_MOST_A_SECOND: Final = {"zh": 10.0, "en": 7.0}
_BRIEFEST: Final = {"zh": 4, "en": 3}
_FILE: Final = Path(__file__).with_name("invented_lines.yaml")


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is known of a hearing beside its words.

    :param voice_seconds: how long a voice is in the sound, by the voice activity network.
    :param confidence: 0 to 1.
    :param no_speech: 0 to 1, the model's own guess that nobody spoke.
    :param compression: how many times shorter the text gets by zlib; loops get much shorter.
    :param prompt: what was put before the speech.
    """

    voice_seconds: float
    confidence: float
    no_speech: float
    compression: float = 1.0
    prompt: str | None = None


def why_not_believed(
    text: str, language: str, evidence: Evidence, *, least_confidence: float, most_no_speech: float
) -> Why | None:
    """None for what may be taken as said; else the plainest reason against it."""
    plain = _plain(text)
    if not plain:
        return "nothing"
    if evidence.voice_seconds < LEAST_VOICE_SECONDS:
        return "no_voice"
    if not written_in(text, language):
        return "wrong_script"
    if _is_known_line(plain, evidence):
        return "invented"
    if evidence.prompt and len(plain) >= _LIKE_A_PROMPT and plain in _plain(evidence.prompt):
        return "prompt"
    if evidence.compression > _MOST_COMPRESSION or _REPEATS.search(text.replace(" ", "")):
        return "repeats"
    if too_fast(text, language, evidence.voice_seconds):
        return "too_fast"
    if evidence.no_speech > most_no_speech:
        return "no_speech"
    return "unsure" if evidence.confidence < least_confidence else None


def written_in(text: str, language: str) -> bool:
    """Whether the letters of `text` are those of the language; Latin words and figures stand in Chinese too."""
    scripts = {_script(char) for char in text if char.isalpha()}
    return scripts <= ({"HAN", "LATIN"} if language == "zh" else {"LATIN"})


def too_fast(text: str, language: str, voice_seconds: float) -> bool:
    """Whether nobody could have said so much in that time. Words of English count, and Chinese characters."""
    han = sum(_script(char) == "HAN" for char in text if char.isalpha())
    words = len(re.findall(r"[^\W\d_]+|\d+", "".join(" " if _script(char) == "HAN" else char for char in text)))
    return han + words > _BRIEFEST[language] + _MOST_A_SECOND[language] * voice_seconds


def _is_known_line(plain: str, evidence: Evidence) -> bool:
    lines = _lines()
    if any(line in plain for line in lines["anywhere"]):
        return True
    doubted = evidence.voice_seconds < HARDLY_A_VOICE_SECONDS or evidence.no_speech > _DOUBTED_NO_SPEECH
    return doubted and plain in lines["alone"]


@cache
def _lines() -> dict[str, frozenset[str]]:
    """Both languages together: a model that invents does not keep to the one it was given."""
    given = yaml.safe_load(_FILE.read_text(encoding="utf-8"))
    return {
        where: frozenset(_plain(line) for lines in given[where].values() for line in lines)
        for where in ("anywhere", "alone")
    }


def _plain(text: str) -> str:
    return "".join(char for char in unicodedata.normalize("NFKC", text).casefold() if char.isalnum())


@cache
def _script(char: str) -> str:
    name = unicodedata.name(char, "")
    return "HAN" if name.startswith("CJK") else name.split(" ", 1)[0]
