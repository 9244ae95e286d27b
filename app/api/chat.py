"""HTTP for the debtor's page: open the chat, say something, see it again."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import structlog
from fastapi import APIRouter, Cookie, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field, StringConstraints

from bot.chat.door import Bubble, ChatDoor, NotStarted, Shown
from bot.chat.invites import NoInvite

LONGEST_MESSAGE = 1000
COOKIE = "amends_chat"
STATUS = {"unknown": 404, "expired": 410, "used_up": 410}

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
    """Routes under /api/chat. They are plain functions, so FastAPI runs them in threads and the bot may take its time.

    `secure` marks the cookie for HTTPS alone.
    """
    router = APIRouter(prefix="/api/chat", tags=["chat"])
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
                    path=f"/api/chat/{token}",
                    httponly=True,
                    secure=secure,
                    samesite="strict",
                )
                return {
                    "state": "open",
                    "stage": found.stage,
                    "language": found.language,
                    "lines": [_line(bubble) for bubble in found.bubbles],
                }

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

    @router.post("/{token}/messages")
    def say(token: str, message: Message, response: Response, browser: Browser = "") -> Any:
        """Say one thing; the answer holds every line after `after`."""
        try:
            found = door.say(token, browser, message.text, message.client_id, message.after)
        except Exception as fault:
            log.error("chat.message_failed", exc_info=fault)
            return JSONResponse({"error": "unavailable"}, 503)
        if isinstance(found, NotStarted):
            return JSONResponse({"error": "not_open"}, 409)
        return answer(found, token, response)

    return router


def refuse_kindly(_request: Request, fault: Exception) -> JSONResponse:
    """422 for a chat message that is empty, too long or malformed, in one word that the page can translate."""
    errors = fault.errors() if isinstance(fault, RequestValidationError) else ()
    kinds = {error.get("type") for error in errors if error.get("loc", ())[-1:] == ("text",)}
    if kinds & {"string_too_short", "missing"}:
        return JSONResponse({"error": "empty"}, 422)
    if "string_too_long" in kinds:
        return JSONResponse({"error": "too_long", "limit": LONGEST_MESSAGE}, 422)
    # The offending input is left out: it is what somebody typed.
    return JSONResponse({"error": "malformed", "fields": [list(error["loc"]) for error in errors]}, 422)


def _line(bubble: Bubble) -> dict[str, Any]:
    return {"seq": bubble.seq, "speaker": bubble.speaker, "text": bubble.text, "template": bubble.template}
