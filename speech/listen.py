"""Listening to one audio stream: where each utterance begins and ends, and which keys were pressed."""

from __future__ import annotations

import time
from collections import deque
from dataclasses import dataclass

import numpy as np

from speech.activity import CHUNK, Endpointer, EndpointSettings, SileroVoice
from speech.audio import RATE, Samples
from speech.dtmf import KeyListener

# A soft first consonant is below the speech threshold; recognition needs it.
_LEAD_IN_SECONDS = 0.25
# Keys belong to one answer until nobody presses for this long, or until the hash key.
_BETWEEN_KEYS_SECONDS = 2.0


@dataclass(frozen=True)
class Utterance:
    """One turn of speech.

    :param samples: 16 kHz, from a little before the first sound to the end of the last.
    :param waited_seconds: silence that was waited before the turn was taken to be over.
    :param activity_ms: time spent on finding it, in milliseconds.
    """

    samples: Samples
    waited_seconds: float
    activity_ms: float


@dataclass(frozen=True)
class Keyed:
    """Keys pressed as one answer, without the closing hash.

    :param waited_seconds: silence that was waited before the answer was taken to be complete.
    :param activity_ms: time spent on finding them, in milliseconds.
    """

    keys: str
    waited_seconds: float
    activity_ms: float


class Listener:
    """Feed it chunks of 512 samples (32 ms at 16 kHz) of one call; it answers when a turn is complete."""

    def __init__(self, settings: EndpointSettings | None = None) -> None:
        self._settings = settings or EndpointSettings()
        self._voice = SileroVoice()
        self._turns = Endpointer(self._settings)
        self._key_tones = KeyListener()
        self._lead_in: deque[Samples] = deque(maxlen=round(_LEAD_IN_SECONDS * RATE / CHUNK))
        self._turn: list[Samples] = []
        self._keys = ""
        self._since_key = 0.0
        self._spent_ms = 0.0

    def process(self, chunk: Samples) -> Utterance | Keyed | None:
        """The answer that this chunk completed, if any."""
        began = time.perf_counter()
        answer = self._keyed(chunk) or self._spoken(chunk)
        return self._timed(answer, began)

    def finish(self) -> Utterance | Keyed | None:
        """The stream has ended: whatever was being said or keyed is the last answer."""
        began = time.perf_counter()
        if self._keys:
            return self._timed(self._take_keys(), began)
        return self._timed(self._take_turn() if self._turns.finish() else None, began)

    def _keyed(self, chunk: Samples) -> Keyed | None:
        self._since_key += chunk.size / RATE
        if pressed := self._key_tones.process(chunk):
            # A hash closes an answer; alone it is none.
            self._keys = (self._keys + pressed).lstrip("#")
            self._since_key = 0.0
        if self._keys and (self._keys.endswith("#") or self._since_key >= _BETWEEN_KEYS_SECONDS):
            return self._take_keys()
        return None

    def _spoken(self, chunk: Samples) -> Utterance | None:
        # A key tone sounds like a voice to the network, and while someone is keying nothing else is listened to.
        silent = self._key_tones.sounding or bool(self._keys)
        event = self._turns.process(chunk.size / RATE, 0.0 if silent else self._voice.probability(chunk))
        if event == "speech_started":
            self._turn = [*self._lead_in, chunk]
        elif self._turns.in_turn or event is not None:
            self._turn.append(chunk)
        self._lead_in.append(chunk)
        return self._take_turn() if event in {"speech_ended", "speech_too_long"} else None

    def _take_keys(self) -> Keyed:
        keyed = Keyed(self._keys.removesuffix("#"), self._since_key, 0.0)
        self._keys = ""
        return keyed

    def _take_turn(self) -> Utterance:
        waited = self._turns.silence_seconds
        samples = np.concatenate(self._turn)
        # Most of the closing silence is cut off; recognition gets a padding of its own choice.
        extra = max(0.0, waited - _LEAD_IN_SECONDS)
        self._turn = []
        return Utterance(samples[: samples.size - round(extra * RATE)], waited, 0.0)

    def _timed(self, answer: Utterance | Keyed | None, began: float) -> Utterance | Keyed | None:
        self._spent_ms += (time.perf_counter() - began) * 1000
        if answer is None:
            return None
        spent, self._spent_ms = self._spent_ms, 0.0
        if isinstance(answer, Utterance):
            return Utterance(answer.samples, answer.waited_seconds, spent)
        return Keyed(answer.keys, answer.waited_seconds, spent)


def split_turns(samples: Samples, settings: EndpointSettings | None = None) -> list[Utterance | Keyed]:
    """All utterances and keyed answers of a recording (16 kHz), in order."""
    listener = Listener(settings)
    padded = np.pad(samples, (0, -samples.size % CHUNK))
    answers = [listener.process(chunk) for chunk in padded.reshape(-1, CHUNK)]
    return [answer for answer in (*answers, listener.finish()) if answer is not None]
