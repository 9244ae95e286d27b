"""The turns of a call on a recorded line: asked again, given up, handed over, interrupted, silent, hung up."""

import dataclasses
import json
from pathlib import Path

import numpy as np
import pytest
from phoned import BriefMouth, ScriptedEars, ScriptedTalks, pause, reply
from sounds import noise

from bot.phone.call import Voicebox, run_call
from bot.phone.legs.wav import WavLeg
from bot.phrases import Line, say
from bot.session import Reply
from speech.audio import BadAudio, Samples, read_audio, seconds_of, write_wav
from speech.dtmf import key_tones
from speech.speak import Speaker

WORDS = "I can tell you more about that today."
GREETING = (say("greeting_voice", "en", bank="Amends Bank"), say("ask_identity", "en"))


@pytest.fixture(scope="module")
def word(speaker: Speaker) -> Samples:
    return np.concatenate([pause(0.5), speaker.say("yes please, tell me more", "en"), pause(1.5)])


async def call(debtor: Samples, talks: ScriptedTalks, ears: ScriptedEars, mouth: BriefMouth | None = None, **how):
    return await run_call(
        WavLeg(debtor, **how),
        talks=talks,
        voicebox=Voicebox(ears, mouth or BriefMouth()),
        account_id="account-1",
        language="en",
        attempt_id="attempt-1",
        last_intent=lambda _: "affirm",
    )


async def test_every_turn_is_recorded_with_its_times(word: Samples) -> None:
    talks = ScriptedTalks(reply("anything_else"), reply("goodbye", ended=True))
    debtor = np.concatenate([word, key_tones("1204#"), pause(1)])
    record = await call(debtor, talks, ScriptedEars((WORDS, 0.9)))
    assert talks.told == [WORDS, "1204"]
    assert record.outcome == "completed"
    assert [turn.heard_by for turn in record.turns] == ["opening", "voice", "keys"]
    assert [turn.intent for turn in record.turns] == [None, "affirm", "affirm"]
    assert [turn.bot_templates for turn in record.turns] == [("ask_identity",), ("anything_else",), ("goodbye",)]
    assert [turn.heard_to_end for turn in record.turns] == [("ask_identity",), ("anything_else",), ("goodbye",)]
    voice = record.turns[1].ms
    assert voice.recognition == 5.0
    assert voice.waiting == pytest.approx(400, abs=33)
    assert voice.activity > 0
    assert voice.waiting < voice.first_audio
    assert json.loads(json.dumps(dataclasses.asdict(record)))["conversation_id"] == "talk-1"


async def test_an_unclear_hearing_is_asked_again_and_never_acted_on(word: Samples) -> None:
    talks = ScriptedTalks(reply("goodbye", ended=True))
    record = await call(np.concatenate([word, word]), talks, ScriptedEars(("i will pay", 0.2), ("tell me", 0.9)))
    assert talks.told == ["tell me"]
    assert [turn.clear for turn in record.turns] == [True, False, True]
    assert [turn.intent for turn in record.turns] == [None, None, "affirm"]
    assert record.turns[1].bot_templates == ("rephrase",)


async def test_a_debtor_who_is_never_understood_is_passed_to_a_person(word: Samples) -> None:
    talks = ScriptedTalks()
    record = await call(np.concatenate([word] * 4), talks, ScriptedEars(("", 0.0), ("?", 0.1), ("hm", 0.3)))
    assert talks.told == []
    assert talks.unheard_in_a_row == [1, 2, 3]
    assert record.outcome == "escalated"
    assert not talks.debtor_hung_up


async def test_being_understood_once_starts_the_count_anew(word: Samples) -> None:
    talks = ScriptedTalks(reply("anything_else"), reply("goodbye", ended=True))
    unclear, clear = ("hm", 0.1), ("tell me", 0.9)
    ears = ScriptedEars(unclear, unclear, clear, unclear, unclear, clear)
    record = await call(np.concatenate([word] * 6), talks, ears)
    assert talks.unheard_in_a_row == [1, 2, 1, 2]
    assert record.outcome == "completed"


async def test_the_debtor_may_hang_up(word: Samples) -> None:
    talks = ScriptedTalks(reply("anything_else"))
    record = await call(word, talks, ScriptedEars((WORDS, 0.9)))
    assert record.outcome == "debtor_hung_up"
    assert talks.debtor_hung_up
    assert len(record.turns) == 2


