"""Whatever happens to a recording on its way, reading it gives samples or a reason, never a fault or a hang."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sounds import noise

from speech.audio import BadAudio, read_audio, write_wav
from speech.listen import split_turns

DAMAGE = st.lists(st.tuples(st.integers(0, 120), st.integers(0, 255)), max_size=12)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("audio") / "whole.wav"
    write_wav(path, noise(0.3))
    return path


@settings(max_examples=100, deadline=5_000, suppress_health_check=[HealthCheck.function_scoped_fixture])
@example(damage=[(27, 113)], keep=0)  # a sampling rate of 1.9 GHz
@example(damage=[(24, 1), (25, 0)], keep=0)  # of 1 Hz
@example(damage=[(20, 0)], keep=0)  # no known codec
@given(damage=DAMAGE, keep=st.integers(0, 9_644))
def test_damaged_files_are_read_or_refused(
    tmp_path: Path, whole: Path, damage: list[tuple[int, int]], keep: int
) -> None:
    damaged = bytearray(whole.read_bytes())
    for at, value in damage:
        damaged[at] = value
    path = tmp_path / "damaged.wav"
    path.write_bytes(damaged[: keep if keep % 3 else None])
    samples = read_audio(path, longest_seconds=5)
    if isinstance(samples, BadAudio):
        assert samples.detail
        return
    assert samples.dtype == np.float32
    assert np.isfinite(samples).all()
    assert samples.size <= 5.1 * 16_000
    split_turns(samples)
