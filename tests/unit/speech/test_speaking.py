"""The pool: pieces as soon as they are there, in their order of need, taken back, remembered within a bound."""

import asyncio
import threading
import time
from collections.abc import AsyncIterator, Iterator

import numpy as np
import pytest

from speech.audio import Samples
from speech.speak_process import SpeakFailed, Voice
from speech.speaking import SpeakingPool, sentences

SECOND = 16_000


class Scripted:
    """A synthesiser that a test holds back: a tone of 100 samples for each letter."""

    def __init__(self) -> None:
        self.said: list[str] = []
        self.go = threading.Semaphore(0)

    def start(self) -> None:
        pass

    def synthesise(self, text: str, voice: Voice) -> tuple[Samples, int]:
        self.said.append(text)
        assert self.go.acquire(timeout=10)
        if "fault" in text:
            raise SpeakFailed(text)
        return np.full(100 * len(text), 0.5, np.float32), 8_000

    def stop(self) -> None:
        self.go.release(100)


@pytest.fixture(scope="module")
def pool() -> Iterator[SpeakingPool]:
    with SpeakingPool() as pool:
        yield pool


@pytest.fixture
def scripted() -> Iterator[tuple[SpeakingPool, Scripted]]:
    synthesiser = Scripted()
    with SpeakingPool(1, remembered_bytes=4_000, make=lambda: synthesiser) as pool:
        yield pool, synthesiser


async def all_of(pieces: AsyncIterator[bytes]) -> list[bytes]:
    return [piece async for piece in pieces]


async def begun(synthesiser: Scripted, count: int) -> None:
    for _ in range(1000):
        if len(synthesiser.said) >= count:
            return
        await asyncio.sleep(0.005)
    raise AssertionError(f"only {synthesiser.said} were begun")


def test_a_text_is_cut_behind_its_sentences() -> None:
    assert sentences("您好。请问是本人吗？谢谢") == ["您好。", "请问是本人吗？", "谢谢"]
    assert sentences("Hello. It is 1.5 percent! “Really?” Yes") == ["Hello.", "It is 1.5 percent!", "“Really?”", "Yes"]
    assert sentences("……。\n好") == ["好"]
    assert sentences("?! ...") == []


@pytest.mark.parametrize("rate", [8_000, 16_000])
@pytest.mark.parametrize(("text", "language"), [("您好。请问是本人吗？", "zh"), ("Hello. Is that you?", "en")])
async def test_sound_comes_at_the_rate_asked_for(pool: SpeakingPool, text: str, language: str, rate: int) -> None:
    pieces = await all_of(pool.synthesize(text, language, rate))
    assert len(pieces) == 2
    whole = pool.say(text, language)
    assert sum(map(len, pieces)) / 2 / rate == pytest.approx(whole.size / SECOND, rel=0.02)
    assert np.abs(np.frombuffer(pieces[0], "<i2")).max() > 3_000


async def test_a_chinese_name_in_english_is_said_by_the_chinese_voice(pool: SpeakingPool) -> None:
    opening, name, _ = await all_of(pool.synthesize("This is 善还银行 calling", "en", 8_000))
    assert [name] == await all_of(pool.synthesize("善还银行", "zh", 8_000))
    assert [opening] == await all_of(pool.synthesize("This is", "en", 8_000))


async def test_the_first_piece_does_not_wait_for_the_rest(scripted: tuple[SpeakingPool, Scripted]) -> None:
    pool, synthesiser = scripted
    pieces = pool.synthesize("first. second. third.", "en", 8_000)
    synthesiser.go.release()
    assert len(await anext(pieces)) == 2 * 100 * len("first.")
    assert "third." not in synthesiser.said
    synthesiser.go.release(2)
    assert len(await all_of(pieces)) == 2


