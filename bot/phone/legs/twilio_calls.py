"""Dialling through Twilio or whoever speaks its protocol: one request makes the call, callbacks tell how it goes, and a
media stream comes back when it is answered.

The carrier is given one address for each call, with a key in it that nobody can guess and that opens one stream only.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from xml.sax.saxutils import quoteattr

import httpx
import structlog

from bot.phone.legs.browser import Line
from bot.phone.legs.twilio import Message, TwilioLeg
from bot.phone.legs.twilio_signature import Fields, Seen, is_signed
from bot.phone.outcomes import NEVER_LEFT, not_reached
from bot.phone.seam import CallLeg, Dial, NotReached

STREAM_PATH: Final = "/twilio/stream"
STATUS_PATH: Final = "/twilio/status"
PATIENCE_SECONDS: Final = 20.0
"""How long after the last ring the carrier may take to say what came of it."""
EVENTS: Final = ("initiated", "ringing", "answered", "completed")
CAUSES: Final = {"busy": 17, "no-answer": 19, "canceled": 16, "completed": 16, "failed": None}
"""Q.850 cause of a final `CallStatus` that came without a SIP status."""


@dataclass(frozen=True, slots=True)
class TwilioAccount:
    """Whose line is used.

    :param token: signs what the carrier sends us, and lets us in there.
    :param number: what we call from, E.164.
    :param api_url: where calls are made; another base than Twilio's for whoever speaks the same protocol.
    """

    sid: str
    token: str = field(repr=False)
    number: str
    api_url: str = "https://api.twilio.com"


@dataclass(slots=True, eq=False)
class _Call:
    """A call from its first ring until it is over."""

    result: asyncio.Future[TwilioLeg | NotReached]
    sid: str | None = None
    rang: bool = False
    streamed: bool = False
    leg: TwilioLeg | None = None


class TwilioCalls:
    """A `Carrier`. Made and used in the loop of the calls, but for `lets_in`, which any thread may ask.

    :param public_url: how the carrier reaches our routes (`https://...`); signatures are made over it.
    :param new_key: makes keys that cannot be guessed.
    """

    def __init__(self, account: TwilioAccount, public_url: str, new_key: Callable[[], str]) -> None:
        self._account = account
        self._public_url = public_url.rstrip("/")
        self._new_key = new_key
        self._calls: dict[str, _Call] = {}
        self._seen = Seen()
        self._log = structlog.get_logger()

    async def originate(self, dial: Dial) -> CallLeg | NotReached:
        key = self._new_key()
        call = self._calls[key] = _Call(asyncio.get_running_loop().create_future())
        try:
            call.sid = await self._dial(dial, key)
            if call.sid is None:
                return NEVER_LEFT
            return await self._come_of(call, dial.ring_seconds + PATIENCE_SECONDS)
        finally:
            if call.leg is None:
                self._calls.pop(key, None)

    async def _come_of(self, call: _Call, seconds: float) -> TwilioLeg | NotReached:
        try:
            return await asyncio.wait_for(asyncio.shield(call.result), seconds)
        except (TimeoutError, asyncio.CancelledError):
            # Nobody waits any more: whoever answers from now on must not find a silent line.
            call.result.cancel()
            await self._end(call.sid)
            raise

    async def _dial(self, dial: Dial, key: str) -> str | None:
        """The carrier's id of the call; None when it refused to dial.

        :raises httpx.HTTPError: it is not known whether it will dial.
        """
        stream = quoteattr(f"{self._public_url.replace('http', 'ws', 1)}{STREAM_PATH}/{key}")
        answer = await self._post(
            "Calls.json",
            {
                "To": dial.number,
                "From": self._account.number,
                "Timeout": str(round(dial.ring_seconds)),
                "Twiml": f"<Response><Connect><Stream url={stream}/></Connect></Response>",
                "StatusCallback": f"{self._public_url}{STATUS_PATH}/{key}",
                "StatusCallbackMethod": "POST",
                "StatusCallbackEvent": list(EVENTS),
            },
        )
        if 400 <= answer.status_code < 500 and answer.status_code != 408:
            self._log.warning("twilio.refused", attempt_id=dial.attempt_id, status=answer.status_code)
            return None
        answer.raise_for_status()
        return str(answer.json()["sid"])

    async def _end(self, sid: str | None) -> None:
        if sid is None:
            return
        try:
            await self._post(f"Calls/{sid}.json", {"Status": "completed"})
        except httpx.HTTPError as fault:
            self._log.warning("twilio.not_ended", exc_info=fault)

    async def _post(self, path: str, form: Mapping[str, Any]) -> httpx.Response:
        url = f"{self._account.api_url.rstrip('/')}/2010-04-01/Accounts/{self._account.sid}/{path}"
        async with httpx.AsyncClient(auth=(self._account.sid, self._account.token), timeout=10.0) as client:
            return await client.post(url, data=form)

    def lets_in(self, path: str, signature: str, fields: Fields = (), *, stream: bool = False) -> bool:
        """Whether the carrier itself sent a request for `path` (with its query)."""
        urls = [self._public_url + path]
        if stream:
            # Which scheme the handshake is signed with has changed over the years.
            urls.append(urls[0].replace("http", "ws", 1))
        given = list(fields)
        return any(is_signed(self._account.token, url, signature, given) for url in urls)

    def told(self, key: str, signature: str, fields: Mapping[str, str]) -> None:
        """A status callback that was let in."""
        call = self._calls.get(key)
        if call is None or (call.sid is not None and fields.get("CallSid", call.sid) != call.sid):
            return
        if not self._seen.first_time(signature):
            return
        status = fields.get("CallStatus", "")
        if status in ("ringing", "in-progress"):
            call.rang = True
        elif status in CAUSES:
            told = fields.get("SipResponseCode", "")
            sip = int(told) if told.isascii() and told.isdigit() else None
            cause = None if sip not in (None, 200) else CAUSES[status]
            if call.leg is not None:
                call.leg.ended(cause)
            elif not call.result.done():
                # Answered and over before its stream came: somebody was there, so it counts.
                gone = NotReached("unknown", cause)
                call.result.set_result(gone if status == "completed" else not_reached(cause, sip=sip, rang=call.rang))

    def opened(self, key: str, line: Line) -> TwilioStream:
        """A media stream that was let in has connected."""
        return TwilioStream(self, key, line)

    def begin(self, key: str, start: Message, line: Line) -> TwilioLeg | None:
        """The stream says whose it is; None when no call of ours waits for it."""
        call = self._calls.get(key)
        match start:
            case {
                "streamSid": str(stream),
                "start": {"callSid": str(sid), "mediaFormat": {"encoding": "audio/x-mulaw", "sampleRate": 8000}},
            } if call is not None and not call.streamed and not call.result.done():
                if call.sid not in (None, sid):
                    return None
                call.streamed = True
                call.leg = TwilioLeg(line, stream, lambda: self._end(sid))
                call.result.set_result(call.leg)
                return call.leg
        return None

    def over(self, key: str) -> None:
        """The stream of this call is gone."""
        self._calls.pop(key, None)


class TwilioStream:
    """One websocket of the carrier, before and after it has said whose call it carries."""

    def __init__(self, calls: TwilioCalls, key: str, line: Line) -> None:
        self._calls = calls
        self._key = key
        self._line = line
        self._leg: TwilioLeg | None = None

    def take(self, message: Message) -> None:
        if self._leg is not None:
            self._leg.take(message)
        elif message.get("event") == "start":
            self._leg = self._calls.begin(self._key, message, self._line)
            if self._leg is None:
                self._line.close()
        elif message.get("event") != "connected":
            self._line.close()

    def closed(self) -> None:
        if self._leg is not None:
            self._leg.closed()
            self._calls.over(self._key)
