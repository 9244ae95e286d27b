"""Where turns begin and end, by probabilities alone; then with the real network."""

import numpy as np
import pytest
from sounds import CLIPS, needs_clips, noise, tone

from speech.activity import CHUNK, Endpointer, EndpointSettings, SileroVoice, why_not_speech
from speech.audio import BadAudio, Samples, read_audio, seconds_of, silence
from speech.dtmf import key_tones
from speech.listen import Keyed, Utterance, split_turns
from speech.speak import Speaker

CHUNK_SECONDS = 0.125
SETTINGS = EndpointSettings(least_speech_seconds=0.25, end_silence_seconds=0.5, longest_seconds=3.0)


def events(probabilities: list[float]) -> list[tuple[int, str]]:
    turns = Endpointer(SETTINGS)
    found = [(at, turns.process(CHUNK_SECONDS, each)) for at, each in enumerate(probabilities)]
    return [(at, event) for at, event in found if event is not None]


def test_a_turn_starts_after_enough_speech_and_ends_after_enough_silence() -> None:
    assert events([0.1, 0.9, 0.9, 0.9] + [0.0] * 8) == [(2, "speech_started"), (7, "speech_ended")]


def test_a_click_is_no_turn() -> None:
    assert events([0.9, 0.0, 0.0, 0.9, 0.0] + [0.0] * 10) == []


def test_a_short_pause_stays_within_the_turn() -> None:
    assert events([0.9] * 3 + [0.0] * 3 + [0.9] * 3 + [0.0] * 5) == [(1, "speech_started"), (12, "speech_ended")]


def test_doubtful_sound_keeps_a_turn_going_but_starts_none() -> None:
    assert events([0.4] * 20) == []
    assert events([0.9, 0.9] + [0.4] * 10) == [(1, "speech_started")]


def test_endless_speech_is_cut() -> None:
    assert events([0.9] * 40) == [(1, "speech_started"), (23, "speech_too_long"), (25, "speech_started")]


def test_the_end_of_the_stream_ends_the_turn() -> None:
    turns = Endpointer(SETTINGS)
    assert turns.finish() is None
    turns.process(0.3, 0.9)
    assert turns.finish() == "speech_ended"
    assert turns.finish() is None


def test_a_chunk_of_another_size_is_refused() -> None:
    with pytest.raises(ValueError, match="512"):
        SileroVoice().probability(np.zeros(CHUNK + 1, np.float32))


@pytest.mark.parametrize(
    ("sound", "reason"),
    [
        (np.zeros(0, np.float32), "silence"),
        (silence(3), "silence"),
        (noise(10, level=0.01), "noise"),
        (noise(10, level=0.3), "noise"),
        (tone(440, 5), "noise"),
    ],
)
def test_a_recording_without_speech_says_what_it_is(sound: Samples, reason: str) -> None:
    found = why_not_speech(sound)
    assert found is not None
    assert found.reason == reason
    assert split_turns(sound) == []


def test_sentences_and_keys_come_out_in_order(speaker: Speaker) -> None:
    sound = np.concatenate(
        [
            *(silence(1.2), speaker.say("yes, this is she", "en")),
            *(silence(1.2), key_tones("4071#")),
            *(silence(1.0), key_tones("88"), silence(2.5)),
            *(speaker.say("好的，谢谢", "zh"), silence(1.2)),
        ]
    )
    turns = split_turns(sound)
    assert [turn.keys if isinstance(turn, Keyed) else "spoken" for turn in turns] == ["spoken", "4071", "88", "spoken"]
    assert why_not_speech(sound) is None


def test_the_utterance_is_cut_close_to_the_speech(speaker: Speaker) -> None:
    said = speaker.say("could you say that again please", "en")
    (turn,) = split_turns(np.concatenate([silence(2), said, silence(2)]))
    assert isinstance(turn, Utterance)
    assert turn.waited_seconds == pytest.approx(0.8, abs=0.05)
    assert seconds_of(turn.samples) == pytest.approx(seconds_of(said), abs=0.5)


def test_a_lone_hash_is_no_answer() -> None:
    assert split_turns(np.concatenate([silence(0.5), key_tones("#"), silence(3)])) == []


@needs_clips
def test_people_are_heard_in_every_recording() -> None:
    for path in (*CLIPS.glob("*.wav"), *CLIPS.glob("*.flac")):
        samples = read_audio(path)
        assert not isinstance(samples, BadAudio)
        turns = split_turns(samples)
        spoken = sum(seconds_of(turn.samples) for turn in turns if isinstance(turn, Utterance))
        # Little is lost: these clips are nearly all speech.
        assert spoken > 0.6 * seconds_of(samples), path.name
