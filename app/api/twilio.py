"""What a carrier of Twilio's kind calls: the status of a call, and the websocket with its sound. Both are signed."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import Any, Final
from urllib.parse import parse_qsl

from fastapi import APIRouter, HTTPException, Request, Response, WebSocket, WebSocketDisconnect

from app.api.phone import SocketLine
from bot.phone.legs.browser_pages import Post
from bot.phone.legs.twilio_calls import STATUS_PATH, STREAM_PATH, TwilioCalls, TwilioStream

SIGNATURE: Final = "X-Twilio-Signature"
LARGEST_MESSAGE: Final = 64_000
LARGEST_FORM: Final = 20_000
FORBIDDEN: Final = 4403


def twilio_router(calls: TwilioCalls, post: Post) -> APIRouter:
    """:param post: does something in the loop of the calls."""
    router = APIRouter()

    @router.post(STATUS_PATH + "/{key}", include_in_schema=False)
    async def status(request: Request, key: str) -> Response:
        body = await request.body()
        if len(body) > LARGEST_FORM:
            raise HTTPException(413, "too large")
        fields = parse_qsl(body.decode(errors="replace"), keep_blank_values=True)
        signature = request.headers.get(SIGNATURE, "")
        if not calls.lets_in(_asked(request), signature, fields):
            raise HTTPException(403, "not allowed")
        post(lambda: calls.told(key, signature, dict(fields)))
        return Response(status_code=204)

    @router.websocket(STREAM_PATH + "/{key}")
    async def stream(socket: WebSocket, key: str) -> None:
        if not calls.lets_in(_asked(socket), socket.headers.get(SIGNATURE, ""), stream=True):
            await socket.close(FORBIDDEN)
            return
        await socket.accept()
        line = SocketLine(socket)
        opened: list[TwilioStream] = []
        post(lambda: opened.append(calls.opened(key, line)))
        writing = asyncio.create_task(line.write())
        try:
            await _listen(socket, lambda message: post(lambda: opened[0].take(message)))
        except (WebSocketDisconnect, RuntimeError):
            pass  # gone, or being closed from our side
        finally:
            post(lambda: opened[0].closed())
            writing.cancel()

    return router


def _asked(asked: Request | WebSocket) -> str:
    return asked.url.path + (f"?{asked.url.query}" if asked.url.query else "")


async def _listen(socket: WebSocket, take: Callable[[dict[str, Any]], object]) -> None:
    while True:
        text = await socket.receive_text()
        if len(text) > LARGEST_MESSAGE:
            break
        try:
            message = json.loads(text)
        except (ValueError, RecursionError):
            break
        if not isinstance(message, dict):
            break
        take(message)
    await socket.close(FORBIDDEN)
