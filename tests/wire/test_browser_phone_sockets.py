"""The websocket of the browser phone: who may open it, and how much may come over it."""

from __future__ import annotations

import asyncio
import json
import socket
import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from floor_for_pages import PageFloor, furnish
from phoning import CallsInAThread
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from app.api.phone import KNOCKS_A_MINUTE, LARGEST_SOUND, Knocks, Measure
from app.web.gatekeeper import Gatekeeper
from app.web.server import build_api
from app.web.staff import StaffDoor

KEY = "a key of twenty letters"


@pytest.fixture
def calls() -> Iterator[CallsInAThread]:
    running = CallsInAThread()
    yield running
    running.stop()


@pytest.fixture
def floor(tmp_path: Path, calls: CallsInAThread) -> Iterator[PageFloor]:
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    made = furnish(
        tmp_path, f"http://127.0.0.1:{listener.getsockname()[1]}", mode="production", staff_key=KEY, people=4
    )
    made.phones = calls.phones()
    app = build_api(made)
    app.add_middleware(Gatekeeper, door=StaffDoor(made.settings, made.ledger))
    server = uvicorn.Server(uvicorn.Config(app, log_config=None, access_log=False))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    until = time.monotonic() + 20
    while not server.started and time.monotonic() < until:
        time.sleep(0.02)
    yield made
    server.should_exit = True
    thread.join(10)
    listener.close()


def address(floor: PageFloor, path: str) -> str:
    return floor.settings.public_url.replace("http", "ws") + path


def of(floor: PageFloor, number: int = 0) -> str:
    return address(floor, f"/api/phone/{floor.invites[number].token}")


async def first_word(url: str, origin: str | None, **headers: str) -> Any:
    async with connect(url, origin=origin, additional_headers=headers) as page:
        return json.loads(await page.recv())


async def test_a_page_of_ours_with_a_good_link_waits_for_calls(floor: PageFloor) -> None:
    assert await first_word(of(floor), floor.settings.public_url) == {"type": "waiting"}


async def test_no_other_page_opens_a_socket(floor: PageFloor) -> None:
    for origin in (None, "https://elsewhere.example.invalid", "null", floor.settings.public_url + "1"):
        with pytest.raises(InvalidStatus):
            await first_word(of(floor), origin)


async def test_a_link_that_is_wrong_or_too_old_opens_no_socket(floor: PageFloor) -> None:
    ours = floor.settings.public_url
    with pytest.raises(InvalidStatus):
        await first_word(address(floor, "/api/phone/made-up"), ours)
    floor.ledger.clock.now += timedelta(hours=72)
    with pytest.raises(InvalidStatus):
        await first_word(of(floor), ours)


async def test_the_desks_telephone_is_for_staff_alone(floor: PageFloor) -> None:
    ours = floor.settings.public_url
    with pytest.raises(InvalidStatus):
        await first_word(address(floor, "/api/desk-phone"), ours)
    cookie = StaffDoor(floor.settings, floor.ledger).sign_in("Anna", KEY)
    assert await first_word(address(floor, "/api/desk-phone"), ours, Cookie=f"amends_staff={cookie}") == {
        "type": "waiting"
    }


async def all_of(page: Any, frames: list[bytes] | list[str]) -> None:
    for frame in frames:
        await page.send(frame)
    await asyncio.wait_for(page.recv(), 5)


async def test_too_much_or_senseless_frames_close_the_socket(floor: PageFloor) -> None:
    for frames in ([b"\0" * (LARGEST_SOUND + 2)], [b"\0" * 3], ["{"], ["[1]"], ["x" * 2_000], ['{"type":"key"}'] * 200):
        async with connect(of(floor), origin=floor.settings.public_url) as page:
            await page.recv()
            with pytest.raises(ConnectionClosed):
                await all_of(page, frames)


async def test_knocking_too_often_is_refused(floor: PageFloor) -> None:
    for _ in range(KNOCKS_A_MINUTE):
        await first_word(of(floor, 1), floor.settings.public_url)
    with pytest.raises(InvalidStatus):
        await first_word(of(floor, 1), floor.settings.public_url)
    assert await first_word(of(floor, 2), floor.settings.public_url) == {"type": "waiting"}


async def test_a_page_that_is_rung_over_the_wire_learns_nothing_of_a_debt(
    floor: PageFloor, calls: CallsInAThread
) -> None:
    pages = floor.phones.debtors
    async with connect(of(floor), origin=floor.settings.public_url) as page:
        await page.recv()
        ringing = calls.start(pages.ring("call-1", ["debtor-000"], 5, {"language": "zh", "seconds": 5}))
        rung = json.loads(await page.recv())
        assert rung == {"type": "ring", "call": "call-1", "language": "zh", "seconds": 5}
        await page.send(json.dumps({"type": "decline", "call": "call-1"}))
        assert json.loads(await page.recv()) == {"type": "stopped", "call": "call-1", "why": "declined"}
        assert await asyncio.wrap_future(ringing) == "declined"


def test_nobody_can_send_more_sound_than_they_can_have_spoken() -> None:
    now = [0.0]
    measure = Measure(lambda: now[0])
    half = b"\0" * LARGEST_SOUND
    assert [measure.sound(half) for _ in range(7)] == [True] * 6 + [False]
    now[0] += 60
    measure = Measure(lambda: now[0])
    assert measure.sound(half)


def test_one_visitor_who_knocks_keeps_nobody_else_out() -> None:
    now = [0.0]
    knocks = Knocks(lambda: now[0])
    assert [knocks.may("a") for _ in range(KNOCKS_A_MINUTE + 1)] == [True] * KNOCKS_A_MINUTE + [False]
    assert knocks.may("b")
    now[0] += 61
    assert knocks.may("a")
