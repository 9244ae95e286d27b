"""Sounds and models for tests. What lies in ../shared is read from there, never copied; without it a test skips."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from speech.audio import RATE, Samples

SHARED = Path(__file__).resolve().parents[2] / "shared"
CLIPS = SHARED / "speech-clips"
MINI_MODEL = SHARED / "models" / "whisper-mini-test-ct2"

needs_clips = pytest.mark.skipif(not CLIPS.is_dir(), reason="no ../shared/speech-clips: recordings of people")
needs_mini_model = pytest.mark.skipif(
    not (MINI_MODEL / "model.bin").is_file(), reason="no ../shared/models/whisper-mini-test-ct2: a recognition model"
)


def tone(hertz: float, seconds: float, level: float = 0.3) -> Samples:
    time = np.arange(round(seconds * RATE)) / RATE
    return (level * np.sin(2 * np.pi * hertz * time)).astype(np.float32)


def noise(seconds: float, level: float = 0.1, seed: int = 0) -> Samples:
    return np.random.default_rng(seed).normal(0.0, level, round(seconds * RATE)).astype(np.float32)
