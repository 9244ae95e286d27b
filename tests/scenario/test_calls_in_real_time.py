"""One call on the machine's clock: how soon the bot falls silent when somebody speaks, and how soon it answers."""

import numpy as np
import pytest
from phoned import ScriptedEars, ScriptedTalks, pause, reply

from bot.phone.call import Voicebox, run_call
from bot.phone.legs.wav import WavLeg
from speech.audio import RATE
from speech.speaking import SpeakingPool

STOPS_WITHIN = 0.35
"""Seconds from the debtor's first sound to the bot's last."""
ANSWERS_WITHIN = 0.9
SLACK = 0.35
"""For a machine that is busy with other tests; the benchmark measures on a quiet one."""


@pytest.mark.slow
async def test_the_bot_falls_silent_for_who_speaks_and_then_answers() -> None:
    with SpeakingPool(1) as mouth:
        word = np.trim_zeros(mouth.say("yes please, tell me more about it", "en"))
        debtor = np.concatenate([pause(2.5), word, pause(3.0)])
        leg = WavLeg(debtor, polite=False, real_time=True)
        talks = ScriptedTalks(reply("goodbye", ended=True))
        record = await run_call(
            leg,
            talks=talks,
            voicebox=Voicebox(ScriptedEars(("tell me more about it.", 0.9), takes=0.15), mouth),
            account_id="account-1",
            language="en",
            attempt_id="attempt-1",
        )
    assert record.turns[0].interrupted
    assert talks.told == ["tell me more about it."]
    loud = np.flatnonzero(np.abs(np.frombuffer(bytes(leg.bot), "<i2").astype(int)) > 200) / RATE
    spoke, stopped = 2.5, 2.5 + word.size / RATE
    last_before = loud[loud < stopped].max()
    first_after = loud[loud > stopped].min()
    assert spoke < last_before < spoke + STOPS_WITHIN + SLACK
    assert first_after - stopped < ANSWERS_WITHIN + SLACK
    assert record.turns[1].ms.first_audio < (ANSWERS_WITHIN + SLACK) * 1000
