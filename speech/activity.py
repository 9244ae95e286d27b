"""Voice activity: is this speech, and has the speaker finished?

`SileroVoice` says how likely each 32 ms is speech (Silero VAD, the ONNX file that faster-whisper carries).
`Endpointer` turns those probabilities into turns. It never reads a clock: time comes in as an argument, so a long
conversation is tested in microseconds.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from faster_whisper.vad import get_vad_model

from speech.audio import RATE, SILENT_PEAK, BadAudio, Samples, seconds_of

CHUNK = 512  # samples: 32 ms at 16 kHz, the size Silero was trained on
_CONTEXT = 64  # samples of the previous chunk that Silero wants in front

TurnEvent = Literal["speech_started", "speech_ended", "speech_too_long"]


class SileroVoice:
    """How likely each chunk of one audio stream is speech. One instance a stream: the network carries a state."""

    def __init__(self) -> None:
        # The network itself is loaded once for the process; running it needs no lock.
        self._session = get_vad_model().session
        self._h = np.zeros((1, 1, 128), np.float32)
        self._c = np.zeros((1, 1, 128), np.float32)
        self._context = np.zeros(_CONTEXT, np.float32)

    def probability(self, chunk: Samples) -> float:
        """The probability that this chunk of 512 samples (32 ms at 16 kHz) is speech, 0 to 1.

        :raises ValueError: for a chunk of another size.
        """
        if chunk.size != CHUNK:
            raise ValueError(f"a chunk is {CHUNK} samples, not {chunk.size}")
        framed = np.concatenate([self._context, chunk]).astype(np.float32).reshape(1, -1)
        output, self._h, self._c = self._session.run(None, {"input": framed, "h": self._h, "c": self._c})
        self._context = chunk[-_CONTEXT:]
        return float(np.asarray(output).reshape(-1)[0])


@dataclass(frozen=True)
class EndpointSettings:
    """When a turn begins and ends.

    :param start_at: probability from which a chunk counts as speech.
    :param stay_above: once speaking, probability under which a chunk counts as silence.
    :param least_speech_seconds: shorter bursts (a click, a cough) are dropped.
    :param end_silence_seconds: silence that ends a turn; shorter pauses belong to it.
    :param longest_seconds: a turn is cut here, so that the recogniser's 30 s window always holds it.
    """

    start_at: float = 0.5
    stay_above: float = 0.35
    least_speech_seconds: float = 0.09
    end_silence_seconds: float = 0.8
    longest_seconds: float = 28.0


class Endpointer:
    """Turns of speech from a stream of probabilities. Pure: it holds only what it was told."""

    def __init__(self, settings: EndpointSettings | None = None) -> None:
        self._settings = settings or EndpointSettings()
        self._speech = 0.0
        self._silence = 0.0
        self._length = 0.0
        self.in_turn = False

    @property
    def silence_seconds(self) -> float:
        """How long it has been silent since the last speech of the turn (or of the turn just ended)."""
        return self._silence

    def process(self, chunk_seconds: float, speech_probability: float) -> TurnEvent | None:
        """Take the next stretch of audio: how long it is, and how likely it is speech (0 to 1)."""
        speaking = speech_probability >= (self._settings.stay_above if self._speech else self._settings.start_at)
        if speaking:
            self._speech += chunk_seconds
            self._silence = 0.0
        else:
            self._silence += chunk_seconds
        if not self.in_turn:
            return self._before_a_turn(speaking)
        self._length += chunk_seconds
        if self._silence >= self._settings.end_silence_seconds:
            return self._end("speech_ended")
        if self._length >= self._settings.longest_seconds:
            return self._end("speech_too_long")
        return None

    def finish(self) -> TurnEvent | None:
        """The stream has ended: so has the turn, if one was going on."""
        return self._end("speech_ended") if self.in_turn else None

    def _before_a_turn(self, speaking: bool) -> TurnEvent | None:
        if not speaking:
            self._speech = 0.0
        elif self._speech >= self._settings.least_speech_seconds:
            self.in_turn = True
            self._length = self._speech
            return "speech_started"
        return None

    def _end(self, event: TurnEvent) -> TurnEvent:
        self.in_turn = False
        self._speech = self._length = 0.0
        return event


def voice_seconds(samples: Samples) -> float:
    """How long somebody speaks in an utterance (16 kHz), in seconds, by chunks of 32 ms that are more likely than not
    a voice. Reads the whole at once, at a fifth of the cost of one chunk after the other."""
    if not samples.size:
        return 0.0
    padded = np.pad(samples, (0, -samples.size % CHUNK)).astype(np.float32)
    return int((get_vad_model()(padded) >= EndpointSettings().start_at).sum()) * CHUNK / RATE


def why_not_speech(samples: Samples, settings: EndpointSettings | None = None) -> BadAudio | None:
    """None when somebody speaks in this recording (16 kHz); else whether it is silent or only noise."""
    if samples.size == 0 or float(np.abs(samples).max()) < SILENT_PEAK:
        return BadAudio("silence", f"the recording is silent ({seconds_of(samples):.1f} s)")
    voice, turns = SileroVoice(), Endpointer(settings)
    for at in range(0, samples.size - CHUNK + 1, CHUNK):
        if turns.process(CHUNK / RATE, voice.probability(samples[at : at + CHUNK])) == "speech_started":
            return None
    return BadAudio("noise", f"nobody speaks in the recording ({seconds_of(samples):.1f} s)")
