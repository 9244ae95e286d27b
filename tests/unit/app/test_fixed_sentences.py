"""What the bot says without any fact is learnt in the background, so that a call has it at once."""

from __future__ import annotations

import asyncio
import time

import numpy as np

from app.speaking import learn_fixed
from bot.phrases import templates
from speech.audio import Samples
from speech.speak_process import Voice
from speech.speaking import SpeakingPool
from speech.spoken import spoken


class Counting:
    """A synthesiser that only counts."""

    def __init__(self) -> None:
        self.said: list[str] = []

    def start(self) -> None:
        pass

    def synthesise(self, text: str, voice: Voice) -> tuple[Samples, int]:
        self.said.append(text)
        return np.zeros(80, np.float32), 8_000

    def stop(self) -> None:
        pass


async def test_every_fixed_sentence_is_there_before_it_is_needed() -> None:
    counting = Counting()
    fixed = [each for language in ("zh", "en") for each in templates(language).values() if not each.fields]
    assert len(fixed) > 100
    with SpeakingPool(1, make=lambda: counting) as pool:
        learn_fixed(pool, 8_000)
        until = time.monotonic() + 20
        while pool._jobs:
            assert time.monotonic() < until
            await asyncio.sleep(0.02)
        learnt = len(counting.said)
        for each in fixed:
            async for _ in pool.synthesize(spoken(each.text, each.language), each.language, 8_000):
                pass
        assert len(counting.said) == learnt
