"""The loop of all calls: faults that nobody waits for, and its end while calls are going."""

import asyncio
import gc
import threading
import time

import pytest

from bot.phone.loop import PhoneLoop


def test_a_fault_that_nobody_waited_for_is_told_without_its_words(
    capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    async def part_of_a_call() -> None:
        raise ValueError("my name is Robin")

    async def call() -> None:
        part = asyncio.create_task(part_of_a_call())
        await asyncio.wait([part])

    with PhoneLoop() as loop:
        loop.run(call())
        gc.collect()
    assert "call_part_failed" in capsys.readouterr().out
    # Our own events lose the words of an exception on their way out (`app.logs`); what asyncio prints does not.
    assert "Robin" not in caplog.text


def test_calls_that_are_going_are_ended_before_the_loop_is() -> None:
    ended: list[str] = []

    async def call() -> None:
        try:
            await asyncio.sleep(60)
        finally:
            await asyncio.sleep(0.05)
            ended.append("hung up")

    with PhoneLoop() as loop:
        for _ in range(20):
            loop.start(call())
        time.sleep(0.05)
    assert ended == ["hung up"] * 20
    assert not [thread for thread in threading.enumerate() if thread.name == "phone"]
    with pytest.raises(RuntimeError, match="closed"):
        loop.run(asyncio.sleep(0))
