"""Keys are found on a bad line, and never in speech or noise."""

import numpy as np
import pytest
from sounds import CLIPS, needs_clips, noise, tone

from speech.audio import BadAudio, read_audio, silence
from speech.dtmf import KEYS, KeyListener, find_keys, key_tones
from speech.speak import Speaker
from speech.telephone_line import over_the_line

ALL_KEYS = "".join(KEYS)


@pytest.mark.parametrize("line_noise", [0.0, 0.003, 0.03, 0.06])
def test_all_keys_are_found_over_a_telephone_line(line_noise: float) -> None:
    assert find_keys(over_the_line(key_tones(ALL_KEYS), seed=3, noise=line_noise)) == ALL_KEYS


def test_a_key_held_is_one_key_and_pressed_again_is_two() -> None:
    assert find_keys(key_tones("5", tone_seconds=2.0)) == "5"
    assert find_keys(key_tones("5567", tone_seconds=0.06, gap_seconds=0.06)) == "5567"


@pytest.mark.parametrize("chunk", [77, 320, 512, 4_000])
def test_the_size_of_the_chunks_does_not_matter(chunk: int) -> None:
    sound = np.concatenate([silence(0.31), key_tones("90210#")])
    listener = KeyListener()
    assert "".join(listener.process(sound[at : at + chunk]) for at in range(0, sound.size, chunk)) == "90210#"


def test_other_sounds_are_no_keys(speaker: Speaker) -> None:
    assert find_keys(noise(20)) == ""
    assert find_keys(tone(697, 1)) == ""
    assert find_keys((tone(440, 1) + tone(480, 1)).astype(np.float32)) == ""  # ringback
    assert find_keys(speaker.say("one two three four five six seven eight nine", "en")) == ""
    assert find_keys(speaker.say("一二三四五六七八九", "zh")) == ""


@needs_clips
def test_people_speaking_press_no_keys() -> None:
    for path in (*CLIPS.glob("*.wav"), *CLIPS.glob("*.flac")):
        samples = read_audio(path)
        assert not isinstance(samples, BadAudio)
        assert find_keys(samples) == ""


def test_only_keys_have_tones() -> None:
    with pytest.raises(ValueError, match="not a telephone key"):
        key_tones("12x")
