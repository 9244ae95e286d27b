"""Laws of the pool of recognition: nothing is lost, nobody is overtaken by who came later, what is dropped is gone."""

from __future__ import annotations

import asyncio
import threading

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from speech.audio import Samples
from speech.hear import Heard
from speech.hearing import Hearing, HearingPool

# What happens to one utterance while the only recogniser is busy: wanted for certain, dropped, both, or neither.
FATES = st.lists(
    st.tuples(st.sampled_from(["early", "commit", "cancel", "commit_cancel"]), st.integers(0, 20)), max_size=12
)


class Ears:
    def __init__(self) -> None:
        self.gate = threading.Event()
        self.asked: list[int] = []

    def hear(self, samples: Samples, language: str | None, expecting: str = "anything") -> Heard:
        self.asked.append(int(samples[0]))
        assert self.gate.wait(5)
        return Heard(str(int(samples[0])), "zh", 0.9, 0.0, True, 1.0, 1.0)


@given(FATES)
def test_each_is_answered_once_in_order_unless_it_was_dropped(fates: list[tuple[str, int]]) -> None:
    ears = Ears()
    answers: dict[int, str] = {}

    async def note(number: int, hearing: Hearing) -> None:
        answers[number] = (await hearing.result()).text

    async def talk() -> None:
        with HearingPool(ears, at_once=1) as pool:
            busy = asyncio.create_task(pool.hear(np.full(16, 99, np.float32), "zh"))
            await asyncio.sleep(0)
            hearings = [pool.begin(np.full(16, number, np.float32), "zh") for number in range(len(fates))]
            waiting = [asyncio.create_task(note(number, each)) for number, each in enumerate(hearings)]
            # What comes later is decided in any order.
            for number in sorted(range(len(fates)), key=lambda each: fates[each][1]):
                for step in fates[number][0].split("_"):
                    {"early": lambda: None, "commit": hearings[number].commit, "cancel": hearings[number].cancel}[
                        step
                    ]()
            ears.gate.set()
            await busy
            await asyncio.gather(*waiting, return_exceptions=True)

    asyncio.run(talk())
    dropped = {number for number, (fate, _) in enumerate(fates) if fate.endswith("cancel")}
    certain = [number for number, (fate, _) in enumerate(fates) if fate == "commit"]
    early = [number for number, (fate, _) in enumerate(fates) if fate == "early"]
    assert ears.asked == [99, *certain, *early]
    assert answers == {number: str(number) for number in (*certain, *early)}
    assert dropped.isdisjoint(answers)
