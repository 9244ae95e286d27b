"""A carrier that speaks Twilio's protocol, for rehearsals and tests: REST, signed callbacks, and the media stream.

It stands where Twilio stands: Amends dials through it and is called back by it, over real HTTP and a real websocket.
Nothing of it reaches a telephone; the debtor is a recording.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import json
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import parse_qsl
from xml.sax.saxutils import unescape

import httpx
from fastapi import APIRouter, HTTPException, Request
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake

from bot.phone.legs.mu_law import from_pcm, to_pcm
from bot.phone.legs.twilio_signature import sign
from rehearsal.far_end import FRAME_SECONDS, FarEnd

_STREAM: Final = re.compile(r'<Stream url="([^"]+)"')
ENDINGS: Final = frozenset({"busy", "no-answer", "failed", "canceled"})


@dataclass(slots=True)
class Line:
    """The telephone of somebody who does not exist.

    :param ending: "answer", or a final `CallStatus` of a call that nobody takes.
    :param sip: the `SipResponseCode` of such an ending.
    """

    far_end: FarEnd
    ending: str = "answer"
    sip: int | None = None
    ring_seconds: float = 0.1
    keys: asyncio.Queue[str] = field(default_factory=asyncio.Queue)
    """Digits that are pressed while the call is up."""


@dataclass(slots=True)
class Placed:
    """A call that was asked for. `done` says how it ended, once it has."""

    sid: str
    form: Mapping[str, Any]
    line: Line
    done: asyncio.Future[str]
    hang_up: asyncio.Event = field(default_factory=asyncio.Event)


class TwilioCarrier:
    """:param sid, token: the account; the token signs everything.
    :param line_of: the telephone behind a number.
    :param new_id: gives 32 hex digits.
    """

    def __init__(self, sid: str, token: str, line_of: Callable[[str], Line], new_id: Callable[[], str]) -> None:
        self._sid = sid
        self._token = token
        self._line_of = line_of
        self._new_id = new_id
        self._tasks: set[asyncio.Task[None]] = set()
        self.calls: dict[str, Placed] = {}

    def router(self) -> APIRouter:
        """The part of Twilio's REST API that places and ends calls."""
        router = APIRouter(prefix=f"/2010-04-01/Accounts/{self._sid}")
        known = "Basic " + base64.b64encode(f"{self._sid}:{self._token}".encode()).decode()

        async def form_of(request: Request) -> dict[str, str]:
            if request.headers.get("Authorization") != known:
                raise HTTPException(401, "not this account")
            return dict(parse_qsl((await request.body()).decode()))

        @router.post("/Calls.json", status_code=201)
        async def place(request: Request) -> dict[str, str]:
            form = await form_of(request)
            if not re.fullmatch(r"\+\d{6,15}", str(form.get("To", ""))):
                raise HTTPException(400, "21211: no number")
            sid = f"CA{self._new_id()}"
            placed = Placed(sid, form, self._line_of(str(form["To"])), asyncio.get_running_loop().create_future())
            self.calls[sid] = placed
            self._tasks.add(task := asyncio.create_task(self._run(placed)))
            task.add_done_callback(self._tasks.discard)
            return {"sid": sid, "status": "queued"}

        @router.post("/Calls/{sid}.json")
        async def end(sid: str, request: Request) -> dict[str, str]:
            placed = self.calls.get(sid)
            if placed is None or (await form_of(request)).get("Status") != "completed":
                raise HTTPException(404, "20404")
            placed.hang_up.set()
            return {"sid": sid, "status": "completed"}

        return router

    async def _run(self, placed: Placed) -> None:
        line, serial = placed.line, iter(range(100))

        async def tell(status: str, **more: str) -> None:
            fields = {
                "CallSid": placed.sid,
                "AccountSid": self._sid,
                "CallStatus": status,
                "SequenceNumber": str(next(serial)),
                **more,
            }
            url = str(placed.form["StatusCallback"])
            headers = {"X-Twilio-Signature": sign(self._token, url, fields.items())}
            async with httpx.AsyncClient() as client:
                await client.post(url, data=fields, headers=headers)

        ended = "failed"
        try:
            await tell("initiated")
            if line.ending in ("answer", "no-answer"):
                await tell("ringing")
                await asyncio.sleep(line.ring_seconds)
            if line.ending == "answer":
                await tell("in-progress")
                await self._stream(placed)
                ended = "completed"
            else:
                ended = line.ending
            await tell(ended, **({} if line.sip is None else {"SipResponseCode": str(line.sip)}))
        finally:
            placed.done.set_result(ended)

    async def _stream(self, placed: Placed) -> None:
        found = _STREAM.search(str(placed.form["Twiml"]))
        assert found is not None
        url = unescape(found[1])
        headers = {"X-Twilio-Signature": sign(self._token, url)}
        try:
            async with connect(url, additional_headers=headers, max_size=None) as socket:
                await _Stream(socket, placed, self._sid, f"MZ{self._new_id()}").run()
        except (ConnectionClosed, InvalidHandshake, OSError):
            return  # we were not let in, or cut off; the callback that follows says that the call is over


