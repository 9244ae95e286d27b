"""What Asterisk's events and REST interface may do to us, against a made-up Asterisk."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from websockets.asyncio.server import ServerConnection, serve

from bot.phone.legs.asterisk.ari import Ari
from bot.phone.legs.asterisk.calls import AsteriskCalls


class MadeUp:
    """Knows its channels, and sends what it is told to send."""

    def __init__(self) -> None:
        self.channels = '[{"id": "amends.before.far"}, {"id": "somebody-else"}]'
        self.asked: list[tuple[str, str]] = []
        self.sockets: list[ServerConnection] = []
        self.connected = asyncio.Event()

    async def rest(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One request, without a body, to one answer."""
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        method, path = head.split()[:2]
        self.asked.append((method, path.split("?")[0]))
        body = self.channels if (method, path) == ("GET", "/ari/channels") else "[]"
        writer.write(f"HTTP/1.1 200 OK\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n{body}".encode())
        await writer.drain()
        writer.close()

    async def events(self, socket: ServerConnection) -> None:
        self.sockets.append(socket)
        self.connected.set()
        await socket.wait_closed()


class Door:
    """No sound."""

    rate, gives_keys = 8000, True

    async def start(self) -> None: ...
    async def stop(self) -> None: ...
    async def open(self, channel: str) -> Any: ...


@asynccontextmanager
async def asterisk() -> AsyncIterator[tuple[MadeUp, Ari]]:
    made_up = MadeUp()
    rest = await asyncio.start_server(made_up.rest, "127.0.0.1", 0)
    async with serve(made_up.events, "127.0.0.1", 0) as events:
        ari = Ari(f"http://127.0.0.1:{rest.sockets[0].getsockname()[1]}", "user", "password", "amends")
        port = next(iter(events.sockets)).getsockname()[1]
        ari.websocket_url = lambda path: f"ws://127.0.0.1:{port}{path}"  # type: ignore[method-assign]
        yield made_up, ari
    rest.close()


async def test_events_go_on_after_one_that_makes_no_sense_and_one_that_we_stumble_over() -> None:
    def stumbles(event: object) -> None:
        raise KeyError("channel")

    async with asterisk() as (made_up, ari):
        await ari.start()
        told: list[object] = []
        ari.watch("ours", told.append)
        ari.watch("bad", stumbles)
        for nonsense in ("{", "[]", '{"channel": {"id": "bad"}}'):
            await asyncio.wait_for(made_up.connected.wait(), 20)
            made_up.connected.clear()
            await made_up.sockets[-1].send(nonsense)
            if nonsense == "[]":
                made_up.connected.set()
        await asyncio.wait_for(made_up.connected.wait(), 20)
        await made_up.sockets[-1].send('{"channel": {"id": "ours"}}')
        async with asyncio.timeout(20):
            while not told:
                await asyncio.sleep(0.01)
        await ari.stop()


async def test_whoever_stops_leaves_nobody_on_a_silent_line() -> None:
    async with asterisk() as (made_up, ari):
        calls = AsteriskCalls(ari, Door(), "PJSIP/{number}@trunk", "", lambda: "1")
        await calls.start()
        assert ("DELETE", "/ari/channels/amends.before.far") in made_up.asked
        made_up.asked.clear()
        made_up.channels = '[{"id": "amends.1.far"}, {"id": "somebody-else"}]'
        await calls.stop()
        assert [path for method, path in made_up.asked if method == "DELETE"] == ["/ari/channels/amends.1.far"]
        await ari.remove("/channels/late")  # a call that ends now is no fault
