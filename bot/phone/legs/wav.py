"""A scripted telephone: the debtor's side comes from a recording, the bot's side goes into one.

Polite, the recording stands still while the bot speaks. Live, it runs on whatever the bot does, as a person would.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from bot.phone.legs.recorded import SILENCE, TICK_BYTES, RecordedLeg
from bot.phone.seam import HungUp, Key, LegEvent, Sound
from speech.activity import why_not_speech
from speech.audio import RATE, BadAudio, Samples, from_pcm16, read_audio, to_pcm16, write_wav
from speech.dtmf import KeyListener, find_keys

_STAYS = 5.0
"""Seconds that a recording in real time leaves the bot to answer its last words."""


def recorded_call(wav: Path) -> Samples | BadAudio:
    """The debtor's side of a call at 16 kHz, unless nothing in it could be understood: no speech, and no key."""
    debtor = read_audio(wav)
    if isinstance(debtor, BadAudio):
        return debtor
    if not find_keys(debtor) and (nothing := why_not_speech(debtor)):
        return nothing
    return debtor


class WavLeg(RecordedLeg):
    """A call whose debtor is a recording; when it ends, they hang up.

    :param debtor: 16 kHz.
    :param out: where the bot's side is written at the end, if anywhere.
    """

    def __init__(
        self,
        debtor: Samples,
        out: Path | None = None,
        *,
        polite: bool = True,
        real_time: bool = False,
    ) -> None:
        super().__init__(polite=polite, real_time=real_time)
        whole = np.pad(debtor, (0, round(_STAYS * RATE) if real_time else 0))
        self._debtor = to_pcm16(np.pad(whole, (0, -whole.size % (TICK_BYTES // 2))))
        self._out = out
        self._at = 0
        self._keys = KeyListener()
        self._keying = False

    @classmethod
    def open(cls, wav: Path, out: Path) -> WavLeg | BadAudio:
        """Take the call in `wav`, unless it cannot be used (`recorded_call`).

        :raises FileNotFoundError: when the folder for `out` does not exist.
        """
        if not out.parent.is_dir():
            raise FileNotFoundError(f"there is no folder {out.parent}")
        debtor = recorded_call(wav)
        return debtor if isinstance(debtor, BadAudio) else cls(debtor, out)

    async def far_end(self) -> list[LegEvent]:
        pcm = self._debtor[self._at : self._at + TICK_BYTES]
        self._at += TICK_BYTES
        if not pcm:
            return [HungUp()]
        pressed = self._keys.process(from_pcm16(pcm))
        # What carries a call takes the tones out of it and tells of the key.
        self._keying = self._keys.sounding and (self._keying or bool(pressed))
        return [Sound(SILENCE if self._keying else pcm), *map(Key, pressed)]

    async def hang_up(self) -> None:
        await super().hang_up()
        if self._out is not None:
            write_wav(self._out, from_pcm16(bytes(self.bot)))
            self._out = None
