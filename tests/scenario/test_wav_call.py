"""A whole call on real parts: a spoken and keyed script, voice activity, recognition, synthesis. Only Rasa is away."""

from collections.abc import Sequence
from pathlib import Path

import pytest
from sounds import MINI_MODEL, needs_mini_model

from bot.phone.call import Voicebox, run_call
from bot.phone.legs.wav import WavLeg
from bot.phone.loop import PhoneLoop
from bot.phone.script_wav import write_debtor_side
from bot.phrases import say
from bot.session import Reply
from speech.audio import BadAudio, read_audio
from speech.hear import HearSettings, Recogniser
from speech.hearing import HearingPool
from speech.listen import Utterance, split_turns
from speech.speak import Speaker


class Listening:
    """Notes what the debtor said and asks on; ends after the last expected turn."""

    def __init__(self, expected: int) -> None:
        self.told: list[str] = []
        self._expected = expected

    def start(self, account_id: str, channel: str, language: str, attempt_id: str | None = None) -> Reply:
        self._language = language
        return Reply("talk-1", (say("ask_identity", language),), language, "verifying", False, False)

    def turn(self, conversation_id: str, text: str) -> Reply:
        self.told.append(text)
        ended = len(self.told) == self._expected
        line = say("goodbye" if ended else "anything_else", self._language)
        return Reply("talk-1", (line,), self._language, "talking", ended, False)

    def half_heard(self, conversation_id: str, text: str) -> Reply:
        """So small a model hears rightly what it is not sure of; what a talk makes of that is tried elsewhere."""
        return self.turn(conversation_id, text)

    def unheard(self, conversation_id: str, in_a_row: int) -> Reply:
        raise AssertionError("a sentence that the model knows was not heard clearly")

    def heard_to_end(self, conversation_id: str, heard: Sequence[str], cut_off: Sequence[str]) -> None:
        self.cut_off = list(cut_off)

    def hung_up(self, conversation_id: str) -> None:
        raise AssertionError("the script is heard to its end")


@needs_mini_model
@pytest.mark.parametrize(
    ("language", "script"),
    [
        ("zh", ["是我", "1204", "可以分期还款吗", "谢谢"]),
        ("en", ["1204", "can i pay in installments", "i already paid"]),
    ],
)
def test_a_scripted_debtor_is_understood_turn_by_turn(tmp_path: Path, language: str, script: list[str]) -> None:
    wav, out = tmp_path / "debtor.wav", tmp_path / "bot.wav"
    talks = Listening(len(script))
    with Speaker() as speaker, PhoneLoop() as phones:
        written = write_debtor_side(script, language, wav, speaker)
        voicebox = Voicebox(HearingPool(Recogniser(HearSettings(str(MINI_MODEL)))), speaker)
        leg = WavLeg.open(wav, out)
        assert isinstance(leg, WavLeg)
        record = phones.run(run_call(leg, talks=talks, voicebox=voicebox, account_id="account-1", language=language))
    assert written.utterances == len(script)
    assert talks.told == script
    assert record.outcome == "completed"
    assert all(0 < turn.ms.synthesis < 2_000 for turn in record.turns)
    # The bot is heard once for each of its turns.
    bot = read_audio(out)
    assert not isinstance(bot, BadAudio)
    assert sum(isinstance(turn, Utterance) for turn in split_turns(bot)) >= len(record.turns)
