"""The websocket of a browser phone: who may open one, how much it may send, and its way to the calls and back."""

from __future__ import annotations

import asyncio
import json
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

from anyio.to_thread import run_sync
from fastapi import APIRouter, WebSocket, WebSocketDisconnect
from starlette.requests import HTTPConnection

from app.web.staff import StaffDoor
from bot.chat.invites import NoInvite, find_invite
from bot.phone.legs.browser import RATE
from bot.phone.legs.browser_pages import Page, Pages
from bot.phone.legs.twilio_calls import TwilioCalls
from ledger.ledger import Ledger
from ledger.tables import Account

LARGEST_SOUND: Final = RATE * 2 // 2
"""Bytes of one frame of sound: half a second."""
LARGEST_MESSAGE: Final = 1_000
MESSAGES_A_SECOND: Final = 60
SOUND_AHEAD_S: Final = 3.0
"""Sound that may come faster than it can be spoken: what a network held back comes at once."""
UNSENT: Final = 600
"""Frames a page may leave unread before it is taken for gone."""
KNOCKS_A_MINUTE: Final = 30
"""Handshakes of one link or one member of staff."""

FORBIDDEN, UNKNOWN, TOO_MUCH = 4403, 4404, 4429
"""Why a socket is closed. Before it is accepted, a browser sees each as a refused handshake."""


@dataclass(frozen=True, slots=True)
class Phones:
    """The pages that calls can ring at."""

    debtors: Pages
    collectors: Pages
    twilio: TwilioCalls | None = None
    """Calls of a carrier that comes back to us on routes of ours."""


def phone_router(ledger: Ledger, phones: Phones, door: StaffDoor, public_url: str) -> APIRouter:
    """The sockets of the debtors' pages and of the collectors'.

    :param public_url: where the pages are served; a socket opened by a page from anywhere else is refused.
    """
    router = APIRouter()
    knocks = Knocks()

    def debtor_of(token: str) -> tuple[str, Callable[[], bool]] | None:
        with ledger.read() as work:
            invite = find_invite(work, token)
            if isinstance(invite, NoInvite):
                return None
            until = invite.expires_at
            return work.session.get_one(Account, invite.account_id).debtor_id, lambda: ledger.clock() < until

    @router.websocket("/api/phone/{token}")
    async def debtors_page(socket: WebSocket, token: str) -> None:
        if not own_page(socket, public_url):
            await socket.close(FORBIDDEN)
        elif not knocks.may(token):
            await socket.close(TOO_MUCH)
        elif (found := await run_sync(debtor_of, token)) is None:
            await socket.close(UNKNOWN)
        else:
            await _keep(socket, phones.debtors, *found)

    @router.websocket("/api/desk-phone")
    async def collectors_page(socket: WebSocket) -> None:
        staff = door.who(socket)
        if staff is None or not own_page(socket, public_url):
            await socket.close(FORBIDDEN)
        elif not knocks.may(staff.name):
            await socket.close(TOO_MUCH)
        else:
            await _keep(socket, phones.collectors, staff.name)

    return router


def own_page(connection: HTTPConnection, public_url: str) -> bool:
    """Whether a page of ours asks: a browser names the page's origin with every socket."""
    origin = urlsplit(connection.headers.get("origin", ""))
    if not origin.netloc or origin.scheme not in ("http", "https"):
        return False
    ours = urlsplit(public_url)
    return (origin.scheme, origin.netloc) == (ours.scheme, ours.netloc) or (
        origin.netloc == connection.headers.get("host") and origin.hostname in ("127.0.0.1", "localhost", "::1")
    )


class Knocks:
    """How often each visitor has knocked in the last minute; few visitors are remembered at a time."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._recent: deque[tuple[float, str]] = deque()

    def may(self, visitor: str) -> bool:
        now = self._clock()
        while self._recent and (now - self._recent[0][0] > 60 or len(self._recent) > 10_000):
            self._recent.popleft()
        if sum(who == visitor for _, who in self._recent) >= KNOCKS_A_MINUTE:
            return False
        self._recent.append((now, visitor))
        return True


class SocketLine:
    """A websocket that may be written to from any thread without waiting."""

    def __init__(self, socket: WebSocket) -> None:
        self._socket = socket
        self._loop = asyncio.get_running_loop()
        self._frames: asyncio.Queue[bytes | dict[str, Any] | None] = asyncio.Queue()

    def send(self, frame: bytes | dict[str, Any]) -> None:
        self._post(frame)

    def close(self) -> None:
        self._post(None)

    async def write(self) -> None:
        """Send what there is until the line is closed or is not read any more."""
        while (frame := await self._frames.get()) is not None:
            if self._frames.qsize() > UNSENT:
                break
            if isinstance(frame, bytes):
                await self._socket.send_bytes(frame)
            else:
                await self._socket.send_text(json.dumps(frame))
        await self._socket.close(1001)

    def _post(self, frame: bytes | dict[str, Any] | None) -> None:
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._frames.put_nowait, frame)


class Measure:
    """How much one page sends."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._began = clock()
        self._seconds = 0.0
        self._messages: deque[float] = deque(maxlen=MESSAGES_A_SECOND)

    def sound(self, pcm: bytes) -> bool:
        """Whether a frame of sound is whole samples, not too long, and not more than anybody can have said."""
        elapsed = self._clock() - self._began
        # What was not said cannot be saved up.
        self._seconds = max(self._seconds, elapsed - SOUND_AHEAD_S) + len(pcm) / 2 / RATE
        return 0 < len(pcm) <= LARGEST_SOUND and len(pcm) % 2 == 0 and self._seconds <= elapsed + SOUND_AHEAD_S

    def message(self, text: str) -> bool:
        now = self._clock()
        full = len(self._messages) == MESSAGES_A_SECOND and now - self._messages[0] < 1.0
        self._messages.append(now)
        return len(text) <= LARGEST_MESSAGE and not full


async def _keep(socket: WebSocket, pages: Pages, owner: str, usable: Callable[[], bool] = lambda: True) -> None:
    """Carry frames between a page and its calls until the socket closes."""
    await socket.accept()
    line = SocketLine(socket)
    opened: list[Page] = []
    pages.post(lambda: opened.append(pages.opened(owner, line, usable)))
    writing = asyncio.create_task(line.write())
    try:
        await _listen(socket, lambda act: pages.post(lambda: act(opened[0])))
    except (WebSocketDisconnect, RuntimeError):
        pass  # gone, or being closed from our side
    finally:
        pages.post(lambda: opened[0].gone())
        writing.cancel()


async def _listen(socket: WebSocket, to_page: Callable[[Callable[[Page], object]], object]) -> None:
    measure = Measure()
    while True:
        frame = await socket.receive()
        if frame["type"] == "websocket.disconnect":
            return
        pcm, text = frame.get("bytes"), frame.get("text")
        if pcm is not None:
            if not measure.sound(pcm):
                break
            to_page(lambda page, pcm=pcm: page.sound(pcm))  # type: ignore[misc]
            continue
        if text is None or not measure.message(text) or not isinstance(message := _read(text), dict):
            break
        to_page(lambda page, message=message: page.told(message))  # type: ignore[misc]
    await socket.close(TOO_MUCH)


def _read(text: str) -> object:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None
