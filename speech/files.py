"""Recordings in, text out; text in, a recording out: what the command line offers of hearing and speaking.

The results serialise with `dataclasses.asdict`.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from speech.activity import why_not_speech
from speech.audio import BadAudio, read_audio, seconds_of, write_wav
from speech.hear import Recogniser
from speech.invented import Why
from speech.listen import Keyed, split_turns
from speech.speaking import SpeakingPool
from speech.spoken import spoken


@dataclass(frozen=True)
class TranscribedTurn:
    """One utterance, or one answer given by keys.

    :param confidence: 0 to 1; 1 for keys.
    :param clear: whether a decision may rest on it; `why` says why not (`speech.invented.Why`).
    :param sure: whether a yes in it may be taken for one.
    :param recognition_ms: milliseconds from sound to text; 0 for keys.
    """

    heard_by: Literal["voice", "keys"]
    text: str
    confidence: float
    clear: bool
    seconds: float
    recognition_ms: float
    sure: bool = True
    why: Why | None = None


@dataclass(frozen=True)
class Transcript:
    """What was understood in one recording of `seconds` seconds."""

    file: str
    language: str
    seconds: float
    turns: tuple[TranscribedTurn, ...]


@dataclass(frozen=True)
class Said:
    """A sentence that was written to `file`.

    :param spoken: the words as they were given to the synthesiser, numbers spelled out.
    """

    file: str
    language: str
    spoken: str
    seconds: float
    synthesis_ms: float


def transcribe_file(path: Path, language: str, recogniser: Recogniser) -> Transcript | BadAudio:
    """Find the utterances and keyed answers of a recording and recognise each.

    :param language: "zh" or "en".
    """
    samples = read_audio(path)
    if isinstance(samples, BadAudio):
        return samples
    turns = split_turns(samples)
    if not turns and (nothing := why_not_speech(samples)):
        return nothing
    transcribed = []
    for turn in turns:
        if isinstance(turn, Keyed):
            transcribed.append(TranscribedTurn("keys", turn.keys, 1.0, True, 0.0, 0.0))
        else:
            heard = recogniser.hear(turn.samples, language)
            transcribed.append(
                TranscribedTurn(
                    "voice",
                    heard.text,
                    heard.confidence,
                    heard.clear,
                    heard.audio_seconds,
                    heard.recognition_ms,
                    heard.sure,
                    heard.why,
                )
            )
    return Transcript(str(path), language, round(seconds_of(samples), 3), tuple(transcribed))


def say_to_file(text: str, language: str, out: Path, speaker: SpeakingPool) -> Said:
    """Say a text, numbers spelled out first, into a 16 kHz WAV.

    :raises ValueError: when the text holds nothing that can be said.
    :raises FileNotFoundError: when the folder for `out` does not exist.
    """
    if not out.parent.is_dir():
        raise FileNotFoundError(f"there is no folder {out.parent}")
    words = spoken(text, language)
    began = time.perf_counter()
    samples = speaker.say(words, language)
    synthesis_ms = round((time.perf_counter() - began) * 1000, 1)
    write_wav(out, samples)
    return Said(str(out), language, words, round(seconds_of(samples), 3), synthesis_ms)
