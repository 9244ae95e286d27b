"""A call over Twilio's protocol that costs nothing: our own routes, and a made-up carrier on loopback."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import numpy as np
import uvicorn
from fastapi import FastAPI

from app import wiring
from app.api.twilio import twilio_router
from bot.phone.legs.twilio_calls import TwilioAccount, TwilioCalls
from bot.phone.seam import CallLeg, Dial, NotReached
from rehearsal.far_end import RATE as LINE_RATE
from rehearsal.far_end import FarEnd, Tick
from rehearsal.twilio_carrier import Line, TwilioCarrier
from speech.audio import RATE, Samples, from_pcm16, resample, to_pcm16
from speech.dtmf import KeyListener

NUMBERS = "+15005550100", "+15005550006"
"""Whom we call, and from where: numbers that Twilio keeps for tests."""


class RecordedPhone(FarEnd):
    """The recording of a debtor; keys that are heard in it are pressed on the line too, as a telephone does."""

    def __init__(self, debtor: Samples, *, polite: bool) -> None:
        """:param debtor: 16 kHz."""
        super().__init__(to_pcm16(resample(debtor, RATE, LINE_RATE)), polite)
        self.line = Line(self)
        self._keys = KeyListener()

    def tick(self) -> Tick:
        tick = super().tick()
        if tick.said is not None:
            said = from_pcm16(tick.said)
            doubled = np.interp(np.arange(2 * said.size) / 2, np.arange(said.size), said).astype(np.float32)
            for key in self._keys.process(doubled):
                self.line.keys.put_nowait(key)
        return tick

    def bot(self) -> Samples:
        """What was heard of the bot, at 16 kHz."""
        return resample(from_pcm16(bytes(self.heard)), LINE_RATE, RATE)


@asynccontextmanager
async def dialled(phone: RecordedPhone, language: str) -> AsyncIterator[CallLeg]:
    """The leg of a call that `phone` has answered, over REST, signed callbacks and a websocket.

    :raises OSError: the call did not come about.
    """
    sid, token = f"AC{wiring.random_id()}", wiring.new_secret()
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    carrier = TwilioCarrier(sid, token, lambda _: phone.line, wiring.random_id)
    calls = TwilioCalls(TwilioAccount(sid, token, NUMBERS[1], url), url, wiring.new_secret)
    app = FastAPI()
    app.include_router(carrier.router())
    app.include_router(twilio_router(calls, asyncio.get_running_loop().call_soon))
    server = uvicorn.Server(uvicorn.Config(app, log_config=None, access_log=False, lifespan="off"))
    running = asyncio.create_task(server.serve([listener]))
    try:
        while not server.started:
            await asyncio.sleep(0.01)
        leg = await calls.originate(Dial("attempt", "account", NUMBERS[0], language, ring_seconds=5.0))
        if isinstance(leg, NotReached):
            raise OSError("the rehearsed carrier did not put the call through")
        yield leg
    finally:
        server.should_exit = True
        await running
