"""The language of a page: what was chosen last, else what the browser asks for, else Chinese."""

from __future__ import annotations

from typing import Literal, cast

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse

Language = Literal["zh", "en"]
COOKIE = "amends_language"

router = APIRouter()


def language_of(request: Request) -> Language:
    chosen = request.cookies.get(COOKIE)
    if chosen in ("zh", "en"):
        return cast(Language, chosen)
    asked = request.headers.get("accept-language", "").lower()
    return "en" if asked.startswith("en") else "zh"


@router.get("/language/{language}", include_in_schema=False)
def choose(language: Language, back: str = "/") -> RedirectResponse:
    """Keep the choice for a year and go back to the page it was made on."""
    response = RedirectResponse(own_path(back), 303)
    response.set_cookie(COOKIE, language, max_age=365 * 86400, httponly=True, samesite="lax")
    return response


def own_path(path: str) -> str:
    """A path of this site; anything that would lead elsewhere becomes the front page."""
    safe = path.startswith("/") and not path.startswith(("//", "/\\")) and path.isprintable()
    return path if safe else "/"
