"""What comes with every message of a talk, answered without the routing and the layers that pages go through.

Those took our process longer than the message itself. What a page asks for now and then goes the usual way.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from starlette.types import ASGIApp, Receive, Scope, Send

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Asked:
    """One POST: its path, headers by their names in lower case, and all of its body."""

    path: str
    headers: Mapping[bytes, bytes]
    body: bytes


@dataclass(frozen=True, slots=True)
class Answered:
    """An HTTP status, a body for JSON, and headers beside its kind and length."""

    status: int
    body: Any
    headers: tuple[tuple[bytes, bytes], ...] = ()


class Way(Protocol):
    """What answers some of the POSTs."""

    most_bytes: int
    """Of a body; a longer one is refused with 413."""

    def takes(self, path: str) -> bool:
        """Whether a POST there is answered here."""
        ...

    async def answer(self, asked: Asked) -> Answered:
        """Never blocks; what does goes into :class:`Threads`."""
        ...


class Threads:
    """Threads of one way's own, so that those who wait for one another never wait for the same ones."""

    def __init__(self, at_once: int, name: str) -> None:
        self._pool = ThreadPoolExecutor(at_once, thread_name_prefix=name)

    async def run(self, work: Callable[..., Result], *given: Any) -> Result:
        """What `work` gives, or raises."""
        return await asyncio.get_running_loop().run_in_executor(self._pool, work, *given)


class Direct:
    """ASGI middleware: what one of `ways` takes is answered by it, and all else by `app`."""

    def __init__(self, app: ASGIApp, ways: Sequence[Way]) -> None:
        self._app = app
        self._ways = ways

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["method"] == "POST":
            path = scope["path"]
            for way in self._ways:
                if way.takes(path):
                    await _answer(way, scope, receive, send)
                    return
        await self._app(scope, receive, send)


async def _answer(way: Way, scope: Scope, receive: Receive, send: Send) -> None:
    body = await _body(receive, way.most_bytes)
    if body is None:
        answered = Answered(413, {"error": "too_large"})
    else:
        answered = await way.answer(Asked(scope["path"], dict(scope["headers"]), body))
    told = json.dumps(answered.body, ensure_ascii=False, separators=(",", ":")).encode()
    sized = (b"content-type", b"application/json"), (b"content-length", b"%d" % len(told))
    start = {"type": "http.response.start", "status": answered.status, "headers": [*sized, *answered.headers]}
    await send(start)
    await send({"type": "http.response.body", "body": told})


async def _body(receive: Receive, most: int) -> bytes | None:
    """All of it, or None when there is more than `most`. Who hangs up in the middle has sent an incomplete one."""
    parts: list[bytes] = []
    length, more = 0, True
    while more:
        message = await receive()
        part = message.get("body", b"")
        length += len(part)
        if length > most:
            return None
        parts.append(part)
        more = message.get("more_body", False)
    return b"".join(parts)
