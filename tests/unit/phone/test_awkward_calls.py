"""Calls in which something goes wrong at the worst moment: a promise cut short, a record that fails, no end."""

import asyncio
import gc
import random
import time
from collections.abc import AsyncIterator

import numpy as np
import pytest
from phoned import BriefMouth, ScriptedEars, ScriptedHearing, ScriptedTalks, pause, reply

from bot.phone.call import Voicebox, run_call
from bot.phone.engine import leg_input, leg_output
from bot.phone.legs.wav import WavLeg
from bot.phone.record import CallRecord
from bot.phrases import Line
from bot.session import Reply
from speech.audio import Samples
from speech.dtmf import key_tones
from speech.hear import Heard
from speech.speak import Speaker

MORE = ("I can tell you more about that today.", 0.9)
READ_BACK = Reply("talk-1", (Line("read_back", "you will pay 5 by Friday. Is that right?"),), "en", "x", False, False)


@pytest.fixture(scope="module")
def word(speaker: Speaker) -> Samples:
    return np.concatenate([pause(0.5), speaker.say("yes please, tell me more", "en"), pause(1.5)])


async def call(debtor: Samples, talks: ScriptedTalks, ears: ScriptedEars, mouth: BriefMouth, **how) -> CallRecord:
    last_intent = how.pop("last_intent", lambda _: "affirm")
    return await run_call(
        WavLeg(debtor, **how),
        talks=talks,
        voicebox=Voicebox(ears, mouth),
        account_id="account-1",
        language="en",
        attempt_id="attempt-1",
        last_intent=last_intent,
    )


async def test_a_yes_after_a_promise_that_was_cut_short_binds_nobody(word: Samples) -> None:
    """The answer in between was not heard clearly, and did not say the promise again."""
    talks = ScriptedTalks(READ_BACK, reply("goodbye", ended=True))

    class Ears(ScriptedEars):
        async def hear(self, samples: Samples, language: str, expecting: str = "anything") -> Heard:
            turn = len(talks.told) + len(talks.unheard_in_a_row)
            self._script = [[MORE, ("?", 0.1), ("yes", 0.9)][min(turn, 2)]]
            return await super().hear(samples, language, expecting)

    debtor = np.concatenate([pause(4), word, word, pause(6), word, pause(9)])
    await call(debtor, talks, Ears(), BriefMouth(3.0), polite=False)
    assert talks.unheard_in_a_row == [1]
    assert talks.half_heard_texts == ["yes"]


async def test_a_long_yes_into_a_promise_binds_nobody_either(word: Samples) -> None:
    talks = ScriptedTalks(READ_BACK, reply("goodbye", ended=True))
    debtor = np.concatenate([word, pause(1), word, pause(12)])
    await call(debtor, talks, ScriptedEars(MORE, ("yes I agree to that.", 0.9)), BriefMouth(5.0), polite=False)
    assert talks.half_heard_texts == ["yes I agree to that."]


async def test_a_yes_to_a_promise_that_was_heard_counts(word: Samples) -> None:
    talks = ScriptedTalks(READ_BACK, reply("goodbye", ended=True))
    await call(np.concatenate([word, word, pause(9)]), talks, ScriptedEars(MORE, ("yes", 0.9)), BriefMouth())
    assert talks.told == [MORE[0], "yes"]
    assert talks.half_heard_texts == []


async def test_an_answer_is_spoken_even_if_what_was_meant_cannot_be_looked_up(word: Samples) -> None:
    def unreadable(_: str) -> str | None:
        raise OSError("no ledger")

    talks, mouth = ScriptedTalks(reply("goodbye", ended=True)), BriefMouth()
    record = await call(word, talks, ScriptedEars(MORE), mouth, last_intent=unreadable)
    assert record.turns[-1].heard_to_end == ("goodbye",)
    assert record.outcome == "completed"


async def test_a_call_that_never_ends_is_ended_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(leg_input, "LONGEST_CALL", 0.5)

    class Slow(ScriptedTalks):
        def broke(self, conversation_id: str) -> Reply:
            time.sleep(0.1)
            return super().broke(conversation_id)

    talks, mouth = Slow(), BriefMouth(0.5)
    record = await call(pause(6), talks, ScriptedEars(), mouth, real_time=True)
    assert talks.broken == 1
    assert record.outcome == "failed"


async def test_a_card_number_that_is_keyed_wrongly_is_kept_by_nobody(word: Samples) -> None:
    talks = ScriptedTalks(reply("goodbye", ended=True))
    record = await call(
        np.concatenate([pause(1), key_tones("4111111111111112#"), pause(2)]), talks, ScriptedEars(), BriefMouth()
    )
    assert "4111" not in repr((talks.told, record))


async def test_a_line_that_takes_no_sound_is_not_held_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(leg_output, "STUCK_AFTER", 0.2)

    class Stuck(WavLeg):
        async def play(self, pcm: bytes) -> None:
            await asyncio.Event().wait()

    talks = ScriptedTalks()
    record = await asyncio.wait_for(
        run_call(
            Stuck(pause(3600), real_time=True),
            talks=talks,
            voicebox=Voicebox(ScriptedEars(), BriefMouth()),
            account_id="account-1",
            language="en",
            attempt_id="attempt-1",
        ),
        20,
    )
    assert record.outcome == "failed"
    assert talks.broken == 1


