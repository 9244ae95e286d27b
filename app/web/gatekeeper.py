"""Every request passes here first: staff paths are closed unless somebody may enter, and answers carry safe headers."""

from __future__ import annotations

from urllib.parse import quote

from starlette.datastructures import MutableHeaders
from starlette.requests import HTTPConnection
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.web.staff import StaffDoor

OPEN = frozenset({"/", "/sign-in", "/sign-out", "/pay", "/health", "/webhooks/rasa"})
OPEN_BELOW = ("/chat/", "/api/chat/", "/phone/", "/api/phone/", "/twilio/", "/static/", "/language/", "/_nicegui/")
"""Everything else is for staff: a new page is closed until somebody opens it here on purpose."""

LARGEST_BODY = 2_000_000

PLAIN_CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
# NiceGUI compiles its templates in the browser and sets styles inline.
STAFF_CSP = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; font-src 'self' data:; connect-src 'self' ws: wss:; base-uri 'self'; "
    "form-action 'self'; frame-ancestors 'none'; object-src 'none'"
)


class Gatekeeper:
    """ASGI middleware around the whole application."""

    def __init__(self, app: ASGIApp, door: StaffDoor) -> None:
        self._app = app
        self._door = door

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        connection = HTTPConnection(scope)
        path = connection.url.path
        staff_only = path not in OPEN and not path.startswith(OPEN_BELOW)
        if staff_only and self._door.who(connection) is None:
            await self._refuse(connection, scope, receive, send)
            return
        if _too_large(connection):
            await JSONResponse({"error": "too_large"}, 413)(scope, receive, send)
            return

        async def send_safely(message: Message) -> None:
            if message["type"] == "http.response.start":
                _harden(MutableHeaders(scope=message), path, staff_only)
            await send(message)

        await self._app(scope, receive, send_safely)

    async def _refuse(self, connection: HTTPConnection, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            await receive()
            await send({"type": "websocket.close", "code": 4401})
            return
        wants_page = scope["method"] == "GET" and "text/html" in connection.headers.get("accept", "")
        refusal: Response = (
            RedirectResponse(f"/sign-in?next={quote(connection.url.path)}", 303)
            if wants_page
            else JSONResponse({"error": "sign_in"}, 401)
        )
        await refusal(scope, receive, send)


def _too_large(connection: HTTPConnection) -> bool:
    """Also where the length is not told beforehand: nobody has to send us anything in that way."""
    if "transfer-encoding" in connection.headers:
        return True
    length = connection.headers.get("content-length", "0")
    return not length.isdigit() or int(length) > LARGEST_BODY


def _harden(headers: MutableHeaders, path: str, staff_only: bool) -> None:
    headers["Content-Security-Policy"] = STAFF_CSP if staff_only else PLAIN_CSP
    headers["X-Content-Type-Options"] = "nosniff"
    headers["X-Frame-Options"] = "DENY"
    headers["Referrer-Policy"] = "no-referrer"
    speaks = path.startswith("/phone/") or path == "/desk"
    headers["Permissions-Policy"] = f"camera=(), geolocation=(), microphone=({'self' if speaks else ''})"
    if not path.startswith(("/static/", "/_nicegui/")):
        headers["Cache-Control"] = "no-store"
