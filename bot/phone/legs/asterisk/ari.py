"""Asterisk's REST interface: requests out, events in over one websocket that is opened again when it is lost.

Events are handed to whoever watches their channel. After a loss every watched channel is asked for, so that
nobody waits for an event that came while nobody listened.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import json
from collections.abc import Callable, Mapping
from typing import Any, Final
from urllib.parse import urlencode

import httpx
import structlog
from websockets.asyncio.client import ClientConnection, connect

Event = Mapping[str, Any]
Take = Callable[[Event], object]

GONE: Final = "ChannelDestroyed"
REQUEST_SECONDS: Final = 5.0
FIRST_RETRY_SECONDS: Final = 0.2
LAST_RETRY_SECONDS: Final = 5.0


class AriRefused(Exception):
    """Asterisk would not do it; `status` is the HTTP status."""

    def __init__(self, status: int, doing: str) -> None:
        super().__init__(f"Asterisk answered {status} to {doing}")
        self.status = status


class AriDown(Exception):
    """Asterisk cannot be reached: nothing was done, or it is not known what was."""


class Ari:
    """One Asterisk, seen by one application of its. To be used on one running event loop.

    :param url: `http://host:port`; the websockets go there too.
    :param app: what Asterisk knows us by. Two processes never share one: Asterisk would throw out the first.
    """

    def __init__(self, url: str, user: str, password: str, app: str) -> None:
        self.app = app
        self._url = url.rstrip("/")
        self._basic = base64.b64encode(f"{user}:{password}".encode()).decode()
        self._client: httpx.AsyncClient | None = None
        self._watching: dict[str, Take] = {}
        self._task: asyncio.Task[None] | None = None
        self._connected = asyncio.Event()
        self.socket: ClientConnection | None = None
        """Where events come in; None while they do not."""
        self._log = structlog.get_logger()

    @property
    def authorization(self) -> dict[str, str]:
        """The header that lets us in."""
        return {"Authorization": f"Basic {self._basic}"}

    def websocket_url(self, path: str) -> str:
        """Where a websocket of this Asterisk is."""
        return self._url.replace("http", "ws", 1) + path

    @property
    def connected(self) -> bool:
        return self._connected.is_set()

    async def start(self, seconds: float = 10.0) -> None:
        """Connect, and end whatever calls a run before this one left behind.

        :raises AriDown: not within `seconds`.
        """
        self._client = httpx.AsyncClient(timeout=REQUEST_SECONDS, headers=self.authorization)
        self._task = asyncio.create_task(self._listen())
        try:
            await asyncio.wait_for(self._connected.wait(), seconds)
        except TimeoutError as fault:
            await self.stop()
            raise AriDown("Asterisk does not answer, or does not know the user") from fault
        await self.end_all()

    async def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
        client, self._client = self._client, None
        if client is not None:
            await client.aclose()

    def watch(self, channel: str, take: Take) -> None:
        """Hand in every event about this channel."""
        self._watching[channel] = take

    def forget(self, channel: str) -> None:
        self._watching.pop(channel, None)

    async def ask(self, method: str, path: str, **parameters: str) -> Any:
        """One request; what Asterisk answered.

        :raises AriRefused: it answered with an error.
        :raises AriDown: it did not answer.
        """
        if self._client is None:
            raise AriDown("not started")
        try:
            answer = await self._client.request(method, f"{self._url}/ari{path}", params=parameters)
        except httpx.HTTPError as fault:
            raise AriDown(f"Asterisk did not answer to {method} {path.split('/')[1]}") from fault
        if answer.status_code >= 400:
            raise AriRefused(answer.status_code, f"{method} {path.split('/')[1]}")
        return answer.json() if answer.content else None

    async def remove(self, path: str) -> None:
        """Delete a channel or a bridge, if it is there. What cannot be deleted now is when we start the next time."""
        with contextlib.suppress(AriRefused, AriDown):
            await self.ask("DELETE", path)

    async def _listen(self) -> None:
        wait = FIRST_RETRY_SECONDS
        query = urlencode({"app": self.app, "subscribeAll": "false"})
        url = self.websocket_url(f"/ari/events?{query}")
        while True:
            try:
                async with connect(url, additional_headers=self.authorization, max_size=None) as socket:
                    wait, self.socket = FIRST_RETRY_SECONDS, socket
                    self._connected.set()
                    await self._catch_up()
                    async for text in socket:
                        self._hand_in(json.loads(text))
            except Exception as fault:  # whatever it was: without events no call would be heard of again
                self._log.warning("asterisk.events_lost", exc_info=fault)
            self.socket = None
            self._connected.clear()
            await asyncio.sleep(wait)
            wait = min(wait * 2, LAST_RETRY_SECONDS)

    async def _catch_up(self) -> None:
        for channel, take in tuple(self._watching.items()):
            try:
                await self.ask("GET", f"/channels/{channel}")
            except AriRefused as refused:
                if refused.status == 404:
                    take({"type": GONE, "channel": {"id": channel}})
            except AriDown:
                return

    def _hand_in(self, event: Event) -> None:
        channel = event.get("channel") if isinstance(event, dict) else None
        about = channel.get("id") if isinstance(channel, dict) else None
        if take := self._watching.get(str(about)):
            take(event)

    async def end_all(self) -> None:
        """End every call of this application that Asterisk has, whoever made it.

        :raises AriDown, AriRefused: what there is cannot be asked for.
        """
        for kind in ("channels", "bridges"):
            for each in await self.ask("GET", f"/{kind}"):
                if str(each["id"]).startswith(f"{self.app}."):
                    await self.remove(f"/{kind}/{each['id']}")
