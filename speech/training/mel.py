"""Log-mel frames as faster-whisper makes them, some times faster: a test holds the two together."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import scipy.fft
from faster_whisper.feature_extractor import FeatureExtractor

from speech.audio import Samples

_EXTRACTOR = FeatureExtractor()
_WINDOW = np.hanning(_EXTRACTOR.n_fft + 1)[:-1].astype(np.float32)


def log_mel(samples: Samples) -> npt.NDArray[np.float32]:
    """80 bands by frames of 10 ms, of 16 kHz samples."""
    size, hop = _EXTRACTOR.n_fft, _EXTRACTOR.hop_length
    padded = np.pad(np.pad(samples, (0, hop)), size // 2, mode="reflect")
    frames = np.lib.stride_tricks.sliding_window_view(padded, size)[::hop][:-1]
    power = np.square(np.abs(scipy.fft.rfft(frames * _WINDOW, axis=-1)))
    bands = np.log10(np.maximum(_EXTRACTOR.mel_filters @ power.T, 1e-10))
    told: npt.NDArray[np.float32] = ((np.maximum(bands, bands.max() - 8.0) + 4.0) / 4.0).astype(np.float32)
    return told
