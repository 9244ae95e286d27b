"""What is heard while a person is fetched to the telephone: soft chords, made here, so that nobody's music is used."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

CHORDS = ((220.0, 277.2, 329.6), (196.0, 246.9, 293.7), (174.6, 220.0, 261.6), (196.0, 246.9, 329.6))
CHORD_SECONDS = 2.0
LOUDNESS = 1_500.0


@lru_cache(maxsize=4)
def hold_music(rate: int) -> bytes:
    """Eight seconds that can be repeated without a seam, as 16-bit samples at `rate`."""
    at = np.arange(round(CHORD_SECONDS * rate)) / rate
    swell = np.sin(np.pi * at / CHORD_SECONDS) ** 2
    chords = [swell * sum(np.sin(2 * np.pi * pitch * at) for pitch in chord) for chord in CHORDS]
    return (LOUDNESS * np.concatenate(chords)).astype("<i2").tobytes()
