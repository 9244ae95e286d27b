"""What a bad line does to a voice, and the voices of espeak-ng that go through it."""

from random import Random

import numpy as np
import pytest

from speech.audio import RATE, Samples
from speech.training.espeak import Espeak
from speech.training.line import a_law, lose_packets, nobody_speaks, over_a_bad_line
from speech.training.scoring import edits, units
from speech.training.voices import Voice, draw_voice


@pytest.fixture(scope="module")
def espeak() -> Espeak:
    return Espeak()


def _tone(hertz: float, seconds: float = 1.0, rate: int = 22_050) -> Samples:
    return (0.5 * np.sin(2 * np.pi * hertz * np.arange(int(seconds * rate)) / rate)).astype(np.float32)


def test_a_line_keeps_the_length_and_stays_within_full_scale() -> None:
    for seed in range(40):
        heard = over_a_bad_line(_tone(700), 22_050, np.random.default_rng(seed), babble=_tone(300, 0.4))
        assert heard.dtype == np.float32
        assert np.isfinite(heard).all()
        assert RATE <= heard.size <= RATE * 1.35
        assert np.abs(heard).max() <= 1.5


def test_the_same_seed_gives_the_same_damage() -> None:
    first, again = (over_a_bad_line(_tone(500), 22_050, np.random.default_rng(7)) for _ in range(2))
    assert np.array_equal(first, again)


def test_most_lines_carry_nothing_above_4_khz_and_the_tone_comes_through() -> None:
    narrow = 0
    for seed in range(60):
        heard = over_a_bad_line(_tone(1000), 22_050, np.random.default_rng(seed))
        power = np.abs(np.fft.rfft(heard)) ** 2
        hertz = np.fft.rfftfreq(heard.size, 1 / RATE)
        narrow += power[hertz > 4_050].sum() < 1e-6 * power.sum()
        assert power[(hertz > 900) & (hertz < 1_100)].sum() > 0.05 * power.sum()
    assert 40 <= narrow < 60


def test_a_law_is_within_its_steps() -> None:
    samples = np.linspace(-1, 1, 4001).astype(np.float32)
    error = np.abs(a_law(samples) - samples)
    assert (error <= np.maximum(np.abs(samples) / 16, 1 / 2048)).all()


def test_lost_packets_are_silent_or_a_fading_repetition() -> None:
    samples = _tone(400, 1.0, 8_000)
    changed = [np.flatnonzero(lose_packets(samples, 1, np.random.default_rng(seed)) != samples) for seed in range(20)]
    assert all(each.size for each in changed)
    assert all(each[-1] - each[0] < 480 for each in changed)  # 60 ms at most


def test_nobody_speaks_in_finite_noise() -> None:
    for seed in range(20):
        heard = nobody_speaks(0.7, np.random.default_rng(seed))
        assert heard.size == pytest.approx(0.7 * RATE, abs=2)
        assert np.isfinite(heard).all()


def test_espeak_speaks_both_languages_and_tells_the_phonemes(espeak: Espeak) -> None:
    assert espeak.rate == 22_050
    for name, text in (("cmn+f2", "我月底还两千块"), ("en-us+m3", "i can pay on friday")):
        sound = espeak.speak(text, Voice(name, 180, 50, 50))
        assert 0.8 < sound.size / espeak.rate < 3
        assert len(espeak.phonemes(text)) > 10


def test_every_voice_of_training_and_measuring_exists_and_none_is_in_both(espeak: Espeak) -> None:
    draw = Random(1)
    variants = []
    for held_out in (False, True):
        names = {draw_voice(language, held_out, draw).name for language in ("zh", "en") for _ in range(1500)}
        for name in names:
            assert espeak.speak("好" if name.startswith("cmn") else "yes", Voice(name, 180, 50, 50)).size > 0
        variants.append({name.partition("+")[2] for name in names if "+" in name})
    learnt, held = variants
    assert len(learnt) > 40
    assert len(held) > 10
    assert not learnt & held


@pytest.mark.parametrize(
    ("said", "heard", "language", "wrong"),
    [
        ("下周五", "下周五", "zh", 0),
        ("下周五", "下周", "zh", 1),
        ("两千三百", "两千 散百块", "zh", 2),
        ("i can pay", "i can't pay now", "en", 2),
        ("yes", "", "en", 1),
    ],
)
def test_errors_are_counted_in_characters_and_words(said: str, heard: str, language: str, wrong: int) -> None:
    assert edits(units(said, language), units(heard, language)) == wrong
