"""Both ends of Twilio's protocol on loopback: our routes, and a carrier that speaks it, behind one real server."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import count

import uvicorn
from fastapi import FastAPI

from app.api.twilio import twilio_router
from bot.phone.legs.twilio_calls import TwilioAccount, TwilioCalls
from rehearsal.twilio_carrier import Line, TwilioCarrier

SID = "AC" + "0" * 32
TOKEN = "a token that signs nothing real"


@dataclass
class Trunk:
    calls: TwilioCalls
    carrier: TwilioCarrier
    url: str


@asynccontextmanager
async def trunk(lines: dict[str, Line], token_of_carrier: str = TOKEN) -> AsyncIterator[Trunk]:
    """A carrier that knows these numbers, and our side that dials through it; both run in the test's own loop."""
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    ids, keys = count(1), count(1)
    carrier = TwilioCarrier(SID, token_of_carrier, lines.__getitem__, lambda: f"{next(ids):032x}")
    account = TwilioAccount(SID, TOKEN, "+15005550006", url)
    calls = TwilioCalls(account, url, lambda: f"key-{next(keys)}")
    app = FastAPI()
    app.include_router(carrier.router())
    app.include_router(twilio_router(calls, asyncio.get_running_loop().call_soon))
    server = uvicorn.Server(uvicorn.Config(app, log_config=None, access_log=False, lifespan="off"))
    running = asyncio.create_task(server.serve([listener]))
    while not server.started:
        await asyncio.sleep(0.01)
    try:
        yield Trunk(calls, carrier, url)
    finally:
        server.should_exit = True
        await running
