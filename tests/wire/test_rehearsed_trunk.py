"""A recorded call over Twilio's protocol: REST, signed callbacks, the websocket, keys out of their tones, marks."""

import asyncio

import numpy as np
import pytest
from phoned import BriefMouth, ScriptedEars, ScriptedTalks, pause, reply

from app.rehearsed_trunk import RecordedPhone, dialled
from bot.phone.call import Voicebox, run_call
from bot.phrases import say
from speech.dtmf import key_tones
from speech.speak import Speaker

WORDS = "I can tell you more about that today."
GREETING = (say("greeting_voice", "en", bank="Amends Bank"), say("ask_identity", "en"))


@pytest.mark.slow
async def test_a_recorded_call_goes_over_the_websocket_to_its_end() -> None:
    answers = (reply("anything_else"), reply("anything_else"), reply("goodbye", ended=True))
    talks = ScriptedTalks(*answers, opening=GREETING)
    with Speaker() as speaker:
        said = [speaker.say("yes this is me", "en"), key_tones("2100#"), speaker.say("how do i pay", "en")]
    debtor = np.concatenate([sound for each in said for sound in (pause(1.0), each)] + [pause(4.0)])
    phone = RecordedPhone(debtor, polite=True)
    async with dialled(phone, "en") as leg:
        call = run_call(
            leg,
            talks=talks,
            voicebox=Voicebox(ScriptedEars((WORDS, 0.9), (WORDS, 0.9)), BriefMouth()),
            account_id="account-1",
            language="en",
            attempt_id="attempt-1",
        )
        record = await asyncio.wait_for(call, 90)
    assert record.outcome == "completed"
    assert talks.told == [WORDS, "2100", WORDS]
    assert [turn.heard_by for turn in record.turns] == ["opening", "voice", "keys", "voice"]
    assert set(record.turns[0].heard_to_end) == {"greeting_voice", "ask_identity"}
    assert "automated" in record.disclosures_heard
    assert np.abs(phone.bot()).max() > 0.02
