"""The debtor's side of one call as speech and silence: where an utterance begins, and how long it has been quiet.

Works on 32 ms at a time, whatever the leg gives. A telephone's 8 kHz are only stretched for the voice detector; an
utterance is brought to 16 kHz once, as a whole.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from bot.phone.turn_rules import LONG_NUMBER
from speech.activity import CHUNK, Endpointer, EndpointSettings, SileroVoice, TurnEvent
from speech.audio import RATE, SILENT_PEAK, Samples, resample

_LEAD_IN_SECONDS = 0.25
"""A soft first consonant is below the speech threshold; recognition needs it."""
_QUIETEST = int(SILENT_PEAK * 32768)

Pcm = npt.NDArray[np.int16]


class Listening:
    """One stream. Take the chunks of each piece of sound, and `step` through them in their order."""

    def __init__(self, rate: int) -> None:
        """:param rate: samples a second of the leg: 8000 or 16000."""
        self._rate = rate
        self._size = CHUNK * rate // RATE
        self.chunk_seconds = self._size / rate
        self._voice = SileroVoice()
        self._turns = Endpointer(EndpointSettings(end_silence_seconds=LONG_NUMBER))
        self._rest = b""
        self._lead_in: deque[Pcm] = deque(maxlen=round(_LEAD_IN_SECONDS / self.chunk_seconds))
        self._turn: list[Pcm] = []
        self._last = np.float32(0)
        self.speech_seconds = 0.0
        """How much of the present utterance was voice; counted from its first sound, before it counts as one."""
        self.spent_ms = 0.0

    @property
    def in_turn(self) -> bool:
        return self._turns.in_turn

    @property
    def silence_seconds(self) -> float:
        """How long it has been quiet."""
        return self._turns.silence_seconds

    def chunks(self, pcm: bytes) -> Iterator[Pcm]:
        """What came, in pieces of 32 ms; what is left over comes first the next time."""
        samples = np.frombuffer(self._rest + pcm[: (len(self._rest) + len(pcm)) // 2 * 2 - len(self._rest)], "<i2")
        whole = samples.size // self._size * self._size
        self._rest = samples[whole:].tobytes()
        yield from samples[:whole].reshape(-1, self._size)

    def step(self, chunk: Pcm, *, deaf: bool = False) -> TurnEvent | None:
        """Take the next 32 ms.

        :param deaf: keys are being pressed; whatever sounds is no voice.
        """
        began = time.perf_counter()
        event = self._turns.process(self.chunk_seconds, 0.0 if deaf else self._probability(chunk))
        if event == "speech_started":
            self._turn = [*self._lead_in, chunk]
        elif self._turns.in_turn or event is not None:
            self._turn.append(chunk)
        self._lead_in.append(chunk)
        if self._turns.silence_seconds == 0:
            self.speech_seconds += self.chunk_seconds
        elif not self._turns.in_turn and event is None:
            self.speech_seconds = 0.0
        self.spent_ms += (time.perf_counter() - began) * 1000
        return event

    def so_far(self) -> Samples:
        """The utterance at 16 kHz, from a little before its first sound, without most of the silence at its end."""
        if not self._turn:
            return np.zeros(0, np.float32)
        pcm = np.concatenate(self._turn)
        extra = max(0.0, self.silence_seconds - _LEAD_IN_SECONDS)
        kept = pcm[: pcm.size - round(extra * self._rate)]
        return resample((kept / 32768.0).astype(np.float32), self._rate, RATE)

    def end_turn(self) -> None:
        """The utterance was taken."""
        self._turns.finish()
        self._turn = []
        self.speech_seconds = 0.0
        self.spent_ms = 0.0

    def _probability(self, chunk: Pcm) -> float:
        if max(int(chunk.max()), -int(chunk.min())) <= _QUIETEST:
            return 0.0  # nothing that a person could hear: the network need not be asked
        samples = (chunk / np.float32(32768.0)).astype(np.float32)
        if self._rate != RATE:
            samples = self._stretched(samples)
        return self._voice.probability(samples)

    def _stretched(self, samples: Samples) -> Samples:
        doubled = np.empty(samples.size * 2, np.float32)
        doubled[1::2] = samples
        doubled[2::2] = (samples[:-1] + samples[1:]) / 2
        doubled[0] = (self._last + samples[0]) / 2
        self._last = samples[-1]
        return doubled
