"""The webhook of Rasa: it proposes an act, our side does it and answers in the action server's protocol."""

from __future__ import annotations

import hmac
import json
from collections.abc import Callable, Mapping
from typing import Any

import anyio.to_thread
import structlog
from fastapi import APIRouter, Header, HTTPException, Request, Response
from fastapi.responses import JSONResponse

PATH = "/webhooks/rasa"
MOST_BYTES = 1_000_000
AT_ONCE = 32

RunAction = Callable[[Mapping[str, Any]], dict[str, Any]]
"""bot.acts.run.Actions.run"""


def actions_router(run_action: RunAction, secret: str) -> APIRouter:
    """One route, POST /webhooks/rasa, for whoever knows the secret that Rasa was started with."""
    router = APIRouter()
    log = structlog.get_logger()
    # Threads of its own: a chat holds one of the server's while it waits for Rasa, and Rasa waits for us here.
    limiter = anyio.CapacityLimiter(AT_ONCE)

    @router.post(PATH, include_in_schema=False)
    async def act(request: Request, x_amends_secret: str = Header(default="")) -> Response:
        if not hmac.compare_digest(x_amends_secret.encode(), secret.encode()):
            raise HTTPException(403, "not allowed")
        body = await request.body()
        if len(body) > MOST_BYTES:
            raise HTTPException(413, "too large")
        try:
            asked = json.loads(body)
        except ValueError as fault:
            raise HTTPException(400, "not JSON") from fault
        try:
            # Plain JSON already: it need not be gone through once more to find out.
            return JSONResponse(await anyio.to_thread.run_sync(run_action, asked, limiter=limiter))
        except Exception as fault:
            # Never 400 here: Rasa would take that for a refusal and try another act, and the talk must stop instead.
            log.error("action.failed", exc_info=fault)
            raise HTTPException(500, "the act failed") from fault

    return router
