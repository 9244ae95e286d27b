"""The one event loop of all calls of a process, in a thread of its own, so that any thread can make and await calls."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine
from concurrent.futures import Future, ThreadPoolExecutor
from types import TracebackType
from typing import Any, Self, TypeVar

import structlog

Result = TypeVar("Result")

TALKS_AT_ONCE = 32
"""Talks that may be waited for at the same time: a talk waits for Rasa and the ledger, not for a core."""


class PhoneLoop:
    """Use it as a context manager, or call `close`."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._loop.set_exception_handler(_forgotten)
        self._loop.set_default_executor(ThreadPoolExecutor(TALKS_AT_ONCE, thread_name_prefix="talk"))
        self._thread = threading.Thread(target=self._loop.run_forever, name="phone", daemon=True)
        self._thread.start()

    def start(self, work: Coroutine[Any, Any, Result]) -> Future[Result]:
        """Run it beside all others.

        :raises RuntimeError: the loop is closed.
        """
        if self._loop.is_closed() or not self._thread.is_alive():
            work.close()
            raise RuntimeError("the telephone is closed")
        return asyncio.run_coroutine_threadsafe(work, self._loop)

    def post(self, act: Callable[[], object]) -> None:
        """Do something small in the loop, in the order in which it was posted; nothing happens once it is closed."""
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(act)

    def run(self, work: Coroutine[Any, Any, Result]) -> Result:
        """Run it, and wait for what comes of it. Not from the loop's own thread, which would wait for itself.

        :raises RuntimeError: the loop is closed, or it is asked to wait for itself.
        """
        if threading.current_thread() is self._thread:
            work.close()
            raise RuntimeError("a call cannot wait for the loop that runs it")
        return self.start(work).result()

    def close(self, patience_seconds: float = 10.0) -> None:
        """End every call that still runs, and then the loop. Harmless when it is closed."""
        if self._loop.is_closed():
            return
        if self._thread.is_alive():
            asyncio.run_coroutine_threadsafe(_end_all(patience_seconds), self._loop).result()
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join()
        self._loop.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, fault: BaseException | None, at: TracebackType | None) -> None:
        self.close()


def _forgotten(_: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """A fault that nobody waited for. What asyncio would print of it quotes the exception, which may quote a debtor."""
    structlog.get_logger().error("call_part_failed", exc_info=context.get("exception"))


async def _end_all(patience_seconds: float) -> None:
    others = asyncio.all_tasks() - {asyncio.current_task()}
    for task in others:
        task.cancel()
    if others:
        await asyncio.wait(others, timeout=patience_seconds)
    loop = asyncio.get_running_loop()
    await loop.shutdown_asyncgens()
    await loop.shutdown_default_executor()