async def test_who_hangs_up_on_their_last_word_is_heard(word: Samples) -> None:
    """It may be a wish that has to be kept."""
    talks = ScriptedTalks()
    record = await call(word[: word.size - 24_000], talks, ScriptedEars(("never call me again", 0.9)))
    assert talks.told == ["never call me again"]
    assert talks.debtor_hung_up
    assert record.outcome == "debtor_hung_up"


@pytest.mark.parametrize("ended", [True, False])
async def test_a_call_that_a_person_takes_over_says_so(word: Samples, ended: bool) -> None:
    talks = ScriptedTalks(reply("trigger_human", ended=ended, escalated=True))
    record = await call(word, talks, ScriptedEars(("a person please", 0.9)))
    assert record.outcome == "escalated"


async def test_the_call_follows_the_language_of_the_conversation(word: Samples) -> None:
    talks = ScriptedTalks(reply("language_switched", language="zh"), reply("goodbye", language="zh", ended=True))
    ears, mouth = ScriptedEars(("中文", 0.9), ("好的", 0.9)), BriefMouth()
    record = await call(np.concatenate([word, word]), talks, ears, mouth)
    assert ears.languages == ["en", "zh"]
    assert [language for _, language in mouth.said] == ["en", "zh", "zh"]
    assert [turn.language for turn in record.turns] == ["en", "zh", "zh"]


async def test_numbers_are_spelled_out_for_the_voice_but_recorded_as_written(word: Samples) -> None:
    written = Line("days", "45 days")
    talks = ScriptedTalks(Reply("talk-1", (written,), "en", "closed", True, False))
    mouth = BriefMouth()
    record = await call(word, talks, ScriptedEars((WORDS, 0.9)), mouth)
    assert mouth.said[-1] == ("forty-five days", "en")
    assert record.turns[-1].bot_text == ("45 days",)


async def test_nobody_says_anything_twice_and_then_goodbye() -> None:
    talks = ScriptedTalks()
    record = await call(pause(40), talks, ScriptedEars())
    assert talks.silences == [1, 2, 3]
    assert record.outcome == "no_input"
    assert record.seconds < 40


async def test_zero_is_a_person_and_nine_is_no_more_calls() -> None:
    for key, outcome in (("0", "escalated"), ("9", "completed")):
        talks = ScriptedTalks()
        record = await call(np.concatenate([pause(1), key_tones(key), pause(4)]), talks, ScriptedEars())
        assert talks.keys == [key]
        assert talks.told == []
        assert record.outcome == outcome


async def test_digits_that_begin_with_a_zero_or_nine_are_digits() -> None:
    talks = ScriptedTalks(reply("anything_else"), reply("goodbye", ended=True))
    debtor = np.concatenate([pause(1), key_tones("0991"), pause(3), key_tones("9001#"), pause(1)])
    await call(debtor, talks, ScriptedEars())
    assert talks.told == ["0991", "9001"]
    assert talks.keys == []


async def test_speech_stops_the_bot_and_is_answered(word: Samples) -> None:
    talks = ScriptedTalks(reply("anything_else"), reply("goodbye", ended=True))
    debtor = np.concatenate([pause(1), word, pause(2), word, pause(9)])
    record = await call(debtor, talks, ScriptedEars((WORDS, 0.9), (WORDS, 0.9)), BriefMouth(6.0), polite=False)
    assert [turn.interrupted for turn in record.turns] == [True, True, False]
    assert record.turns[0].heard_to_end == ()
    assert talks.told == [WORDS, WORDS]
    assert record.outcome == "completed"


async def test_what_the_law_wants_told_is_heard_to_its_end(word: Samples) -> None:
    """The debtor speaks at once, twice; both are answered, as one, after the greeting and instead of the question."""
    talks = ScriptedTalks(reply("goodbye", ended=True), opening=GREETING)
    leg = WavLeg(np.concatenate([word, word, pause(12)]), polite=False)
    record = await run_call(
        leg,
        talks=talks,
        voicebox=Voicebox(ScriptedEars(("hello", 0.9), ("who is it", 0.9)), BriefMouth(9.0)),
        account_id="account-1",
        language="en",
        attempt_id="attempt-1",
    )
    assert talks.told == ["hello who is it"]
    assert record.turns[0].heard_to_end == ("greeting_voice",)
    assert record.turns[0].interrupted
    assert "recorded" in record.disclosures_heard
    loud = np.flatnonzero(np.frombuffer(bytes(leg.bot), "<i2"))
    assert np.diff(loud)[: 16_000 * 8].max() == 1  # nine seconds without a gap
    assert loud[16_000 * 9 - 1] - loud[0] == 16_000 * 9 - 1


