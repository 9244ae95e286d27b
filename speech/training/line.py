"""What a bad telephone line does to a clean voice, drawn at random: band, noise, codec, lost packets, clipping, level.

Worse and more varied than `speech.telephone_line`, which rehearses one ordinary line.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from speech.audio import RATE, Samples
from speech.telephone_line import LINE_RATE, decode_mu_law, encode_mu_law

_PACKET = LINE_RATE // 50  # 20 ms
# Most lines are good ones, so that there is something to learn from before it gets hard.
_GOOD, _WIDE_BAND, _LOSSY, _CLIPPED = 0.7, 0.1, 0.4, 0.2
_QUIET, _NOISY = (20.0, 40.0), (8.0, 32.0)  # decibels of voice over noise
_CODECS = (("mu", 0.55), ("a", 0.3), ("none", 0.15))


def over_a_bad_line(samples: Samples, rate: int, draw: np.random.Generator, babble: Samples | None = None) -> Samples:
    """A voice as it arrives: 16 kHz, most of it band-limited to a telephone's 300 to 3,400 Hz or so.

    :param samples: clean, at `rate` Hertz.
    :param babble: other voices at `rate`, put behind this one at times.
    """
    lead, tail = (int(draw.uniform(0.0, most) * rate) for most in (0.2, 0.12))
    voice = np.concatenate([np.zeros(lead, np.float32), samples, np.zeros(tail, np.float32)])
    voice = voice * np.float32(draw.uniform(0.08, 0.95) / max(1e-4, float(np.abs(voice).max())))
    good = draw.random() < _GOOD
    noise = _QUIET if good else _NOISY
    if babble is not None and not good:
        behind = np.resize(babble, voice.size)
        level = _power(voice) * 10 ** (-draw.uniform(8, 25) / 20)
        voice = voice + behind * np.float32(level / max(1e-6, _power(behind)))
    if draw.random() < _WIDE_BAND:
        return _clip(_with_noise(_through_band(voice, rate, RATE, 40, 7600), RATE, noise, draw))
    low, high = draw.uniform(60, 350), draw.uniform(3000, 3900)
    narrow = _with_noise(_through_band(voice, rate, LINE_RATE, low, high), LINE_RATE, noise, draw)
    if not good and draw.random() < _CLIPPED:
        narrow = narrow * np.float32(draw.uniform(1.2, 4.0))
    narrow = _clip(narrow)
    if not good and draw.random() < _LOSSY:
        narrow = lose_packets(narrow, int(draw.integers(1, 5)), draw)
    codec = draw.choice([name for name, _ in _CODECS], p=[share for _, share in _CODECS])
    if codec != "none":
        narrow = _mu_law(narrow) if codec == "mu" else a_law(narrow)
    return _through_band(narrow, LINE_RATE, RATE, 0, LINE_RATE / 2)


def nobody_speaks(seconds: float, draw: np.random.Generator) -> Samples:
    """A line on which nobody speaks: noise, hum, clicks; 16 kHz."""
    narrow = np.zeros(int(seconds * LINE_RATE), np.float32)
    for _ in range(draw.integers(0, 4)):
        at = int(draw.integers(0, max(1, narrow.size - 80)))
        narrow[at : at + 80] += draw.normal(0, draw.uniform(0.01, 0.2), narrow[at : at + 80].size)
    narrow = narrow + draw.normal(0, 10 ** draw.uniform(-4.5, -1.2), narrow.size).astype(np.float32)
    return _through_band(_mu_law(_clip(narrow + _hum(narrow.size, LINE_RATE, draw))), LINE_RATE, RATE, 0, 4000)


def lose_packets(samples: Samples, gaps: int, draw: np.random.Generator) -> Samples:
    """Lose `gaps` runs of 20 to 60 ms at 8 kHz; the last packet is repeated and fades, or there is silence."""
    broken = samples.copy()
    for _ in range(gaps):
        if broken.size < 5 * _PACKET:
            break
        at = int(draw.integers(1, broken.size // _PACKET - 3)) * _PACKET
        concealed, level = draw.random() < 0.6, 1.0
        for packet in range(at, at + _PACKET * int(draw.integers(1, 4)), _PACKET):
            level *= 0.6
            broken[packet : packet + _PACKET] = broken[at - _PACKET : at] * level if concealed else 0.0
    return broken


def a_law(samples: Samples) -> Samples:
    """Through G.711 A-law and back (ITU-T G.711): 16 steps to an octave, a level one near silence."""
    magnitude = np.minimum(np.abs(samples) * 4096, 4095).astype(np.int32)
    exponent = np.maximum(np.floor(np.log2(np.maximum(magnitude, 1))).astype(np.int32) - 4, 1)
    step = np.left_shift(1, exponent)
    heard: Samples = (np.sign(samples) * ((magnitude // step) * step + step / 2) / 4096).astype(np.float32)
    return heard


def _mu_law(samples: Samples) -> Samples:
    return decode_mu_law(encode_mu_law(samples))


def _with_noise(voice: Samples, rate: int, decibels: tuple[float, float], draw: np.random.Generator) -> Samples:
    kind = draw.random()
    if kind < 0.2:
        return voice
    level = _power(voice) * 10 ** (-draw.uniform(*decibels) / 20)
    noise = draw.standard_normal(voice.size, np.float32)
    if kind < 0.45:  # most rooms and cars rumble more than they hiss
        noise = np.cumsum(noise * 0.3 - np.roll(noise, 8) * 0.3, dtype=np.float32)
    if kind > 0.9:
        return voice + _hum(voice.size, rate, draw)
    mixed: Samples = (voice + noise * np.float32(level / max(1e-6, _power(noise)))).astype(np.float32)
    return mixed


def _hum(count: int, rate: int, draw: np.random.Generator) -> Samples:
    times = np.arange(count, dtype=np.float32) / rate
    mains = draw.choice((50.0, 60.0))
    tones = sum(
        np.sin(2 * np.pi * mains * harmonic * times, dtype=np.float32) / harmonic for harmonic in (1, 2, 3, 5, 8)
    )
    hum: Samples = (tones * 10 ** draw.uniform(-3.5, -1.7)).astype(np.float32)
    return hum


def _power(samples: Samples) -> float:
    return float(np.sqrt(np.mean(np.square(samples)))) if samples.size else 0.0


def _clip(samples: Samples) -> Samples:
    return np.clip(samples, -1.0, 1.0).astype(np.float32)


def _through_band(samples: Samples, rate: int, to_rate: int, low: float, high: float) -> Samples:
    """Keep a band (Hertz) and change the rate in one transform, which is several times faster than two filters."""
    # Both rates divide a fiftieth of a second evenly enough for whole numbers of bins.
    blocks = -(-samples.size * 50 // rate) + 1
    long, short = blocks * rate // 50, blocks * to_rate // 50
    spectrum: npt.NDArray[np.complex64] = np.fft.rfft(samples, long).astype(np.complex64)
    hertz = rate / long
    spectrum[: int(low / hertz)] = 0
    spectrum[int(high / hertz) + 1 :] = 0
    bins = short // 2 + 1
    spectrum = np.pad(spectrum[:bins], (0, max(0, bins - spectrum.size)))
    kept = samples.size * to_rate // rate
    return (np.fft.irfft(spectrum, short)[:kept] * (short / long)).astype(np.float32)
