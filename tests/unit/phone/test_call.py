"""The turns of a call, with the sound replaced by a scripted leg: asked again, given up, handed over, hung up."""

import dataclasses
import json
from pathlib import Path

import numpy as np
import pytest
from sounds import noise

from bot.phone.call import Voicebox, run_call
from bot.phone.wav_leg import WavLeg
from bot.phrases import Line, say
from bot.session import Reply
from speech.activity import CHUNK
from speech.audio import BadAudio, Samples, read_audio, seconds_of, silence, write_wav
from speech.dtmf import key_tones
from speech.hear import Heard
from speech.speak import Speaker


class ScriptedLeg:
    def __init__(self, debtor: Samples) -> None:
        self._chunks = list(np.pad(debtor, (0, -debtor.size % CHUNK)).reshape(-1, CHUNK))
        self.played = 0.0
        self.hung_up = False

    def receive(self) -> Samples | None:
        return self._chunks.pop(0) if self._chunks else None

    def play(self, samples: Samples) -> None:
        self.played += seconds_of(samples)

    def hang_up(self) -> None:
        self.hung_up = True


class ScriptedEars:
    """Hears a script, whatever the sound."""

    def __init__(self, *script: tuple[str, float]) -> None:
        self._script = list(script)
        self.languages: list[str] = []

    def hear(self, samples: Samples, language: str) -> Heard:
        self.languages.append(language)
        text, confidence = self._script.pop(0)
        return Heard(text, language, confidence, 0.0, bool(text) and confidence > 0.4, seconds_of(samples), 5.0)


class BriefMouth:
    def __init__(self) -> None:
        self.said: list[tuple[str, str]] = []

    def say(self, text: str, language: str) -> Samples:
        self.said.append((text, language))
        return silence(0.5)


class ScriptedTalks:
    def __init__(self, *replies: Reply) -> None:
        self._replies = list(replies)
        self.told: list[str] = []
        self.unheard_in_a_row: list[int] = []
        self.debtor_hung_up = False

    def start(self, account_id: str, channel: str, language: str, attempt_id: str | None = None) -> Reply:
        assert (account_id, channel, attempt_id) == ("account-1", "voice", "attempt-1")
        return reply("ask_identity", language=language)

    def turn(self, conversation_id: str, text: str) -> Reply:
        self.told.append(text)
        return self._replies.pop(0)

    def unheard(self, conversation_id: str, in_a_row: int) -> Reply:
        self.unheard_in_a_row.append(in_a_row)
        return reply("rephrase") if in_a_row < 3 else reply("handoff_next_day", ended=True, escalated=True)

    def hung_up(self, conversation_id: str) -> None:
        self.debtor_hung_up = True


def reply(template: str, *, language: str = "en", ended: bool = False, escalated: bool = False) -> Reply:
    stage = "closed" if ended else "talking"
    return Reply("talk-1", (say(template, language),), language, stage, ended, escalated)


@pytest.fixture(scope="module")
def word(speaker: Speaker) -> Samples:
    return np.concatenate([silence(0.5), speaker.say("yes please, tell me more", "en"), silence(1.2)])


def call(debtor: Samples, talks: ScriptedTalks, ears: ScriptedEars, mouth: BriefMouth | None = None):
    leg = ScriptedLeg(debtor)
    record = run_call(
        leg,
        sessions=talks,
        voicebox=Voicebox(ears, mouth or BriefMouth()),
        account_id="account-1",
        language="en",
        attempt_id="attempt-1",
        last_intent=lambda _: "affirm",
    )
    assert leg.hung_up
    return record


def test_every_turn_is_recorded_with_its_times(word: Samples) -> None:
    talks = ScriptedTalks(reply("anything_else"), reply("goodbye", ended=True))
    debtor = np.concatenate([word, key_tones("1204#"), silence(1)])
    record = call(debtor, talks, ScriptedEars(("tell me", 0.9)))
    assert talks.told == ["tell me", "1204"]
    assert record.outcome == "completed"
    assert [turn.heard_by for turn in record.turns] == ["opening", "voice", "keys"]
    assert [turn.intent for turn in record.turns] == [None, "affirm", "affirm"]
    assert [turn.bot_templates for turn in record.turns] == [("ask_identity",), ("anything_else",), ("goodbye",)]
    voice = record.turns[1].ms
    assert voice.recognition == 5.0
    assert voice.waiting == pytest.approx(800, abs=40)
    assert voice.activity > 0
    assert voice.waiting < voice.first_audio <= voice.total
    assert json.loads(json.dumps(dataclasses.asdict(record)))["conversation_id"] == "talk-1"


def test_an_unclear_hearing_is_asked_again_and_never_acted_on(word: Samples) -> None:
    talks = ScriptedTalks(reply("goodbye", ended=True))
    record = call(np.concatenate([word, word]), talks, ScriptedEars(("i will pay", 0.2), ("tell me", 0.9)))
    assert talks.told == ["tell me"]
    assert [turn.clear for turn in record.turns] == [True, False, True]
    assert [turn.intent for turn in record.turns] == [None, None, "affirm"]
    assert record.turns[1].bot_templates == ("rephrase",)


def test_a_debtor_who_is_never_understood_is_passed_to_a_person(word: Samples) -> None:
    talks = ScriptedTalks()
    record = call(np.concatenate([word] * 4), talks, ScriptedEars(("", 0.0), ("?", 0.1), ("hm", 0.3)))
    assert talks.told == []
    assert talks.unheard_in_a_row == [1, 2, 3]
    assert record.outcome == "escalated"
    assert not talks.debtor_hung_up


