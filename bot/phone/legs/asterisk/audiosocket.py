"""Sound over AudioSocket, for Asterisk 18 to 22.5: Asterisk connects to us, and every message has a three-byte header.

It plays what it gets when it gets it, so the pace is kept here, frame by frame, and so is what has been heard so far.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections import deque
from typing import Final
from uuid import UUID, uuid5

import structlog

from bot.phone.legs.asterisk.ari import Ari
from bot.phone.legs.asterisk.media import Media, Sink
from bot.phone.legs.live import FRAME_SECONDS

RATE: Final = 8_000
FRAME: Final = round(RATE * FRAME_SECONDS) * 2
HANG_UP, ID, KEY, SOUND, FAULT = 0x00, 0x01, 0x03, 0x10, 0xFF
"""Kinds of message; the payload of a key is its one character, of an id the 16 bytes of a UUID."""
OPEN_SECONDS: Final = 5.0
ON_THE_WAY_SECONDS: Final = 0.06
"""From our socket to the ear: Asterisk, and the telephone's own buffer against jitter."""
_NAMESPACE: Final = UUID("8f4c9d0e-6d0a-4a6c-9d5e-7a1f0f6b2c11")


def message(kind: int, payload: bytes = b"") -> bytes:
    """A message as it goes over the socket.

    :raises OverflowError: the payload is longer than 65535 bytes.
    """
    return bytes([kind]) + len(payload).to_bytes(2, "big") + payload


async def read_message(reader: asyncio.StreamReader) -> tuple[int, bytes] | None:
    """The next message; None when the other side has closed, even in the middle of one."""
    try:
        head = await reader.readexactly(3)
        return head[0], await reader.readexactly(int.from_bytes(head[1:], "big"))
    except (asyncio.IncompleteReadError, ConnectionError):
        return None


class AudioSocket:
    """The sound of one call."""

    paused = False

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self._sink: Sink | None = None
        self._queue: deque[bytes | str] = deque()
        self._some = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []

    def listen(self, sink: Sink) -> None:
        self._sink = sink
        self._tasks = [asyncio.create_task(self._read()), asyncio.create_task(self._write())]

    async def sound(self, pcm: bytes) -> None:
        self._queue.extend(pcm[at : at + FRAME] for at in range(0, len(pcm), FRAME))
        self._some.set()

    async def mark(self, mark: str) -> None:
        self._queue.append(mark)
        self._some.set()

    async def clear(self) -> None:
        self._queue.clear()

    async def close(self) -> None:
        with contextlib.suppress(ConnectionError, RuntimeError):
            self._writer.write(message(HANG_UP))
        self._writer.close()
        for task in self._tasks:
            task.cancel()

    async def _read(self) -> None:
        assert self._sink is not None
        while got := await read_message(self._reader):
            match got:
                case (kind, payload) if kind == SOUND:
                    self._sink.heard(payload)
                case (kind, payload) if kind == KEY:
                    self._sink.pressed(payload.decode(errors="replace"))
                case (kind, _) if kind in (HANG_UP, FAULT):
                    break
        self._sink.ended(None)

    async def _write(self) -> None:
        assert self._sink is not None
        due = 0.0
        while True:
            if not self._queue:
                self._some.clear()
                await self._some.wait()
                continue
            due = max(due, time.monotonic())
            match self._queue.popleft():
                case str(mark):
                    asyncio.get_running_loop().call_later(ON_THE_WAY_SECONDS, self._sink.reached, mark)
                case frame:
                    try:
                        self._writer.write(message(SOUND, frame))
                        await self._writer.drain()
                    except ConnectionError:
                        self._sink.ended(None)
                        return
                    due += FRAME_SECONDS
                    await asyncio.sleep(max(0.0, due - time.monotonic()))


class AudioSocketDoor:
    """The port that Asterisk connects to.

    :param host: where we listen; Asterisk must reach it, and nobody else: AudioSocket knows no password, and an id that
        we did not give out is turned away.
    """

    rate = RATE
    gives_keys = False
    """Asterisk before 22 sends no keys over AudioSocket; ARI has them in every version."""

    def __init__(self, ari: Ari, host: str, port: int) -> None:
        self._ari = ari
        self._host = host
        self._port = port
        self._server: asyncio.Server | None = None
        self._awaited: dict[UUID, asyncio.Future[AudioSocket]] = {}

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._connected, self._host, self._port)
        self._port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        if self._server is not None:
            self._server.close()

    @property
    def address(self) -> str:
        """host:port."""
        return f"{self._host}:{self._port}"

    async def open(self, channel: str) -> Media:
        key = uuid5(_NAMESPACE, channel)
        came = self._awaited[key] = asyncio.get_running_loop().create_future()
        ready = asyncio.Event()
        self._ari.watch(channel, lambda event: ready.set() if event.get("type") == "StasisStart" else None)
        try:
            await self._ari.ask(
                "POST",
                "/channels/externalMedia",
                channelId=channel,
                app=self._ari.app,
                external_host=self.address,
                encapsulation="audiosocket",
                transport="tcp",
                format="slin",
                data=str(key),
            )
            media: AudioSocket = await asyncio.wait_for(came, OPEN_SECONDS)
            try:
                await asyncio.wait_for(ready.wait(), OPEN_SECONDS)
            except BaseException:
                await media.close()
                raise
            return media
        finally:
            self._awaited.pop(key, None)
            self._ari.forget(channel)

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            first = await asyncio.wait_for(read_message(reader), OPEN_SECONDS)
        except TimeoutError:
            first = None
        waits = None
        if first is not None and first[0] == ID and len(first[1]) == 16:
            waits = self._awaited.pop(UUID(bytes=first[1]), None)
        if waits is None or waits.done():
            structlog.get_logger().warning("audiosocket.turned_away")
            writer.close()
            return
        waits.set_result(AudioSocket(reader, writer))
