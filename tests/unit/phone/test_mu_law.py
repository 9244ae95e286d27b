"""Mu-law as G.711 has it: every code comes back as itself, and no sample is far off."""

import numpy as np
import pytest

from bot.phone.legs.mu_law import from_pcm, to_pcm


def test_a_code_becomes_a_sample_and_the_same_code_again():
    codes = bytes(code for code in range(256) if code != 0x7F)  # 0x7f is a second zero
    assert from_pcm(to_pcm(codes)) == codes


@pytest.mark.parametrize(("code", "sample"), [(0xFF, 0), (0x7F, 0), (0x00, -32124), (0x80, 32124), (0xF0, 120)])
def test_codes_stand_for_the_samples_of_the_standard(code, sample):
    assert np.frombuffer(to_pcm(bytes([code])), "<i2")[0] == sample


def test_no_sample_is_further_off_than_half_a_step():
    samples = np.arange(-32768, 32768, dtype="<i4")
    back = np.frombuffer(to_pcm(from_pcm(samples.astype("<i2").tobytes())), "<i2").astype(int)
    assert np.abs(back - samples).max() <= 644
    quiet = np.abs(samples) < 1000
    assert np.abs(back - samples)[quiet].max() <= 33