class _Stream:
    """One media stream."""

    def __init__(self, socket: ClientConnection, placed: Placed, account: str, sid: str) -> None:
        self._socket = socket
        self._placed = placed
        self._account = account
        self._sid = sid
        self._serial = 0

    async def run(self) -> None:
        await self._socket.send(json.dumps({"event": "connected", "protocol": "Call", "version": "1.0.0"}))
        form = {"encoding": "audio/x-mulaw", "sampleRate": 8000, "channels": 1}
        start = {"accountSid": self._account, "callSid": self._placed.sid, "tracks": ["inbound"], "mediaFormat": form}
        await self._tell("start", {**start, "streamSid": self._sid, "customParameters": {}})
        hearing = asyncio.create_task(self._hear())
        try:
            await self._speak(hearing)
        finally:
            hearing.cancel()

    async def _speak(self, hearing: asyncio.Task[None]) -> None:
        far_end, began, frame = self._placed.line.far_end, time.monotonic(), 0
        while not hearing.done() and not self._placed.hang_up.is_set():
            tick = far_end.tick()
            for mark in tick.marks:
                await self._tell("mark", {"name": mark})
            if tick.said is None:
                break
            media = {"track": "inbound", "chunk": str(frame + 1), "timestamp": str(frame * 20)}
            payload = base64.b64encode(from_pcm(tick.said)).decode()
            await self._tell("media", {**media, "payload": payload})
            while not self._placed.line.keys.empty():
                await self._tell("dtmf", {"track": "inbound_track", "digit": self._placed.line.keys.get_nowait()})
            frame += 1
            await asyncio.sleep(max(0.0, began + frame * FRAME_SECONDS - time.monotonic()))
        await self._tell("stop", {"accountSid": self._account, "callSid": self._placed.sid})

    async def _hear(self) -> None:
        far_end = self._placed.line.far_end
        async for text in self._socket:
            match json.loads(text):
                case {"event": "media", "streamSid": self._sid, "media": {"payload": str(payload)}}:
                    try:
                        far_end.sent(to_pcm(base64.b64decode(payload, validate=True)))
                    except binascii.Error:
                        return
                case {"event": "mark", "streamSid": self._sid, "mark": {"name": str(name)}}:
                    far_end.mark(name)
                case {"event": "clear", "streamSid": self._sid}:
                    for name in far_end.clear():
                        await self._tell("mark", {"name": name})

    async def _tell(self, event: str, what: Mapping[str, Any]) -> None:
        self._serial += 1
        message = {"event": event, "sequenceNumber": str(self._serial), "streamSid": self._sid, event: what}
        await self._socket.send(json.dumps(message))
