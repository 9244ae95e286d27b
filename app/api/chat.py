"""HTTP for the debtor's page: open the chat, say something, see it again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Final, Literal

import structlog
from fastapi import APIRouter, Cookie, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field, StringConstraints, ValidationError
from starlette.requests import cookie_parser

from app.api.direct import Answered, Asked, Threads
from bot.chat.door import Bubble, ChatDoor, NotStarted, Shown
from bot.chat.invites import NoInvite

LONGEST_MESSAGE = 1000
COOKIE = "amends_chat"
STATUS = {"unknown": 404, "expired": 410, "used_up": 410}
PREFIX: Final = "/api/chat"
MESSAGES: Final = "/messages"
MOST_BYTES: Final = 100_000
AT_ONCE: Final = 40
"""Messages that are answered at the same time; more of them wait."""

Browser = Annotated[str, Cookie(alias=COOKIE, max_length=64)]
Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=LONGEST_MESSAGE)]


class Opening(BaseModel):
    """The language the first line is spoken in."""

    language: Literal["zh", "en"]


class Message(BaseModel):
    """One message. `client_id` is the page's own id for it; `after` the last line the page has."""

    text: Text
    client_id: str = Field(min_length=8, max_length=64, pattern=r"^[A-Za-z0-9-]+$")
    after: int = Field(default=0, ge=0, le=2**31)


def chat_router(door: ChatDoor, secure: bool) -> APIRouter:
    """What a page asks for once, under /api/chat; its messages are :class:`MessagesWay`.

    The routes are plain functions, so FastAPI runs them in threads and the bot may take its time.

    `secure` marks the cookie for HTTPS alone.
    """
    router = APIRouter(prefix=PREFIX, tags=["chat"])
    log = structlog.get_logger()

    def answer(found: Shown | NotStarted | NoInvite, token: str, response: Response) -> Any:
        match found:
            case NoInvite(reason):
                return JSONResponse({"error": reason}, STATUS[reason])
            case NotStarted(elsewhere, language):
                return {"state": "elsewhere" if elsewhere else "new", "language": language, "lines": []}
            case Shown():
                response.set_cookie(
                    COOKIE,
                    found.browser,
                    path=f"{PREFIX}/{token}",
                    httponly=True,
                    secure=secure,
                    samesite="strict",
                )
                return _open(found)

    @router.get("/{token}/history")
    def history(token: str, response: Response, browser: Browser = "") -> Any:
        """Everything said so far, for the browser that said it."""
        return answer(door.look(token, browser), token, response)

    @router.post("/{token}/open")
    def open_chat(token: str, opening: Opening, response: Response, browser: Browser = "") -> Any:
        """Start the conversation; again, it is the same one."""
        try:
            return answer(door.open(token, browser, opening.language), token, response)
        except Exception as fault:
            log.error("chat.open_failed", exc_info=fault)
            return JSONResponse({"error": "unavailable"}, 503)

    return router


class MessagesWay:
    """POST /api/chat/{token}/messages (`app.api.direct.Way`): say one thing; the answer holds every line after `after`.

    It sets no cookie: only the browser that has the right one is answered.
    """

    most_bytes = MOST_BYTES

    def __init__(self, door: ChatDoor) -> None:
        self._door = door
        self._threads = Threads(AT_ONCE, "chat")
        self._log = structlog.get_logger()

    def takes(self, path: str) -> bool:
        return _token(path) is not None

    async def answer(self, asked: Asked) -> Answered:
        # A form of another site cannot say that it sends JSON.
        if not asked.headers.get(b"content-type", b"").startswith(b"application/json"):
            return Answered(422, _refusal(()))
        try:
            message = Message.model_validate_json(asked.body)
        except ValidationError as fault:
            return Answered(422, _refusal(fault.errors(include_input=False, include_url=False)))
        browser = cookie_parser(asked.headers.get(b"cookie", b"").decode("latin-1")).get(COOKIE, "")
        try:
            found = await self._threads.run(
                self._door.say, _token(asked.path), browser, message.text, message.client_id, message.after
            )
        except Exception as fault:
            self._log.error("chat.message_failed", exc_info=fault)
            return Answered(503, {"error": "unavailable"})
        match found:
            case NoInvite(reason):
                return Answered(STATUS[reason], {"error": reason})
            case NotStarted():
                return Answered(409, {"error": "not_open"})
            case Shown():
                return Answered(200, _open(found))


def _token(path: str) -> str | None:
    """The token of a path that messages are sent to."""
    if not (path.startswith(f"{PREFIX}/") and path.endswith(MESSAGES)):
        return None
    token = path[len(PREFIX) + 1 : -len(MESSAGES)]
    return token if token and "/" not in token else None


def refuse_kindly(_request: Request, fault: Exception) -> JSONResponse:
    """422 for a request that is empty, too long or malformed, in one word that the page can translate."""
    return JSONResponse(_refusal(fault.errors() if isinstance(fault, RequestValidationError) else ()), 422)


def _refusal(errors: Sequence[Any]) -> dict[str, Any]:
    kinds = {error.get("type") for error in errors if error.get("loc", ())[-1:] == ("text",)}
    if kinds & {"string_too_short", "missing"}:
        return {"error": "empty"}
    if "string_too_long" in kinds:
        return {"error": "too_long", "limit": LONGEST_MESSAGE}
    # The offending input is left out: it is what somebody typed.
    return {"error": "malformed", "fields": [list(error["loc"]) for error in errors]}


def _open(found: Shown) -> dict[str, Any]:
    lines = [_line(bubble) for bubble in found.bubbles]
    return {"state": "open", "stage": found.stage, "language": found.language, "lines": lines}


def _line(bubble: Bubble) -> dict[str, Any]:
    return {"seq": bubble.seq, "speaker": bubble.speaker, "text": bubble.text, "template": bubble.template}