@pytest.mark.parametrize(("key", "wished"), [("9", ["9"]), ("5", [])])
async def test_no_more_calls_can_be_wished_for_while_the_bot_says_goodbye(
    word: Samples, key: str, wished: list[str]
) -> None:
    talks = ScriptedTalks(reply("goodbye", ended=True))
    debtor = np.concatenate([word, pause(1), key_tones(key), pause(9)])
    record = await call(debtor, talks, ScriptedEars(MORE), BriefMouth(4.0), polite=False)
    assert record.turns[-1].bot_templates == ("goodbye",)
    assert talks.keys == wished


@pytest.mark.parametrize("seconds", [4.0, 2.4])
async def test_what_is_said_over_the_goodbye_is_heard_before_the_line_is_left(word: Samples, seconds: float) -> None:
    """All of it, also where the bot has ended before the debtor does."""
    talks = ScriptedTalks(reply("goodbye", ended=True))
    said = np.concatenate([word, word, pause(9)])
    ears = ScriptedEars(MORE, ("never call me again", 0.9))
    record = await call(said, talks, ears, BriefMouth(seconds), polite=False)
    assert talks.overheard_texts == ["never call me again"]
    assert talks.told == [MORE[0]]
    assert record.outcome == "completed"
    assert record.seconds < 20


async def test_who_is_in_danger_after_the_goodbye_is_answered_and_stayed_with(word: Samples) -> None:
    talks = ScriptedTalks(reply("goodbye", ended=True), reply("thanks"))
    talks.after_closing = reply("trigger_human", escalated=True)
    ears = ScriptedEars(MORE, ("i want to end it all", 0.9), ("thank you so much", 0.9))
    debtor = np.concatenate([word, word, pause(6), word, pause(3)])
    record = await call(debtor, talks, ears, BriefMouth(2.0), polite=False)
    assert talks.told == [MORE[0], "thank you so much"]
    assert record.outcome == "escalated"


async def test_ears_that_cannot_even_begin_are_apologised_for(word: Samples) -> None:
    class Deaf(ScriptedEars):
        def begin(self, *_: object) -> ScriptedHearing:
            raise OSError("no ears")

    talks = ScriptedTalks()
    record = await call(word, talks, Deaf(), BriefMouth())
    assert (record.outcome, talks.broken) == ("failed", 1)


class Fault(Exception):
    pass


class FaultyEars(ScriptedEars):
    def __init__(self, seeded: random.Random) -> None:
        super().__init__(*[MORE] * 5)
        self._seeded = seeded

    async def hear(self, samples: Samples, language: str, expecting: str = "anything") -> Heard:
        if self._seeded.random() < 0.2:
            raise Fault
        return await super().hear(samples, language, expecting)


class FaultyMouth(BriefMouth):
    def __init__(self, seeded: random.Random) -> None:
        super().__init__(0.3)
        self._seeded = seeded

    async def synthesize(self, text: str, language: str, rate: int) -> AsyncIterator[bytes]:
        async for piece in super().synthesize(text, language, rate):
            if self._seeded.random() < 0.05:
                raise Fault
            yield piece


class FaultyTalks(ScriptedTalks):
    def __init__(self, seeded: random.Random) -> None:
        super().__init__(reply("anything_else"), reply("goodbye", ended=True))
        self._seeded = seeded

    def turn(self, conversation_id: str, text: str) -> Reply:
        if self._seeded.random() < 0.2:
            raise Fault
        return super().turn(conversation_id, text)


class FaultyLeg(WavLeg):
    def __init__(self, debtor: Samples, seeded: random.Random) -> None:
        super().__init__(debtor, polite=seeded.random() < 0.5)
        self._seeded = seeded

    async def mark(self, name: str) -> None:
        if self._seeded.random() < 0.1:
            raise Fault
        await super().mark(name)


@pytest.mark.slow
async def test_whatever_breaks_nothing_of_a_call_is_left_running(word: Samples) -> None:
    """Fifty calls, in each of which ears, mouth, talk and line may fail; a few are ended from outside."""
    before = asyncio.all_tasks()
    stuck = 0
    for seed in range(50):
        seeded = random.Random(seed)
        going = asyncio.create_task(
            run_call(
                FaultyLeg(np.concatenate([word, word]), seeded),
                talks=FaultyTalks(seeded),
                voicebox=Voicebox(FaultyEars(seeded), FaultyMouth(seeded)),
                account_id="account-1",
                language="en",
                attempt_id="attempt-1",
            )
        )
        if seed % 7 == 0:
            await asyncio.sleep(seeded.random() / 5)
            going.cancel()
        _, late = await asyncio.wait([going], timeout=25)
        stuck += len(late)
        for each in late:
            each.cancel()
    await asyncio.sleep(0.2)
    gc.collect()
    left = asyncio.all_tasks() - before
    assert stuck == 0
    assert not left, [task.get_coro() for task in left]
