"""Telephone keys (DTMF, ITU-T Q.23): make their tones, and find them in a call's audio.

Keying is the telephone's standard way to give digits that must be right, and it is never confused with speech:
a key counts only when two tones carry nearly all the energy for 40 ms or longer.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from speech.audio import RATE, Samples

LOW_HERTZ = (697.0, 770.0, 852.0, 941.0)
HIGH_HERTZ = (1209.0, 1336.0, 1477.0, 1633.0)
KEYS = ("123A", "456B", "789C", "*0#D")

BLOCK = 320  # samples: 20 ms, so 50 Hz between the Goertzel bins
_BLOCKS_NEEDED = 2  # Q.24: a tone of 40 ms or more is a key
_LEAST_LEVEL = 0.003  # root mean square; full scale is 1
_LEAST_SHARE = 0.75  # of the block's energy that the two tones must carry: speech spreads it wider
_MOST_TWIST = 10.0  # dB between the two tones
_LEAST_LEAD = 4.0  # times the energy of the next tone of the same group


def _projections() -> npt.NDArray[np.complex64]:
    """One row a tone: the Goertzel filter at that frequency, written as a dot product so that numpy does all eight."""
    hertz = np.array(LOW_HERTZ + HIGH_HERTZ)
    return np.exp(-2j * np.pi * hertz[:, None] * np.arange(BLOCK)[None, :] / RATE).astype(np.complex64)


_GOERTZEL = _projections()


def key_in_block(block: Samples) -> str | None:
    """The key whose two tones fill this block of 320 samples (20 ms at 16 kHz), if any."""
    energy = float(np.dot(block, block))
    if energy < _LEAST_LEVEL**2 * BLOCK:
        return None
    # A pure tone of energy E gives |projection|^2 = E * BLOCK / 2.
    tones = np.abs(_GOERTZEL @ block) ** 2 * 2.0 / BLOCK
    low, high = int(np.argmax(tones[:4])), int(np.argmax(tones[4:]))
    low_energy, high_energy = float(tones[low]), float(tones[4 + high])
    if low_energy + high_energy < _LEAST_SHARE * energy:
        return None
    if min(low_energy, high_energy) <= 0 or abs(10 * np.log10(low_energy / high_energy)) > _MOST_TWIST:
        return None
    for group, best in ((tones[:4], low), (tones[4:], high)):
        if float(np.delete(group, best).max()) * _LEAST_LEAD > float(group[best]):
            return None
    return KEYS[low][high]


class KeyListener:
    """Finds pressed keys in a stream of samples.

    `process` takes samples in any amounts and returns the keys that became certain with them. `sounding` says whether
    a key may be sounding just now, so that its tone is not taken for speech.
    """

    def __init__(self) -> None:
        self._rest = np.zeros(0, np.float32)
        self._key: str | None = None
        self._blocks = 0

    @property
    def sounding(self) -> bool:
        return self._key is not None

    def process(self, samples: Samples) -> str:
        """The keys that became certain within these 16 kHz samples; usually an empty string."""
        waiting = np.concatenate([self._rest, samples])
        whole = waiting.size // BLOCK * BLOCK
        self._rest = waiting[whole:]
        pressed = ""
        for block in waiting[:whole].reshape(-1, BLOCK):
            key = key_in_block(block)
            self._blocks = self._blocks + 1 if key == self._key else 1
            self._key = key
            if key is not None and self._blocks == _BLOCKS_NEEDED:
                pressed += key
        return pressed


def find_keys(samples: Samples) -> str:
    """All keys pressed in a recording (16 kHz), in order."""
    return KeyListener().process(samples)


def key_tones(keys: str, tone_seconds: float = 0.12, gap_seconds: float = 0.1, level: float = 0.2) -> Samples:
    """The sound of pressing these keys one after another, at 16 kHz.

    :param level: peak of each of the two tones; full scale is 1.
    :raises ValueError: for a character that is no telephone key.
    """
    time = np.arange(round(tone_seconds * RATE)) / RATE
    gap = np.zeros(round(gap_seconds * RATE))
    parts: list[npt.NDArray[np.float64]] = []
    for key in keys:
        row = next((at for at, keys_of_row in enumerate(KEYS) if key in keys_of_row), None)
        if row is None:
            raise ValueError(f"not a telephone key: {key!r}")
        low, high = LOW_HERTZ[row], HIGH_HERTZ[KEYS[row].index(key)]
        parts += [level * (np.sin(2 * np.pi * low * time) + np.sin(2 * np.pi * high * time)), gap]
    return np.concatenate(parts).astype(np.float32) if parts else np.zeros(0, np.float32)
