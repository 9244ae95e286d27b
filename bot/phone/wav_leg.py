"""A scripted telephone: the debtor's side comes from a recording, the bot's side goes into one.

The recording stands still while the bot speaks, so each of its utterances answers the bot's words before it. The
bot's recording is on the clock of the call: it is silent while the debtor's side runs, so the two can be laid over
each other turn by turn.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from speech.activity import CHUNK, why_not_speech
from speech.audio import BadAudio, Samples, read_audio, seconds_of, silence, write_wav
from speech.dtmf import find_keys


class WavLeg:
    """A call whose debtor is a recording."""

    def __init__(self, debtor: Samples, out: Path) -> None:
        """:param debtor: 16 kHz.
        :param out: where the bot's side is written on hanging up.
        """
        self._debtor = np.pad(debtor, (0, -debtor.size % CHUNK))
        self._out = out
        self._at = 0
        self._bot: list[Samples] = []
        self._up = True

    @classmethod
    def open(cls, wav: Path, out: Path) -> WavLeg | BadAudio:
        """Take the call in `wav`, unless nothing in it could be understood: nobody speaks, and no key is pressed.

        :raises FileNotFoundError: when the folder for `out` does not exist.
        """
        if not out.parent.is_dir():
            raise FileNotFoundError(f"there is no folder {out.parent}")
        debtor = read_audio(wav)
        if isinstance(debtor, BadAudio):
            return debtor
        if not find_keys(debtor) and (nothing := why_not_speech(debtor)):
            return nothing
        return cls(debtor, out)

    @property
    def seconds(self) -> float:
        """How long the call has lasted."""
        return sum(seconds_of(part) for part in self._bot)

    def receive(self) -> Samples | None:
        if self._at >= self._debtor.size or not self._up:
            return None
        chunk = self._debtor[self._at : self._at + CHUNK]
        self._at += CHUNK
        self._bot.append(silence(seconds_of(chunk)))
        return chunk

    def play(self, samples: Samples) -> None:
        self._bot.append(samples)

    def hang_up(self) -> None:
        if self._up:
            self._up = False
            write_wav(self._out, np.concatenate(self._bot) if self._bot else silence(0))
