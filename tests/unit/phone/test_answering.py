"""A person is never taken for a machine, and a machine is told nothing."""

import numpy as np
import pytest
from phoned import BriefMouth, ScriptedEars, ScriptedTalks, pause, reply
from sounds import tone

from bot.phone.answering import BeepListener, who_answered
from bot.phone.call import Voicebox, run_call
from bot.phone.legs.wav import WavLeg
from speech.audio import Samples
from speech.speak import Speaker


@pytest.mark.parametrize(
    "text",
    [
        "Hello? Yes, this is Maria Lopez speaking",
        "Good afternoon, Lopez and Sons, how may I help you",
        "Hello who is this please I am busy at the moment can you call back",
        "喂你好请问你找哪位",
        "您好我是王丽现在在开车你说吧",
        "she is not here at the moment shall i take a message",
    ],
)
@pytest.mark.parametrize("seconds", [0.5, 3.0])
def test_people_are_people(text: str, seconds: float) -> None:
    assert who_answered(text, seconds, beeped=False) == "person"
    assert who_answered(text, seconds, beeped=True) == "person"


@pytest.mark.parametrize(
    ("text", "seconds", "beeped"),
    [
        ("You have reached the voicemail of Maria Lopez, please leave a message after the tone", 6.0, True),
        ("Hi this is Maria I can not come to the phone right now leave your name and number", 5.0, False),
        ("Hi it is Sam sorry I missed you I will get back to you", 5.0, False),
        ("this is the lopez family we are out today", 5.0, True),
        ("您好您拨打的电话暂时无法接通请在提示音后留言", 6.0, False),
        ("我是小李我现在不方便接听有事请留言", 5.0, False),
    ],
)
def test_machines_that_take_messages(text: str, seconds: float, beeped: bool) -> None:
    assert who_answered(text, seconds, beeped=beeped) == "voicemail"


@pytest.mark.parametrize(
    "text",
    [
        "please say your name and why you are calling",
        "Hi, the person you are calling uses a screening service, please state your name and the reason",
        "record your name and reason for calling and i will see if they are available",
        "您好我是机主的智能助理请说出您的姓名和来电事由",
        "请问您的来电原因是什么我会转告机主",
    ],
)
def test_machines_that_ask_who_is_calling(text: str) -> None:
    assert who_answered(text, 4.5, beeped=False) == "screening"


def test_a_beep_is_one_pitch_for_a_while(speaker: Speaker) -> None:
    def hears(samples: Samples, rate: int = 16_000) -> bool:
        listener, size = BeepListener(rate), rate * 32 // 1000
        pcm = (samples * 32767).astype(np.int16)
        return any(listener.process(pcm[at : at + size]) for at in range(0, pcm.size - size, size))

    for hertz in (440, 1000, 1400, 2000):
        assert hears(tone(hertz, 0.4))
    assert not hears(tone(1000, 0.1))
    assert not hears(tone(1000, 0.5) + tone(1500, 0.5))
    assert not hears(tone(1000, 0.5, level=0.005))
    for text in ("hello, yes, this is Maria Lopez speaking", "ooooh no, mmm, I see, aaah"):
        assert not hears(speaker.say(text, "en"))


async def call(debtor: Samples, talks: ScriptedTalks, ears: ScriptedEars):
    return await run_call(
        WavLeg(debtor),
        talks=talks,
        voicebox=Voicebox(ears, BriefMouth()),
        account_id="account-1",
        language="en",
        attempt_id="attempt-1",
    )


@pytest.fixture(scope="module")
def word(speaker: Speaker) -> Samples:
    return np.concatenate([pause(0.5), speaker.say("this is a text of some length, is it not", "en"), pause(1.5)])


async def test_a_voicemail_is_told_nothing_more(word: Samples) -> None:
    talks = ScriptedTalks()
    record = await call(np.concatenate([word, pause(9)]), talks, ScriptedEars(("please leave a message", 0.3)))
    assert record.outcome == "voicemail"
    assert talks.voicemails == 1
    assert record.turns[-1].bot_templates == ()
    assert talks.told == []


async def test_a_beep_after_a_long_text_is_a_voicemail(speaker: Speaker) -> None:
    text = speaker.say("this is the Lopez family, we are out in the garden today and tomorrow, and the day after", "en")
    talks = ScriptedTalks()
    debtor = np.concatenate([pause(0.3), text, pause(0.25), tone(1000, 0.5), pause(5)])
    record = await call(debtor, talks, ScriptedEars(("we are out in the garden", 0.9)))
    assert record.outcome == "voicemail"


async def test_a_screening_machine_hears_who_calls_and_the_person_may_come(word: Samples) -> None:
    talks = ScriptedTalks(reply("goodbye", ended=True))
    ears = ScriptedEars(("please say your name and why you are calling", 0.9), ("hello this is maria.", 0.9))
    record = await call(np.concatenate([word, pause(20), word]), talks, ears)
    assert talks.machines == 1
    assert talks.silences == []
    assert talks.told == ["hello this is maria."]
    assert record.outcome == "completed"


async def test_a_screening_machine_behind_which_nobody_comes_is_left(word: Samples) -> None:
    talks = ScriptedTalks()
    asked = "please say your name and why you are calling"
    record = await call(np.concatenate([word, pause(60)]), talks, ScriptedEars((asked, 0.9)))
    assert (talks.machines, talks.voicemails) == (1, 1)
    assert record.outcome == "screened"
    talks = ScriptedTalks()
    record = await call(np.concatenate([word] * 4), talks, ScriptedEars(*[(asked, 0.9)] * 4))
    assert (talks.machines, talks.voicemails) == (2, 1)
    assert record.outcome == "screened"
