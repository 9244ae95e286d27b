"""The web application of a floor: the API, the plain pages, and NiceGUI for the desk and the strategy room."""

from __future__ import annotations

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from fastapi.staticfiles import StaticFiles
from nicegui import ui

from app.api.actions import ActsWay
from app.api.chat import MessagesWay, chat_router, refuse_kindly
from app.api.direct import Direct
from app.api.phone import phone_router
from app.api.recordings import recordings_router
from app.api.twilio import twilio_router
from app.recordings import archive_of
from app.web import language
from app.web.desk import desk_page
from app.web.gatekeeper import Gatekeeper
from app.web.needs import Needs
from app.web.pages import STATIC, pages_router
from app.web.staff import StaffDoor
from app.web.strategy import strategy_page
from bot.chat.door import ChatDoor


def build_app(floor: Needs) -> FastAPI:
    """Everything that `amends serve` serves. NiceGUI keeps its pages in the process: build one such app at a time."""
    app = build_api(floor)
    door = StaffDoor(floor.settings, floor.ledger)
    desk_page(floor, door)
    strategy_page(floor, door)
    ui.run_with(app, title="善还 Amends", favicon=STATIC / "mark.svg", show_welcome_message=False)
    # Added last, so it is outermost: no route is reached around it.
    app.add_middleware(Gatekeeper, door=door)
    return app


def build_api(floor: Needs) -> FastAPI:
    """The API and the plain pages without NiceGUI and without the gatekeeper."""
    # The usual docs pages load scripts from elsewhere; the description itself is at /openapi.json.
    app = FastAPI(title="Amends", docs_url=None, redoc_url=None)
    app.add_exception_handler(RequestValidationError, refuse_kindly)
    secure = floor.settings.public_url.startswith("https://")
    chats = ChatDoor(floor.ledger, floor.sessions)
    app.include_router(chat_router(chats, secure))
    app.add_middleware(Direct, ways=(MessagesWay(chats), ActsWay(floor.run_action, floor.action_secret)))
    door = StaffDoor(floor.settings, floor.ledger)
    app.include_router(pages_router(floor, door))
    if floor.phones is not None:
        app.include_router(phone_router(floor.ledger, floor.phones, door, floor.settings.public_url))
        if floor.phones.twilio is not None:
            app.include_router(twilio_router(floor.phones.twilio, floor.phones.debtors.post))
    app.include_router(recordings_router(archive_of(floor.settings, floor.ledger), door))
    app.include_router(language.router)
    app.mount("/static", StaticFiles(directory=STATIC), name="static")
    return app
