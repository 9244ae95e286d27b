"""Dialling through Asterisk: ring, wait for the answer or the cause, and join the telephone to the sound."""

from __future__ import annotations

import asyncio
import contextlib
import math
import re
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any, Final

import structlog

from bot.phone.legs.asterisk.ari import GONE, Ari, AriDown, AriRefused, Event
from bot.phone.legs.asterisk.leg import AsteriskLeg
from bot.phone.legs.asterisk.media import MediaDoor
from bot.phone.outcomes import NEVER_LEFT, not_reached
from bot.phone.seam import CallLeg, Dial, NotReached

NUMBER: Final = re.compile(r"\+?[0-9]{2,15}")
PATIENCE_SECONDS: Final = 10.0
"""How long after the last ring Asterisk may take to say what came of it."""


@dataclass(frozen=True, slots=True)
class Ring:
    """A channel that is being rung: its id, and what comes of it."""

    channel: str
    result: asyncio.Future[NotReached | None]
    """None: answered."""


class AsteriskCalls:
    """A `Carrier`.

    :param endpoint: how a number is dialled, such as `PJSIP/{number}@trunk`.
    :param caller_id: what the far telephone shows; ours, and a number that can be called back.
    :param new_id: gives ids that do not come again.
    """

    def __init__(self, ari: Ari, door: MediaDoor, endpoint: str, caller_id: str, new_id: Callable[[], str]) -> None:
        self.ari = ari
        self._door = door
        self._endpoint = endpoint
        self._caller_id = caller_id
        self._new_id = new_id
        self._tasks: set[asyncio.Task[None]] = set()
        self._log = structlog.get_logger()

    async def start(self) -> None:
        """:raises AriDown: Asterisk cannot be reached. :raises OSError: our port for sound is taken."""
        await self._door.start()
        await self.ari.start()

    async def stop(self) -> None:
        """End what is still ringing or talking: without us nobody would ever speak to whoever is on the line."""
        with contextlib.suppress(AriDown, AriRefused):
            await self.ari.end_all()
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=2.0)
        await self.ari.stop()
        await self._door.stop()

    async def originate(self, dial: Dial) -> CallLeg | NotReached:
        # The number becomes part of a dial string: nothing but digits may get there.
        if not NUMBER.fullmatch(dial.number):
            return NotReached("not_in_service", 28)
        return await self.call(self._endpoint.replace("{number}", dial.number), dial.ring_seconds)

    async def call(self, endpoint: str, ring_seconds: float) -> AsteriskLeg | NotReached:
        """Ring an endpoint of Asterisk's (`PJSIP/desk-1`); the leg of who answers."""
        call = f"{self.ari.app}.{self._new_id()}"
        rung = await self.ring(endpoint, ring_seconds, f"{call}.far")
        if isinstance(rung, NotReached):
            return rung
        return await self._join(call, rung)

    async def ring(self, endpoint: str, ring_seconds: float, channel: str) -> Ring | NotReached:
        """Ring without joining anything. The channel is watched on, until `Ari.forget`.

        :raises AriDown, AriRefused, TimeoutError: it is not known whether it rang.
        """
        ring = Ring(channel, asyncio.get_running_loop().create_future())
        self.ari.watch(channel, _watcher(ring))
        try:
            if not self.ari.connected:
                raise AriDown("the events of Asterisk are not heard: nothing was dialled")
            try:
                await self.ari.ask(
                    "POST",
                    "/channels",
                    channelId=channel,
                    endpoint=endpoint,
                    app=self.ari.app,
                    callerId=self._caller_id,
                    timeout=str(math.ceil(ring_seconds)),
                )
            except AriRefused as refused:
                if refused.status not in (400, 500):
                    raise
                # An endpoint that nobody is registered at cannot be allocated: the call never left Asterisk.
                self._log.warning("asterisk.not_dialled", status=refused.status)
                self.ari.forget(channel)
                return NEVER_LEFT
            missed = await asyncio.wait_for(asyncio.shield(ring.result), ring_seconds + PATIENCE_SECONDS)
        except BaseException:
            self.ari.forget(channel)
            self.later(self.ari.remove(f"/channels/{channel}"))
            raise
        if missed is not None:
            self.ari.forget(channel)
            return missed
        return ring

    async def _join(self, call: str, far: Ring) -> AsteriskLeg | NotReached:
        """The answered telephone and its sound in one bridge."""
        leg = AsteriskLeg(self, call, self._door.rate, keys_by_ari=not self._door.gives_keys)
        self.ari.watch(far.channel, leg.take)
        try:
            await self.ari.ask("POST", f"/bridges/{call}", type="mixing")
            media = await self._door.open(f"{call}.media")
            leg.joined(media)
            await self.ari.ask("POST", f"/bridges/{call}/addChannel", channel=f"{far.channel},{call}.media")
        except BaseException as fault:
            gone = leg.over
            await leg.hang_up()
            if gone and isinstance(fault, AriRefused):
                # Answered, and away again before the sound was there: somebody took the call, so it counts.
                return NotReached("unknown", leg.cause)
            raise
        return leg

    def later(self, doing: Coroutine[Any, Any, None]) -> None:
        """Do something that nobody waits for."""
        task = asyncio.get_running_loop().create_task(doing)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def _watcher(ring: Ring) -> Callable[[Event], None]:
    rang = False

    def take(event: Event) -> None:
        nonlocal rang
        match event:
            case {"type": "ChannelStateChange", "channel": {"state": "Ringing" | "Ring"}}:
                rang = True
            case {"type": "StasisStart"} if not ring.result.done():
                ring.result.set_result(None)
            case {"type": kind} if kind == GONE and not ring.result.done():
                sip = event.get("tech_cause")
                cause = event.get("cause")
                ring.result.set_result(
                    not_reached(
                        cause if isinstance(cause, int) else None,
                        sip=sip if isinstance(sip, int) and sip >= 300 else None,
                        rang=rang,
                    )
                )

    return take
