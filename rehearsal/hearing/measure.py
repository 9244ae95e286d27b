"""How well a recognition model hears held-out sentences in held-out voices: errors, amounts and days right, speed.

`python -m rehearsal.hearing.measure MODEL`: every held-out sentence is spoken once by espeak-ng in a voice that no
training used, sent over the line, recognised by faster-whisper as in a call, and read by `bot.amounts` and `bot.dates`.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Literal, Protocol

import numpy as np

from bot.amounts import parse_amount
from bot.dates import parse_date
from rehearsal.hearing.sentences import Sentence, all_sentences
from speech.audio import Samples, resample
from speech.hear import Heard, HearSettings, Recogniser
from speech.telephone_line import over_the_line
from speech.training.espeak import Espeak
from speech.training.line import over_a_bad_line
from speech.training.scoring import edits, units
from speech.training.voices import draw_voice

Line = Literal["ordinary", "bad"]
# Any day and any debt will do, as long as both texts are read with the same.
_TODAY, _DUE, _BALANCE = date(2026, 11, 23), Decimal("777.77"), Decimal(1_000_000)


class Ears(Protocol):
    """What recognises one utterance: a `speech.hear.Recogniser`."""

    def hear(self, samples: Samples, language: str | None) -> Heard: ...


@dataclass(frozen=True, slots=True)
class Hearing:
    """One sentence and what was made of it. `wrong` and `length` are in characters of Chinese or words of English."""

    sentence: Sentence
    heard: str
    wrong: int
    length: int
    audio_seconds: float
    recognition_ms: float


@dataclass(frozen=True, slots=True)
class Figures:
    """What a part of the hearings comes to; shares are 0 to 1, None where nothing of the kind was said.

    :param error: edits by length, over all sentences together.
    :param exact: sentences heard as they were said.
    :param amounts: sentences with an amount in which the same amount is read.
    :param days: sentences with a day in which the same day is read.
    :param real_time: seconds of work for a second of sound.
    """

    sentences: int
    error: float
    exact: float
    amounts: float | None
    days: float | None
    real_time: float


def measure(ears: Ears, sentences: Iterable[Sentence], line: Line, seed: int = 99) -> list[Hearing]:
    """Speak, damage and hear every one of these sentences."""
    espeak, draw = Espeak(), Random(seed)
    found = []
    for at, each in enumerate(sentences):
        spoken = espeak.speak(each.text, draw_voice(each.language, True, draw)).astype(np.float32) / np.float32(32768)
        heard = ears.hear(_sent(spoken, espeak.rate, line, seed + at), each.language)
        said = units(each.text, each.language)
        wrong = edits(said, units(heard.text, each.language))
        found.append(Hearing(each, heard.text, wrong, len(said), heard.audio_seconds, heard.recognition_ms))
    return found


def _sent(spoken: Samples, rate: int, line: Line, seed: int) -> Samples:
    if line == "bad":
        return over_a_bad_line(spoken, rate, np.random.default_rng(seed))
    return over_the_line(resample(spoken, rate, 16_000), seed)


def figures(hearings: list[Hearing]) -> Figures:
    """Sum up hearings, at least one."""
    return Figures(
        sentences=len(hearings),
        error=_share(sum(each.wrong for each in hearings), sum(each.length for each in hearings)),
        exact=_share(sum(each.wrong == 0 for each in hearings), len(hearings)),
        amounts=_right([each for each in hearings if "amount" in each.sentence.kind], _amount),
        days=_right([each for each in hearings if "day" in each.sentence.kind], _day),
        real_time=_share(sum(each.recognition_ms for each in hearings) / 1000, sum(e.audio_seconds for e in hearings)),
    )


def _share(part: float, whole: float) -> float:
    return round(part / whole, 4) if whole else 0.0


def _amount(text: str, language: str) -> object:
    return parse_amount(text, language, _DUE, _BALANCE, heard=False)


def _day(text: str, language: str) -> object:
    return parse_date(text, language, _TODAY, payday=25)


def _right(hearings: list[Hearing], read: Callable[[str, str], object]) -> float | None:
    same = [
        read(each.heard, each.sentence.language) == meant
        for each in hearings
        if (meant := read(each.sentence.text, each.sentence.language)) is not None
    ]
    return _share(sum(same), len(same)) if same else None


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m rehearsal.hearing.measure", description=__doc__)
    parser.add_argument("model", help="a folder with a CTranslate2 model, or a name that faster-whisper knows")
    parser.add_argument("--line", choices=("ordinary", "bad"), default="ordinary")
    parser.add_argument("--each", type=int, default=0, help="at most so many sentences of a kind and language")
    parser.add_argument("--json", type=Path, help="write the figures here too")
    parser.add_argument("--misheard", type=int, default=0, help="show so many that were misheard")
    given = parser.parse_args()
    held = [each for each in all_sentences() if each.held_out]
    if given.each:
        held = _few(held, given.each)
    hearings = measure(Recogniser(HearSettings(model=given.model)), held, given.line)
    parts: dict[str, list[Hearing]] = defaultdict(list)
    for each in hearings:
        # Talk beyond the script is told apart: the targets are for what calls turn on.
        where = "beyond the script" if each.sentence.kind == "trigger" else "all"
        for part in {where, each.sentence.kind}:
            parts[f"{each.sentence.language} {part}"].append(each)
    told = {name: asdict(figures(of_part)) for name, of_part in sorted(parts.items()) if not name.endswith("trigger")}
    for name, values in told.items():
        parts_told = (f"{key} {value}" for key, value in values.items() if value is not None)
        sys.stdout.write(f"{name:22} {'  '.join(parts_told)}\n")
    for each in [each for each in hearings if each.wrong][: given.misheard]:
        sys.stdout.write(f"said {each.sentence.text} | heard {each.heard}\n")
    if given.json:
        given.json.write_text(json.dumps({"line": given.line, "parts": told}, indent=1) + "\n", encoding="utf-8")


def _few(sentences: list[Sentence], count: int) -> list[Sentence]:
    taken: dict[tuple[str, str], int] = defaultdict(int)
    few = []
    for each in sentences:
        taken[each.language, each.kind] += 1
        if taken[each.language, each.kind] <= count:
            few.append(each)
    return few


if __name__ == "__main__":
    main()
