"""The pool of recognition: order, early hearings, limits, and that one call never stands in another's way."""

import asyncio
import threading

import numpy as np
import pytest
from sounds import MINI_MODEL, needs_mini_model

from speech.audio import Samples
from speech.hear import Heard, HearSettings, Recogniser
from speech.hearing import HearingPool, PoolLimits, cores
from speech.speak import Speaker
from speech.telephone_line import over_the_line


def sound(number: int) -> Samples:
    return np.full(16_000, number, np.float32)


class GatedEars:
    """Hears the number in a sound, once the gate is open; notes the order in which it was asked."""

    def __init__(self) -> None:
        self.gate = threading.Event()
        self.asked: list[int] = []

    def hear(self, samples: Samples, language: str | None, expecting: str = "anything") -> Heard:
        self.asked.append(int(samples[0]))
        assert self.gate.wait(5)
        if samples[0] < 0:
            raise RuntimeError("broken")
        return Heard(str(int(samples[0])), language or "zh", 0.9, 0.0, True, 1.0, 1.0)


def test_what_is_wanted_for_certain_goes_before_what_may_be_dropped() -> None:
    ears = GatedEars()

    async def talk() -> list[str]:
        with HearingPool(ears, at_once=1) as pool:
            first = asyncio.create_task(pool.hear(sound(0), "zh"))
            await asyncio.sleep(0)
            early, promoted = pool.begin(sound(1), "zh"), pool.begin(sound(2), "zh")
            last = asyncio.create_task(pool.hear(sound(3), "zh"))
            await asyncio.sleep(0)
            promoted.commit()
            promoted.commit()
            ears.gate.set()
            return [each.text for each in await asyncio.gather(first, early.result(), promoted.result(), last)]

    assert asyncio.run(talk()) == ["0", "1", "2", "3"]
    assert ears.asked == [0, 2, 3, 1]


def test_a_dropped_hearing_is_never_run_and_never_answered() -> None:
    ears = GatedEars()

    async def talk() -> None:
        with HearingPool(ears, at_once=1) as pool:
            running, waiting = pool.begin(sound(0), "zh"), pool.begin(sound(1), "zh")
            running.cancel()
            waiting.cancel()
            ears.gate.set()
            assert (await pool.hear(sound(2), "zh")).text == "2"
            for each in (running, waiting):
                each.commit()
                with pytest.raises(asyncio.CancelledError):
                    await each.result()

    asyncio.run(talk())
    assert ears.asked == [0, 2]


def test_a_caller_who_goes_away_takes_the_hearing_along() -> None:
    ears = GatedEars()

    async def talk() -> None:
        with HearingPool(ears, at_once=1) as pool:
            first = asyncio.create_task(pool.hear(sound(0), "zh"))
            gone = asyncio.create_task(pool.hear(sound(1), "zh"))
            await asyncio.sleep(0)
            gone.cancel()
            await asyncio.gather(gone, return_exceptions=True)
            assert pool.waiting == 0
            ears.gate.set()
            await first

    asyncio.run(talk())
    assert ears.asked == [0]


def test_too_many_and_too_long_are_said_and_not_endured() -> None:
    ears = GatedEars()

    async def talk() -> list[Heard]:
        with HearingPool(ears, at_once=1, limits=PoolLimits(most_waiting=2, longest_wait_seconds=0.05)) as pool:
            calls = [asyncio.create_task(pool.hear(sound(n), "en")) for n in range(4)]
            refused = await calls[3]
            late = await asyncio.gather(*calls[1:3])
            ears.gate.set()
            return [await calls[0], *late, refused]

    heard = asyncio.run(talk())
    assert [each.why for each in heard] == [None, "too_busy", "too_busy", "too_busy"]
    assert not any(each.clear for each in heard[1:])
    assert heard[3].language == "en"
    assert heard[3].audio_seconds == 1.0


def test_early_hearings_take_no_place_from_what_is_certain() -> None:
    ears = GatedEars()

    async def talk() -> list[str]:
        with HearingPool(ears, at_once=1, limits=PoolLimits(most_waiting=2)) as pool:
            early = [pool.begin(sound(n), "zh") for n in range(4)]  # one runs, two wait, one finds no place
            certain = asyncio.create_task(pool.hear(sound(9), "zh"))
            await asyncio.sleep(0)
            early[3].commit()
            ears.gate.set()
            return [each.text for each in await asyncio.gather(certain, *(each.result() for each in early))]

    assert asyncio.run(talk()) == ["9", "0", "1", "2", "3"]
    assert ears.asked == [0, 3, 9, 1, 2]


def test_a_fault_reaches_whoever_asked_and_nobody_else() -> None:
    ears = GatedEars()
    ears.gate.set()

    async def talk() -> None:
        with HearingPool(ears, at_once=1) as pool:
            broken = asyncio.create_task(pool.hear(sound(-1), "zh"))
            assert (await pool.hear(sound(1), "zh")).text == "1"
            with pytest.raises(RuntimeError, match="broken"):
                await broken

    asyncio.run(talk())


def test_a_closed_pool_answers_that_it_does_not_listen() -> None:
    ears = GatedEars()

    async def talk() -> None:
        pool = HearingPool(ears, at_once=1)
        running = asyncio.create_task(pool.hear(sound(0), "zh"))
        waiting = asyncio.create_task(pool.hear(sound(1), "zh"))
        await asyncio.sleep(0)
        pool.close()
        assert (await waiting).why == "too_busy"
        assert (await pool.hear(sound(2), "zh")).why == "too_busy"
        ears.gate.set()
        assert (await running).text == "0"

    asyncio.run(talk())


def test_the_loop_goes_on_while_something_is_heard() -> None:
    ears = GatedEars()

    async def talk() -> None:
        with HearingPool(ears, at_once=1) as pool:
            hearing = asyncio.create_task(pool.hear(sound(0), "zh"))
            for _ in range(3):
                await asyncio.sleep(0.01)
            assert not hearing.done()
            ears.gate.set()
            assert (await hearing).text == "0"

    asyncio.run(talk())


@needs_mini_model
def test_calls_at_once_are_heard_as_they_are_alone(speaker: Speaker) -> None:
    recogniser = Recogniser(HearSettings(str(MINI_MODEL), at_once=cores()))
    said = {language: over_the_line(speaker.say(text, language), seed=3) for language, text in
            {"zh": "可以分期还款吗", "en": "i already paid"}.items()}  # fmt: skip
    alone = {language: recogniser.hear(samples, language).text for language, samples in said.items()}

    async def talk() -> list[Heard]:
        with HearingPool(recogniser) as pool:
            return await asyncio.gather(*(pool.hear(said[each], each) for each in ("zh", "en") * 4))

    heard = asyncio.run(talk())
    assert [each.text for each in heard] == [alone[language] for language in ("zh", "en") * 4]
    assert all(alone.values())
