"""What recognition costs, and what a second worker of the pool brings to eight calls that speak at the same time."""

from __future__ import annotations

import argparse
import asyncio
import sys
import time
from collections.abc import Sequence

import numpy as np

from app.settings import Settings
from speech.audio import RATE, Samples
from speech.hear import HearSettings, Recogniser
from speech.hearing import HearingPool, PoolLimits, cores
from speech.speak import Speaker
from speech.telephone_line import over_the_line

CALLS = 8
SECONDS = 3.0
SAID = "我想分三期还可以吗，这个月先还一部分，剩下的下个月还"


def main(arguments: Sequence[str]) -> None:
    options = argparse.ArgumentParser(prog="scripts/bench hearing", description=__doc__)
    options.add_argument("--rounds", type=int, default=20, help="utterances of each call")
    rounds = options.parse_args(arguments).rounds
    sound = _utterance()
    for window in (None, 10.0, 30.0):
        recogniser = _recogniser(1, window)
        recogniser.hear(sound, "zh")
        began = time.process_time()
        for _ in range(rounds):
            recogniser.hear(sound, "zh")
        spent = (time.process_time() - began) / rounds * 1000
        seen = recogniser.window.frames(SECONDS) / 100
        _tell(f"window {seen:4.1f} s: {spent:6.1f} ms of processor time for {SECONDS:.0f} s of sound")
    _tell(f"{CALLS} calls that speak at the same time, {cores()} cores:")
    pools = {at_once: _recogniser(at_once, None) for at_once in (1, 2)}
    waits: dict[int, list[float]] = {at_once: [] for at_once in pools}
    for _ in range(rounds):  # in turns, so that a busy machine is as busy for both
        for at_once, recogniser in pools.items():
            waits[at_once] += asyncio.run(_together(recogniser, at_once, sound))
    for at_once, each in waits.items():
        p50, p95 = np.percentile(each, (50, 95))
        _tell(f"pool of {at_once}: an answer after {p50:.0f} ms (half of them), {p95:.0f} ms (95 of 100)")


def _tell(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


async def _together(recogniser: Recogniser, at_once: int, sound: Samples) -> list[float]:
    """Milliseconds to the answer of each of the calls."""

    async def one(pool: HearingPool) -> float:
        began = time.perf_counter()
        await pool.hear(sound, "zh")
        return (time.perf_counter() - began) * 1000

    with HearingPool(recogniser, at_once=at_once, limits=PoolLimits(longest_wait_seconds=60)) as pool:
        return await asyncio.gather(*(one(pool) for _ in range(CALLS)))


def _recogniser(at_once: int, window_seconds: float | None) -> Recogniser:
    return Recogniser(HearSettings(Settings().asr_model, at_once=at_once, window_seconds=window_seconds))


def _utterance() -> Samples:
    with Speaker(workers=1) as speaker:
        said = over_the_line(speaker.say(SAID, "zh"), seed=7)
    whole = np.pad(said, (0, max(0, round(SECONDS * RATE) - said.size)))
    return whole[: round(SECONDS * RATE)]
