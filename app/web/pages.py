"""Routes of the plain pages: the front page, the debtor's chat and telephone, signing in, how to pay."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import FileResponse, PlainTextResponse, RedirectResponse, Response

from app.web.language import language_of, own_path
from app.web.needs import Needs
from app.web.plain import front_page, pay_page, sign_in_page
from app.web.staff import COOKIE, SESSION, StaffDoor
from bot.chat.invites import NoInvite, find_invite

STATIC = Path(__file__).parent / "static"


def pages_router(needs: Needs, door: StaffDoor) -> APIRouter:
    """The pages that need no framework; plain functions, so that a slow disk never holds up the event loop."""
    router = APIRouter(include_in_schema=False)
    demo = needs.settings.mode == "demo"
    secure = needs.settings.public_url.startswith("https://")

    @router.get("/")
    def front(request: Request) -> Response:
        # Links with their answers are for this machine alone.
        invites = needs.demo_invites() if demo and door.who(request) is not None else ()
        return front_page(language_of(request), "/", demo, invites, needs.phones is not None)

    def behind_link(token: str, page: str) -> Response:
        with needs.ledger.read() as work:
            found = find_invite(work, token)
        if isinstance(found, NoInvite):
            return FileResponse(STATIC / "gone.html", 404 if found.reason == "unknown" else 410)
        return FileResponse(STATIC / page)

    @router.get("/chat/{token}")
    def chat(token: str) -> Response:
        return behind_link(token, "chat.html")

    @router.get("/phone/{token}")
    def phone(token: str) -> Response:
        if needs.phones is None:
            return FileResponse(STATIC / "gone.html", 404)
        return behind_link(token, "phone.html")

    @router.get("/pay")
    def pay(request: Request) -> Response:
        return pay_page(language_of(request))

    @router.get("/sign-in")
    def sign_in_form(request: Request, next: str = "/desk") -> Response:
        return sign_in_page(language_of(request), own_path(next), door.needs_key, wrong=False)

    @router.post("/sign-in")
    def sign_in(
        request: Request,
        name: Annotated[str, Form(max_length=200)],
        key: Annotated[str, Form(max_length=500)] = "",
        next: Annotated[str, Form(max_length=500)] = "/desk",
    ) -> Response:
        cookie = door.sign_in(name, key)
        if cookie is None:
            return sign_in_page(language_of(request), own_path(next), door.needs_key, wrong=True)
        response = RedirectResponse(own_path(next), 303)
        response.set_cookie(
            COOKIE, cookie, max_age=int(SESSION.total_seconds()), httponly=True, secure=secure, samesite="lax"
        )
        return response

    @router.get("/sign-out")
    def sign_out() -> Response:
        response = RedirectResponse("/", 303)
        response.delete_cookie(COOKIE)
        return response

    @router.get("/health")
    def health() -> Response:
        return PlainTextResponse("ok")

    return router
