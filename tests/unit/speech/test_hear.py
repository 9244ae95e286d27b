"""Recognition with a real, tiny model: loading, the short window, and hearing what was said."""

import json
from pathlib import Path

import numpy as np
import pytest
from sounds import MINI_MODEL, needs_mini_model

from speech.audio import BadAudio, silence, write_wav
from speech.dtmf import key_tones
from speech.files import Transcript, transcribe_file
from speech.hear import HearSettings, ModelMissing, Recogniser, Window
from speech.speak import Speaker
from speech.speak_process import Voice
from speech.telephone_line import over_the_line

# Phrases that the fixture model knows, in a voice that it hears well.
VOICES = {"zh": Voice("sit/cmn+f2", 200), "en": Voice("gmw/en-us+f2", 165)}
PHRASES = {
    "zh": ["可以分期还款吗", "我昨天就还了", "再给我几天时间", "谢谢"],
    "en": ["i already paid", "can i pay in installments", "give me a few more days", "goodbye"],
}


@pytest.fixture(scope="module")
def recogniser() -> Recogniser:
    return Recogniser(HearSettings(str(MINI_MODEL)))


@needs_mini_model
@pytest.mark.parametrize("language", ["zh", "en"])
def test_what_is_spoken_is_heard(recogniser: Recogniser, speaker: Speaker, language: str) -> None:
    for phrase in PHRASES[language]:
        heard = recogniser.hear(over_the_line(speaker.say(phrase, language, VOICES[language]), seed=7), language)
        assert heard.text == phrase
        assert heard.clear
        assert 0.4 <= heard.confidence <= 1.0


@needs_mini_model
def test_the_short_window_is_what_lets_this_model_hear(recogniser: Recogniser, speaker: Speaker) -> None:
    assert recogniser.window == Window(floor_seconds=2.0, padding_seconds=0.3)
    long_window = Recogniser(HearSettings(str(MINI_MODEL), window=Window(floor_seconds=30.0)))

    def right(ears: Recogniser) -> int:
        sounds = ((p, over_the_line(speaker.say(p, "zh", VOICES["zh"]), seed=7)) for p in PHRASES["zh"])
        return sum(ears.hear(sound, "zh").text == phrase for phrase, sound in sounds)

    assert right(recogniser) > right(long_window)


@needs_mini_model
def test_a_model_smaller_than_any_released_one_is_used_with_caution(recogniser: Recogniser) -> None:
    assert recogniser.caution is not None
    assert "128 wide" in recogniser.caution


@needs_mini_model
def test_too_little_sound_is_nothing_said(recogniser: Recogniser) -> None:
    heard = recogniser.hear(np.zeros(100, np.float32), "zh")
    assert (heard.text, heard.clear, heard.confidence) == ("", False, 0.0)


@needs_mini_model
def test_a_hearing_under_the_threshold_is_not_clear(speaker: Speaker) -> None:
    strict = Recogniser(HearSettings(str(MINI_MODEL), least_confidence=0.999))
    heard = strict.hear(over_the_line(speaker.say("谢谢", "zh", VOICES["zh"]), seed=7), "zh")
    assert heard.text
    assert not heard.clear


@needs_mini_model
def test_the_model_may_say_what_window_it_wants(tmp_path: Path) -> None:
    for file in MINI_MODEL.iterdir():
        (tmp_path / file.name).symlink_to(file)
    hint = tmp_path / "amends-asr.json"
    hint.write_text(json.dumps({"window_floor_seconds": 4, "window_padding_seconds": 0.5}))
    assert Recogniser(HearSettings(str(tmp_path))).window == Window(4.0, 0.5)
    hint.write_text('{"window_floor_seconds": "long"}')
    with pytest.raises(ModelMissing, match="window_floor_seconds"):
        Recogniser(HearSettings(str(tmp_path)))


@needs_mini_model
def test_a_file_is_transcribed_turn_by_turn(recogniser: Recogniser, speaker: Speaker, tmp_path: Path) -> None:
    path = tmp_path / "two.wav"
    said = [silence(1), speaker.say("可以分期还款吗", "zh", VOICES["zh"]), silence(1.5), key_tones("1204#"), silence(1)]
    write_wav(path, over_the_line(np.concatenate(said), seed=7))
    found = transcribe_file(path, "zh", recogniser)
    assert isinstance(found, Transcript)
    assert [(turn.heard_by, turn.text) for turn in found.turns] == [("voice", "可以分期还款吗"), ("keys", "1204")]
    write_wav(path, silence(2))
    assert isinstance(transcribe_file(path, "zh", recogniser), BadAudio)


def test_the_window_holds_the_utterance_and_never_more_than_whisper_takes() -> None:
    assert Window().frames(3.0) == 1000
    assert Window().frames(12.5) == 1350
    assert Window().frames(29.8) == 3000
    assert Window(2.0, 0.3).frames(2.5) == 280


@pytest.mark.parametrize(
    ("model", "advice"),
    [
        (None, "set AMENDS_ASR_MODEL"),
        ("", "set AMENDS_ASR_MODEL"),
        ("./no-such-folder", "no model.bin"),
        ("basic", "one of: .*base"),
    ],
)
def test_a_missing_model_says_what_to_do(model: str | None, advice: str) -> None:
    with pytest.raises(ModelMissing, match=advice):
        Recogniser(HearSettings(model))


def test_a_damaged_model_says_so(tmp_path: Path) -> None:
    (tmp_path / "model.bin").write_bytes(b"not a model")
    with pytest.raises(ModelMissing, match="cannot be loaded"):
        Recogniser(HearSettings(str(tmp_path)))