def test_being_understood_once_starts_the_count_anew(word: Samples) -> None:
    talks = ScriptedTalks(reply("anything_else"), reply("goodbye", ended=True))
    unclear, clear = ("hm", 0.1), ("tell me", 0.9)
    record = call(np.concatenate([word] * 6), talks, ScriptedEars(unclear, unclear, clear, unclear, unclear, clear))
    assert talks.unheard_in_a_row == [1, 2, 1, 2]
    assert record.outcome == "completed"


def test_the_debtor_may_hang_up(word: Samples) -> None:
    talks = ScriptedTalks(reply("anything_else"))
    record = call(word, talks, ScriptedEars(("tell me", 0.9)))
    assert record.outcome == "debtor_hung_up"
    assert talks.debtor_hung_up
    assert len(record.turns) == 2


@pytest.mark.parametrize("ended", [True, False])
def test_a_call_that_a_person_takes_over_says_so(word: Samples, ended: bool) -> None:
    talks = ScriptedTalks(reply("trigger_human", ended=ended, escalated=True))
    assert call(word, talks, ScriptedEars(("a person please", 0.9))).outcome == "escalated"


def test_the_call_follows_the_language_of_the_conversation(word: Samples) -> None:
    talks = ScriptedTalks(reply("language_switched", language="zh"), reply("goodbye", language="zh", ended=True))
    ears, mouth = ScriptedEars(("中文", 0.9), ("好的", 0.9)), BriefMouth()
    record = call(np.concatenate([word, word]), talks, ears, mouth)
    assert ears.languages == ["en", "zh"]
    assert [language for _, language in mouth.said] == ["en", "zh", "zh"]
    assert [turn.language for turn in record.turns] == ["en", "zh", "zh"]


def test_numbers_are_spelled_out_for_the_voice_but_recorded_as_written(word: Samples) -> None:
    written = Line("days", "45 days")
    talks = ScriptedTalks(Reply("talk-1", (written,), "en", "closed", True, False))
    mouth = BriefMouth()
    record = call(word, talks, ScriptedEars(("tell me", 0.9)), mouth)
    assert mouth.said[-1] == ("forty-five days", "en")
    assert record.turns[-1].bot_text == ("45 days",)


def test_a_fault_of_the_conversation_is_passed_on_and_the_line_released(word: Samples) -> None:
    class Faulty(ScriptedTalks):
        def turn(self, conversation_id: str, text: str) -> Reply:
            raise RuntimeError("no record could be written")

    leg = ScriptedLeg(word)
    with pytest.raises(RuntimeError, match="no record"):
        run_call(
            leg,
            sessions=Faulty(),
            voicebox=Voicebox(ScriptedEars(("tell me", 0.9)), BriefMouth()),
            account_id="account-1",
            language="en",
            attempt_id="attempt-1",
        )
    assert leg.hung_up


def wav_call(wav: Path, out: Path, talks: ScriptedTalks, ears: ScriptedEars):
    leg = WavLeg.open(wav, out)
    if isinstance(leg, BadAudio):
        return leg
    return run_call(
        leg,
        sessions=talks,
        voicebox=Voicebox(ears, BriefMouth()),
        account_id="account-1",
        language="en",
        attempt_id="attempt-1",
    )


def test_the_bot_side_is_written_on_the_clock_of_the_call(word: Samples, tmp_path: Path) -> None:
    wav, out = tmp_path / "debtor.wav", tmp_path / "bot.wav"
    write_wav(wav, word)
    talks = ScriptedTalks(reply("goodbye", ended=True))
    record = wav_call(wav, out, talks, ScriptedEars(("tell me", 0.9)))
    assert not isinstance(record, BadAudio)
    bot = read_audio(out)
    assert not isinstance(bot, BadAudio)
    # Two sentences of 0.5 s with their breaths, and the debtor's words until the turn was over.
    assert 1.5 + seconds_of(word) - 0.9 < seconds_of(bot) <= 1.5 + seconds_of(word) + 0.1


def test_bad_audio_starts_no_conversation(tmp_path: Path) -> None:
    class Untouched(ScriptedTalks):
        def start(self, account_id: str, channel: str, language: str, attempt_id: str | None = None) -> Reply:
            raise AssertionError("a conversation was started")

    wav, out = tmp_path / "debtor.wav", tmp_path / "bot.wav"
    for sound, reason in ((noise(3), "noise"), (silence(3), "silence")):
        write_wav(wav, sound)
        found = wav_call(wav, out, Untouched(), ScriptedEars())
        assert isinstance(found, BadAudio)
        assert found.reason == reason
    wav.write_bytes(wav.read_bytes()[:9_000])
    found = wav_call(wav, out, Untouched(), ScriptedEars())
    assert isinstance(found, BadAudio)
    assert found.reason == "truncated"
    assert not out.exists()


def test_a_missing_folder_for_the_recording_is_told_before_the_call(word: Samples, tmp_path: Path) -> None:
    write_wav(tmp_path / "debtor.wav", word)
    with pytest.raises(FileNotFoundError):
        wav_call(tmp_path / "debtor.wav", tmp_path / "absent" / "bot.wav", ScriptedTalks(), ScriptedEars())
