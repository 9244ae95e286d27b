"""G.711 mu-law to and from 16-bit samples, by table: what telephone carriers speak (ITU-T G.711)."""

from __future__ import annotations

import numpy as np

from speech.telephone_line import decode_mu_law, encode_mu_law

_TO_PCM = np.round(decode_mu_law(np.arange(256, dtype=np.uint8)) * 32768.0).astype("<i2")
_TO_LAW = encode_mu_law((np.arange(65536, dtype=np.uint16).view(np.int16) / 32768.0).astype(np.float32))


def to_pcm(law: bytes) -> bytes:
    """16-bit little-endian samples of mu-law bytes, at the same rate."""
    return _TO_PCM[np.frombuffer(law, dtype=np.uint8)].tobytes()


def from_pcm(pcm: bytes) -> bytes:
    """Mu-law bytes of 16-bit little-endian samples, at the same rate."""
    law: bytes = _TO_LAW[np.frombuffer(pcm, dtype="<u2")].tobytes()
    return law
