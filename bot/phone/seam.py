"""The seam between a call and whatever carries it: a recording, a browser, Asterisk, a carrier's websocket.

A `Carrier` dials and gives a `CallLeg`, or says why nobody was reached. The leg carries sound both ways, in order, and
tells what the far end has really heard. Nothing on this side knows which one it is.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Sound:
    """What the far end said: 16-bit little-endian samples, one channel, at the leg's rate, of any length.

    A live leg goes on giving sound while nobody speaks; its amount is the clock that turns and silences are timed by.
    """

    pcm: bytes


@dataclass(frozen=True, slots=True)
class Key:
    """A key that was pressed: one of ``0-9*#``."""

    digit: str


@dataclass(frozen=True, slots=True)
class Played:
    """All that was sent before the mark `name` has been heard at the far end."""

    name: str


@dataclass(frozen=True, slots=True)
class HungUp:
    """The call is over. `cause` is the Q.850 cause where the carrier tells one."""

    cause: int | None = None


LegEvent = Sound | Key | Played | HungUp


class CallLeg(Protocol):
    """One call that has been answered. None of its methods raises because the far end has gone: `HungUp` says that."""

    @property
    def rate(self) -> int:
        """Samples a second, both ways: 8000 or 16000."""

    def events(self) -> AsyncIterator[LegEvent]:
        """All that comes from the far end, in order; the last one is `HungUp`. To be iterated once."""

    async def play(self, pcm: bytes) -> None:
        """Send sound (as in `Sound`), at most a second of it. Returns when the far end may be sent more: nothing is
        ever cut for want of room, and at most half a second lies ahead of what is heard."""

    async def mark(self, name: str) -> None:
        """Ask for `Played(name)` once all that was sent so far has been heard."""

    async def clear(self) -> None:
        """Drop what has been sent and not been heard. Marks in it never come back as `Played`."""

    async def hang_up(self) -> None:
        """End the call from our side. Harmless when it has ended already."""


@dataclass(frozen=True, slots=True)
class Dial:
    """A call to be made. The gate has allowed it and the attempt is recorded: nothing else makes one of these.

    :param number: in E.164; never logged.
    :param ring_seconds: how long it may ring.
    """

    attempt_id: str
    account_id: str
    number: str
    language: str
    ring_seconds: float = 30.0


@dataclass(frozen=True, slots=True)
class NotReached:
    """Nobody to talk to.

    :param outcome: one of `strategy.policy.facts.OUTCOMES`.
    :param cause: the Q.850 cause, where one was told.
    :param unwanted: the far end said that it wants no such calls (SIP 607): to be taken as a wish to be left alone.
    """

    outcome: str
    cause: int | None = None
    unwanted: bool = False


class Carrier(Protocol):
    """Whatever can dial."""

    async def originate(self, dial: Dial) -> CallLeg | NotReached:
        """Ring, and wait until it is answered or clear that it will not be. Faults of the carrier are raised: whether
        it rang is then unknown."""