async def test_a_yes_before_the_whole_promise_was_read_back_is_none(word: Samples) -> None:
    read_back = Reply(
        "talk-1", (Line("read_back", "you will pay 5 by Friday. Is that right?"),), "en", "x", False, False
    )
    talks = ScriptedTalks(read_back, reply("goodbye", ended=True))
    debtor = np.concatenate([word, pause(2), word, pause(12)])
    await call(debtor, talks, ScriptedEars((WORDS, 0.9), ("yes", 0.9)), BriefMouth(5.0), polite=False)
    assert talks.told == [WORDS, ""]


async def test_a_fault_of_the_conversation_ends_the_call_with_an_apology(word: Samples) -> None:
    class Faulty(ScriptedTalks):
        def turn(self, conversation_id: str, text: str) -> Reply:
            raise RuntimeError("no record could be written")

    mouth = BriefMouth()
    record = await call(word, Faulty(), ScriptedEars((WORDS, 0.9)), mouth)
    assert record.outcome == "failed"
    assert record.turns[-1].bot_templates == record.turns[-1].heard_to_end == ("system_failure",)


async def test_a_talk_that_cannot_be_opened_is_passed_on_and_the_line_released(word: Samples) -> None:
    class Faulty(ScriptedTalks):
        def start(self, *_: object) -> Reply:
            raise RuntimeError("no such account")

    with pytest.raises(RuntimeError, match="no such account"):
        await call(word, Faulty(), ScriptedEars())


async def test_ears_that_fail_end_the_call_with_an_apology(word: Samples) -> None:
    class Deaf(ScriptedEars):
        async def hear(self, *_: object, **__: object):
            raise OSError("no ears")

    talks = ScriptedTalks()
    record = await call(word, talks, Deaf())
    assert talks.broken == 1
    assert talks.told == []
    assert record.outcome == "failed"
    assert record.turns[-1].heard_to_end == ("system_failure",)


async def test_a_mouth_that_fails_ends_the_call(word: Samples) -> None:
    class Mute(BriefMouth):
        async def synthesize(self, text: str, language: str, rate: int):
            raise OSError("no mouth")
            yield b""

    talks = ScriptedTalks()
    record = await call(np.concatenate([word, word]), talks, ScriptedEars(), Mute())
    assert talks.broken == 1
    assert record.outcome == "failed"


async def test_the_bot_side_is_written_on_the_clock_of_the_call(word: Samples, tmp_path: Path) -> None:
    wav, out = tmp_path / "debtor.wav", tmp_path / "bot.wav"
    write_wav(wav, word)
    talks = ScriptedTalks(reply("goodbye", ended=True))
    record = await wav_call(wav, out, talks, ScriptedEars((WORDS, 0.9)))
    assert not isinstance(record, BadAudio)
    bot = read_audio(out)
    assert not isinstance(bot, BadAudio)
    # Two sentences of 0.5 s, and the debtor's words until the turn was over.
    assert seconds_of(bot) == pytest.approx(seconds_of(word) - 1.5 + 0.4 + 1.0, abs=0.3)


async def wav_call(wav: Path, out: Path, talks: ScriptedTalks, ears: ScriptedEars):
    leg = WavLeg.open(wav, out)
    if isinstance(leg, BadAudio):
        return leg
    return await run_call(
        leg,
        talks=talks,
        voicebox=Voicebox(ears, BriefMouth()),
        account_id="account-1",
        language="en",
        attempt_id="attempt-1",
    )


async def test_bad_audio_starts_no_conversation(tmp_path: Path) -> None:
    wav, out = tmp_path / "debtor.wav", tmp_path / "bot.wav"
    for sound, reason in ((noise(3), "noise"), (pause(3), "silence")):
        write_wav(wav, sound)
        found = WavLeg.open(wav, out)
        assert isinstance(found, BadAudio)
        assert found.reason == reason
    wav.write_bytes(wav.read_bytes()[:9_000])
    found = WavLeg.open(wav, out)
    assert isinstance(found, BadAudio)
    assert found.reason == "truncated"
    assert not out.exists()


def test_a_missing_folder_for_the_recording_is_told_before_the_call(word: Samples, tmp_path: Path) -> None:
    write_wav(tmp_path / "debtor.wav", word)
    with pytest.raises(FileNotFoundError):
        WavLeg.open(tmp_path / "debtor.wav", tmp_path / "absent" / "bot.wav")
