"""What a telephone line does to a voice: 8 kHz, G.711 mu-law, and some noise.

Rehearsed debtors are sent through it, so that hearing is tried on what a telephone carries.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from speech.audio import RATE, Samples, resample

LINE_RATE = 8_000  # Hertz


def encode_mu_law(samples: Samples) -> npt.NDArray[np.uint8]:
    """Float samples to G.711 mu-law bytes, one a sample (ITU-T G.711)."""
    magnitude = np.minimum(np.abs(samples) * 32768.0, 32635.0).astype(np.int32) + 132
    exponent = np.floor(np.log2(magnitude)).astype(np.int32) - 7
    mantissa = (magnitude >> (exponent + 3)) & 0x0F
    sign = np.where(samples < 0, 0x80, 0)
    encoded: npt.NDArray[np.uint8] = (~(sign | (exponent << 4) | mantissa) & 0xFF).astype(np.uint8)
    return encoded


def decode_mu_law(encoded: npt.NDArray[np.uint8]) -> Samples:
    """G.711 mu-law bytes to float samples."""
    return _DECODED[encoded]


def _decoding_table() -> Samples:
    codes = ~np.arange(256, dtype=np.int32) & 0xFF
    magnitude = (((codes & 0x0F) << 3) + 132 << ((codes >> 4) & 0x07)) - 132
    return (np.where(codes & 0x80, -magnitude, magnitude) / 32768.0).astype(np.float32)


_DECODED = _decoding_table()


def over_the_line(samples: Samples, seed: int, noise: float = 0.003) -> Samples:
    """Send 16 kHz samples down a telephone line and back to 16 kHz.

    :param noise: standard deviation of the line's white noise; full scale is 1.
    :param seed: of the noise, so that the same recording can be made again.
    """
    hiss = np.random.default_rng(seed).normal(0.0, noise, samples.size).astype(np.float32)
    narrow = resample(np.clip(samples + hiss, -1.0, 1.0).astype(np.float32), RATE, LINE_RATE)
    return resample(decode_mu_law(encode_mu_law(narrow)), LINE_RATE, RATE)
