"""Recognition with a real, tiny model: loading, the short window, and hearing what was said."""

import json
import re
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from faster_whisper import WhisperModel
from faster_whisper.feature_extractor import FeatureExtractor
from sounds import MINI_MODEL, needs_mini_model, noise

from app.hearing import open_recogniser
from app.settings import Settings
from speech.asr_model import load_model
from speech.audio import RATE, BadAudio, silence, write_wav
from speech.dtmf import key_tones
from speech.files import Transcript, transcribe_file
from speech.hear import HearSettings, ModelMissing, Recogniser, Window
from speech.prompts import PROMPTS, prompt_for
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
@pytest.mark.parametrize("language", ["zh", None])
@pytest.mark.parametrize(("window", "frames"), [(Window(), 1000), (Window(2.0, 0.3), 330), (Window(30.0), 3000)])
def test_the_encoder_gets_the_window_and_nothing_more_and_once(
    monkeypatch: pytest.MonkeyPatch, window: Window, frames: int, language: str | None
) -> None:
    """Another faster-whisper may pad elsewhere, or encode twice; then this fails, and not the time of a turn."""
    seen: list[tuple[int, ...]] = []
    whole = WhisperModel.encode

    def encode(model: WhisperModel, features: npt.NDArray[np.float32]) -> object:
        seen.append(features.shape)
        return whole(model, features)

    recogniser = Recogniser(HearSettings(str(MINI_MODEL), window=window))
    monkeypatch.setattr(WhisperModel, "encode", encode)
    recogniser.hear(np.zeros(3 * RATE, np.float32), language)
    assert seen == [(80, frames)]


@needs_mini_model
def test_a_setting_may_ask_for_another_window() -> None:
    recogniser = open_recogniser(Settings(asr_model=str(MINI_MODEL), asr_window_seconds=5))
    assert recogniser.window == Window(5.0, 0.3)
    with pytest.raises(ValueError, match="asr_window_seconds"):
        Settings(asr_window_seconds=0)


@needs_mini_model
def test_features_are_those_of_faster_whisper(recogniser: Recogniser) -> None:
    sound = noise(2, 0.1)
    ours = load_model(str(MINI_MODEL), threads=1, at_once=1).feature_extractor
    assert np.allclose(ours(sound), FeatureExtractor()(sound), atol=1e-4)


@needs_mini_model
def test_the_language_is_found_when_it_is_not_known(recogniser: Recogniser, speaker: Speaker) -> None:
    right = 0
    for language, phrases in PHRASES.items():
        for phrase in phrases:
            sound = over_the_line(speaker.say(phrase, language, VOICES[language]), seed=7)
            found, share = recogniser.language_of(sound)
            heard = recogniser.hear(sound, None)
            assert (heard.language, heard.text) == (found, recogniser.hear(sound, found).text)
            assert 0.5 <= share <= 1.0
            right += found == language
    # This model, of a hundred phrases, is no judge of languages.
    assert right > 4


@needs_mini_model
def test_what_is_clear_and_not_sure_can_be_told(speaker: Speaker) -> None:
    sound = over_the_line(speaker.say(PHRASES["zh"][0], "zh", VOICES["zh"]), seed=7)
    doubting = Recogniser(HearSettings(str(MINI_MODEL), sure_confidence=1.01)).hear(sound, "zh")
    assert (doubting.clear, doubting.sure, doubting.why) == (True, False, None)
    assert Recogniser(HearSettings(str(MINI_MODEL))).hear(sound, "zh").sure


def test_prompts_are_for_models_that_know_them() -> None:
    assert prompt_for("zh", "amount") != prompt_for("zh", "anything")
    assert prompt_for("en", "a question without a prompt") == prompt_for("en", "anything")
    # What stands in a prompt is heard more easily: none may hold a sum or a day that could be promised.
    for language, texts in PROMPTS.items():
        assert set(texts) == {"anything", "amount", "date", "yes_no", "identity"}
        assert not re.search(r"\d|[一二三四五六七八九十]+[号日]", "".join(texts.values())), language


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
def test_the_model_may_say_what_it_wants(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for file in MINI_MODEL.iterdir():
        (tmp_path / file.name).symlink_to(file)
    hint = tmp_path / "amends-asr.json"
    hint.write_text(json.dumps({"window_floor_seconds": 4, "window_padding_seconds": 0.5}))
    assert Recogniser(HearSettings(str(tmp_path))).window == Window(4.0, 0.5)
    prompts: list[str | None] = []
    whole = WhisperModel.transcribe

    def transcribe(model: WhisperModel, *given: object, **options: object) -> object:
        prompts.append(options["initial_prompt"])
        return whole(model, *given, **options)

    monkeypatch.setattr(WhisperModel, "transcribe", transcribe)
    for knows in (False, True):
        hint.write_text(json.dumps({"window_floor_seconds": 2, "window_padding_seconds": 0.3, "prompts": knows}))
        Recogniser(HearSettings(str(tmp_path))).hear(np.zeros(RATE, np.float32), "zh", "date")
    assert prompts == [None, prompt_for("zh", "date")]
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
        ("none", "leave it unset"),
        ("./no-such-folder", "no model.bin"),
        ("basic", "one of: .*base"),
    ],
)
def test_a_missing_model_says_what_to_do(model: str, advice: str) -> None:
    with pytest.raises(ModelMissing, match=advice):
        Recogniser(HearSettings(model))


def test_a_damaged_model_says_so(tmp_path: Path) -> None:
    (tmp_path / "model.bin").write_bytes(b"not a model")
    with pytest.raises(ModelMissing, match="cannot be loaded"):
        Recogniser(HearSettings(str(tmp_path)))
