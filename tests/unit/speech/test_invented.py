"""Text that nobody said: silence, noise, tones, loops, subtitles, foreign writing; and what people do say is kept."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from sounds import CLIPS, MINI_MODEL, needs_clips, needs_mini_model, noise, tone

from speech.activity import voice_seconds
from speech.audio import BadAudio, Samples, read_audio, silence
from speech.hear import HearSettings, Recogniser
from speech.invented import Evidence, Why, why_not_believed

SURE = Evidence(voice_seconds=1.5, confidence=0.9, no_speech=0.05)


def judged(text: str, language: str, evidence: Evidence = SURE) -> Why | None:
    return why_not_believed(text, language, evidence, least_confidence=0.4, most_no_speech=0.6)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("两千三百块，月底还", "zh"),
        ("对对对对", "zh"),
        ("不是不是不是", "zh"),
        ("OK，没问题", "zh"),
        ("一零零零零零零零", "zh"),
        ("谢谢", "zh"),
        ("no no no no", "en"),
        ("thank you", "en"),
        ("I can pay on the 15th.", "en"),
        ("naïve", "en"),
        ("yes", "en"),
    ],
)
def test_what_people_say_is_believed(text: str, language: str) -> None:
    assert judged(text, language) is None


@pytest.mark.parametrize(
    ("text", "language", "why"),
    [
        ("", "zh", "nothing"),
        ("。，!", "zh", "nothing"),
        ("请不吝点赞 订阅 转发 打赏支持", "zh", "invented"),
        ("字幕由志愿者提供", "zh", "invented"),
        ("谢谢观看，下期再见", "zh", "invented"),
        ("Thanks for watching!", "en", "invented"),
        ("THANK YOU FOR WATCHING", "zh", "invented"),
        ("Please subscribe to my channel.", "en", "invented"),
        ("ご視聴ありがとうございました", "zh", "wrong_script"),
        ("구독과 좋아요", "en", "wrong_script"),
        ("Спасибо", "en", "wrong_script"),
        ("我可以还款", "en", "wrong_script"),
        ("我们我们我们我们我们我们", "zh", "repeats"),
        ("哈哈哈哈哈哈哈哈哈哈", "zh", "repeats"),
        ("I will I will I will I will I will I will", "en", "repeats"),
        ("我今天下午去了一趟银行把上个月欠的钱全部都还清了你们查一下", "zh", "too_fast"),
        ("I went to the bank this afternoon and paid off all of the money that I owed you", "en", "too_fast"),
    ],
)
def test_what_nobody_says_is_not_believed(text: str, language: str, why: Why) -> None:
    assert judged(text, language) == why


@pytest.mark.parametrize(
    ("text", "language", "change", "why"),
    [
        ("我明天还", "zh", {"voice_seconds": 0.03}, "no_voice"),
        ("我明天还", "zh", {"no_speech": 0.7}, "no_speech"),
        ("我明天还", "zh", {"confidence": 0.39}, "unsure"),
        ("我明天还", "zh", {"compression": 2.5}, "repeats"),
        ("谢谢", "zh", {"voice_seconds": 0.1}, "invented"),
        ("you", "en", {"no_speech": 0.4}, "invented"),
        ("Thank you.", "en", {"voice_seconds": 0.1}, "invented"),
        ("明天，后天，下周几，几号，月底", "zh", {"prompt": "哪一天还？明天，后天，下周几，几号，月底。"}, "prompt"),
        ("月底", "zh", {"prompt": "哪一天还？明天，后天，下周几，几号，月底。"}, None),
    ],
)
def test_the_evidence_counts_beside_the_words(
    text: str, language: str, change: dict[str, float | str], why: Why | None
) -> None:
    assert judged(text, language, dataclasses.replace(SURE, **change)) == why


@pytest.fixture(scope="module")
def recogniser() -> Recogniser:
    return Recogniser(HearSettings(str(MINI_MODEL)))


def hold_music(seconds: float) -> Samples:
    """Four tones after each other, as exchanges play them."""
    pieces = [sum(tone(each * share, 0.4, 0.1) for share in (1, 1.5)) for each in (262, 330, 392, 523)]
    return np.tile(np.concatenate(pieces), round(seconds / 1.6))


@needs_mini_model
@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize(
    "sound",
    [
        silence(3),
        noise(3, 0.02),
        noise(3, 0.2, seed=1),
        tone(440, 3),
        tone(425, 0.35),
        np.concatenate([tone(425, 0.35), silence(0.35)] * 4),
        hold_music(4.8),
    ],
    ids=["silence", "soft noise", "loud noise", "dial tone", "beep", "busy tone", "hold music"],
)
def test_where_nobody_speaks_nothing_is_clear(recogniser: Recogniser, sound: Samples, language: str) -> None:
    """This model writes a whole sentence for each of these, and is sure of it."""
    heard = recogniser.hear(sound, language)
    assert not heard.clear
    assert heard.why in {"no_voice", "nothing"}


@needs_clips
def test_in_recordings_of_people_there_is_a_voice() -> None:
    for path in sorted((*CLIPS.glob("*.wav"), *CLIPS.glob("*.flac"))):
        samples = read_audio(path)
        assert not isinstance(samples, BadAudio)
        assert voice_seconds(samples) > 0.3 * samples.size / 16_000