async def test_what_nobody_listens_to_any_more_is_not_made(scripted: tuple[SpeakingPool, Scripted]) -> None:
    pool, synthesiser = scripted
    call = asyncio.create_task(all_of(pool.synthesize("one. two. three.", "en", 8_000)))
    await begun(synthesiser, 1)
    call.cancel()
    with pytest.raises(asyncio.CancelledError):
        await call
    synthesiser.go.release(2)
    await all_of(pool.synthesize("another call.", "en", 8_000))
    assert synthesiser.said == ["one.", "another call."]


async def test_first_sentences_go_before_later_ones_and_those_before_what_is_learnt(
    scripted: tuple[SpeakingPool, Scripted],
) -> None:
    pool, synthesiser = scripted
    pool.learn(["busy.", "learnt."], "en", 8_000)
    await begun(synthesiser, 1)
    calls = [asyncio.create_task(all_of(pool.synthesize(f"{n} a. {n} b.", "en", 8_000))) for n in "xy"]
    await asyncio.sleep(0.05)
    synthesiser.go.release(10)
    await asyncio.gather(*calls)
    await begun(synthesiser, 6)
    assert synthesiser.said == ["busy.", "x a.", "y a.", "x b.", "y b.", "learnt."]


async def test_a_sentence_is_made_once_for_all_who_ask_and_outlives_one_who_leaves(
    scripted: tuple[SpeakingPool, Scripted],
) -> None:
    pool, synthesiser = scripted
    leaves, stays = (asyncio.create_task(all_of(pool.synthesize("the same.", "en", 8_000))) for _ in range(2))
    await begun(synthesiser, 1)
    leaves.cancel()
    synthesiser.go.release()
    assert len(await stays) == 1
    assert await all_of(pool.synthesize("the same.", "en", 8_000)) == stays.result()
    assert synthesiser.said == ["the same."]


async def test_the_memory_is_bounded_in_bytes_and_keeps_what_is_used(scripted: tuple[SpeakingPool, Scripted]) -> None:
    pool, synthesiser = scripted  # holds 4,000 bytes: 20 letters at 8 kHz
    synthesiser.go.release(10)
    for text in ("aaaaaaaa.", "bbbbbbbb.", "aaaaaaaa.", "cccccccc.", "aaaaaaaa.", "bbbbbbbb."):
        await all_of(pool.synthesize(text, "en", 8_000))
    assert synthesiser.said == ["aaaaaaaa.", "bbbbbbbb.", "cccccccc.", "bbbbbbbb."]


async def test_a_fault_reaches_who_asked_and_nobody_else(scripted: tuple[SpeakingPool, Scripted]) -> None:
    pool, synthesiser = scripted
    synthesiser.go.release(3)
    with pytest.raises(SpeakFailed):
        await all_of(pool.synthesize("a fault.", "en", 8_000))
    assert len(await all_of(pool.synthesize("no harm.", "en", 8_000))) == 1


async def test_a_text_without_words_is_refused(pool: SpeakingPool) -> None:
    with pytest.raises(ValueError, match="nothing to say"):
        await all_of(pool.synthesize("……?!", "en", 8_000))


async def test_closing_ends_what_is_waited_for() -> None:
    synthesiser = Scripted()
    pool = SpeakingPool(1, make=lambda: synthesiser)
    call = asyncio.create_task(all_of(pool.synthesize("long. longer.", "en", 8_000)))
    await begun(synthesiser, 1)
    await asyncio.to_thread(pool.close)
    with pytest.raises(SpeakFailed, match="closed"):
        await call
    with pytest.raises(SpeakFailed, match="closed"):
        await all_of(pool.synthesize("after.", "en", 8_000))


async def test_what_was_learnt_is_there_at_once(pool: SpeakingPool) -> None:
    text = "请稍等，我帮您查一下。"
    pool.learn([text], "zh", 8_000)
    await all_of(pool.synthesize("另一句话。", "zh", 8_000))
    await all_of(pool.synthesize(text, "zh", 8_000))
    began = time.perf_counter()
    await all_of(pool.synthesize(text, "zh", 8_000))
    assert time.perf_counter() - began < 0.01
