"""Make the debtor's side of a call from a script, so that a newcomer can try `amends call` without a microphone.

A synthetic voice says the sentences over a simulated telephone line; digits are keyed, as callers do where they must
be right. It rehearses the pipeline and says nothing of how well people are understood.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from speech.audio import Samples, seconds_of, silence, write_wav
from speech.dtmf import key_tones
from speech.speak import Speaker
from speech.speak_process import Voice
from speech.spoken import spoken
from speech.telephone_line import over_the_line

# Not the bot's own voices: a recogniser must not be tried on the voice that the same machine speaks with.
DEBTOR_VOICES = {"zh": Voice("sit/cmn+f2", 200), "en": Voice("gmw/en-us+f2", 165)}
_KEYS_ONLY = re.compile(r"[\d*#]+")


@dataclass(frozen=True)
class ScriptedSide:
    """A debtor's side that was written to `file`: so many utterances, `seconds` long."""

    file: str
    utterances: int
    seconds: float


def write_debtor_side(script: Sequence[str], language: str, out: Path, speaker: Speaker) -> ScriptedSide:
    """Write what `debtor_side` makes into a 16 kHz WAV.

    :raises ValueError: when an utterance holds nothing that can be said or keyed.
    :raises FileNotFoundError: when the folder for `out` does not exist.
    """
    if not out.parent.is_dir():
        raise FileNotFoundError(f"there is no folder {out.parent}")
    samples = debtor_side(script, language, speaker)
    write_wav(out, samples)
    return ScriptedSide(str(out), len(script), round(seconds_of(samples), 3))


def debtor_side(
    script: Sequence[str], language: str, speaker: Speaker, *, pause_seconds: float = 1.5, seed: int = 7
) -> Samples:
    """The utterances one after another, each followed by a pause, at 16 kHz.

    An utterance of digits, * and # alone is keyed, with a closing # if it has none; anything else is spoken.

    :param language: "zh" or "en".
    :param pause_seconds: silence before, between and after; it must be longer than the pause that ends a turn (0.8).
    :param seed: of the line's noise.
    :raises ValueError: when an utterance holds nothing that can be said or keyed.
    """
    parts = [silence(pause_seconds)]
    for utterance in script:
        said = utterance.strip()
        if _KEYS_ONLY.fullmatch(said):
            parts.append(key_tones(said if said.endswith("#") else f"{said}#"))
        else:
            parts.append(speaker.say(spoken(said, language), language, DEBTOR_VOICES[language]))
        parts.append(silence(pause_seconds))
    return over_the_line(np.concatenate(parts), seed)
