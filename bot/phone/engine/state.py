"""What the parts of one call share: the clock, what is on the air, what is being worked on, and how it ended."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from time import perf_counter

from bot.phone.engine.notes import TurnNote
from bot.phone.engine.on_air import OnAir
from bot.phone.engine.taping import Taping
from bot.phone.expecting import Expecting
from bot.phone.record import Outcome

STOP = "9"
"""The key for no more calls."""


@dataclass
class CallState:
    """One call.

    :param now: seconds of sound received: the only clock that turns and silences are timed by.
    :param expecting: what the bot has asked for.
    :param ending: how the call ends once everything on the air has been heard; None while it goes on.
    """

    language: str
    taping: Taping
    conversation_id: str = ""
    now: float = 0.0
    air: OnAir = field(default_factory=OnAir)
    expecting: Expecting = "anything"
    stage: str = "verifying"
    ending: Outcome | None = None
    notes: list[TurnNote] = field(default_factory=list)
    patient: bool = False
    """Nobody asks whether anybody is there: a person is being fetched to the phone."""
    gone: bool = False
    """The line is down."""
    interrupting: bool = False
    """What was sent is being dropped; nothing more of it may follow."""
    beeped: bool = False
    """A tone was heard, as answering machines give it, before anybody has shown who they are."""
    let_be: bool = False
    """The key for no more calls was pressed while the bot said its last words."""
    hearing: Callable[[], bool] = lambda: False
    """Whether the debtor is saying something that has still to be heard."""
    fault: Exception | None = None
    """Why the call could not even begin."""

    def __post_init__(self) -> None:
        self.over: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()
        self._changed = asyncio.Event()
        self._working = 0
        self._sending = False

    def finish(self, outcome: Outcome) -> None:
        """The call is over; only the first word on it counts."""
        if not self.over.done():
            self.over.set_result(outcome)
        self.changed()

    def end_if_said(self) -> None:
        """Finish a call that is to end, once its last words were heard, and what was said over them."""
        if self.ending is not None and not (self.air.speaking or self.thinking or self.hearing()):
            self.finish(self.ending)

    def changed(self) -> None:
        """Wake whoever waits for the call to move."""
        self._changed.set()

    async def until_changed(self) -> None:
        self._changed.clear()
        await self._changed.wait()

    @property
    def thinking(self) -> bool:
        """Whether an answer is on its way."""
        return self._working > 0

    @contextmanager
    def working(self) -> Iterator[None]:
        """While this lasts, a recording does not run on."""
        self.begin_work()
        try:
            yield
        finally:
            self.end_work()

    def begin_work(self) -> None:
        self._working += 1

    def end_work(self) -> None:
        self._working -= 1
        self.changed()

    @contextmanager
    def sending(self) -> Iterator[None]:
        """Sound is being handed to the leg, which takes it as fast as it is heard."""
        self._sending = True
        self.changed()
        try:
            yield
        finally:
            self._sending = False

    async def settled(self) -> None:
        """Until only the passing of time in the call can move it: what a recording waits for before it runs on."""
        while not self.over.done() and (self.thinking or (self.air.waiting_for_sound and not self._sending)):
            await self.until_changed()


def ms_since(began: float) -> float:
    return (perf_counter() - began) * 1000
