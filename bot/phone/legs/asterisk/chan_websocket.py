"""Sound over Asterisk's chan_websocket (22.6 and later): we connect, samples go as bytes, everything else as text.

Asterisk re-times what it is sent from a queue of 1000 frames and drops what does not fit. Nothing is ever near that: a
leg is half a second ahead at most, and stops when Asterisk says MEDIA_XOFF.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
from typing import Any, Final

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from bot.phone.legs.asterisk.ari import Ari
from bot.phone.legs.asterisk.media import Media, Sink

FORMATS: Final = {8_000: "slin", 16_000: "slin16"}
CONNECT_SECONDS: Final = 5.0
BARE: Final = "bare"
"""What a word without a key is kept under."""


class ChanWebsocket:
    """The sound of one call. Made before anybody listens: Asterisk may send sound before its MEDIA_START."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket
        self._sink: Sink | None = None
        self._early: list[bytes | str] = []
        self._paused = False
        self._reading = asyncio.create_task(self._read())

    @property
    def paused(self) -> bool:
        return self._paused

    def listen(self, sink: Sink) -> None:
        self._sink = sink
        early, self._early = self._early, []
        for frame in early:
            self._take(frame)

    async def sound(self, pcm: bytes) -> None:
        await self._send(pcm)

    async def mark(self, mark: str) -> None:
        await self._send(f"MARK_MEDIA {mark}")

    async def clear(self) -> None:
        await self._send("FLUSH_MEDIA")
        self._paused = False

    async def close(self) -> None:
        await self._send("HANGUP")
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._socket.close(), 1.0)
        self._reading.cancel()

    async def _send(self, frame: bytes | str) -> None:
        with contextlib.suppress(ConnectionClosed):
            await self._socket.send(frame)

    async def _read(self) -> None:
        with contextlib.suppress(ConnectionClosed):
            async for frame in self._socket:
                if self._sink is None:
                    self._early.append(frame)
                else:
                    self._take(frame)
        if self._sink is not None:
            self._sink.ended(None)

    def _take(self, frame: bytes | str) -> None:
        assert self._sink is not None
        if isinstance(frame, bytes):
            self._sink.heard(frame)
            return
        event, told = parse(frame)
        match event:
            case "MEDIA_XOFF":
                self._paused = True
            case "MEDIA_XON":
                self._paused = False
            case "DTMF_END":
                self._sink.pressed(told.get("digit", ""))
            case "MEDIA_MARK_PROCESSED":
                self._sink.reached(told.get("correlation_id", told.get(BARE, "")))


def parse(text: str) -> tuple[str, dict[str, str]]:
    """A control message: `EVENT key:value ...`, `EVENT word`, or JSON, whichever Asterisk is set to."""
    if text.startswith("{"):
        try:
            told: dict[str, Any] = json.loads(text)
        except ValueError:
            return "", {}
        return str(told.get("event", "")), {key: str(value) for key, value in told.items()}
    event, *words = text.split() or [""]
    return event, dict((word if ":" in word else f"{BARE}:{word}").split(":", 1) for word in words)


class ChanWebsocketDoor:
    """:param rate: 8000, or 16000 where telephones speak wideband."""

    gives_keys = True

    def __init__(self, ari: Ari, rate: int = 8_000) -> None:
        self._ari = ari
        self.rate = rate

    async def start(self) -> None:
        """Nothing: we are the ones who connect."""

    async def stop(self) -> None:
        """Nothing stands open."""

    async def open(self, channel: str) -> Media:
        ready = asyncio.Event()
        self._ari.watch(channel, lambda event: ready.set() if event.get("type") == "StasisStart" else None)
        try:
            made = await self._ari.ask(
                "POST",
                "/channels/externalMedia",
                channelId=channel,
                app=self._ari.app,
                external_host="INCOMING",
                encapsulation="none",
                transport="websocket",
                connection_type="server",
                format=FORMATS[self.rate],
            )
            where = self._ari.websocket_url(f"/media/{made['channelvars']['MEDIA_WEBSOCKET_CONNECTION_ID']}")
            socket = await connect(
                where,
                additional_headers=self._ari.authorization,
                subprotocols=["media"],  # type: ignore[list-item]
                open_timeout=CONNECT_SECONDS,
                max_size=None,
            )
            media = ChanWebsocket(socket)
            try:
                # Before its StasisStart a channel cannot be bridged: Asterisk answers 422.
                await asyncio.wait_for(ready.wait(), CONNECT_SECONDS)
            except BaseException:
                await media.close()
                raise
            return media
        finally:
            self._ari.forget(channel)
