"""Who gets in where: staff pages, Rasa's webhook, and what every answer carries."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from floor_for_pages import PageFloor, furnish
from starlette.websockets import WebSocketDisconnect

from app.web.gatekeeper import Gatekeeper
from app.web.server import build_api
from app.web.staff import SESSION, StaffDoor

KEY = "a key of twenty letters"
PAGE = {"accept": "text/html"}


def gated(floor: PageFloor) -> FastAPI:
    app = build_api(floor)

    @app.get("/desk")
    def desk() -> str:
        return "the desk"

    app.add_middleware(Gatekeeper, door=StaffDoor(floor.settings, floor.ledger))
    return app


@pytest.fixture
def floor(tmp_path: Path) -> PageFloor:
    return furnish(tmp_path, "http://testserver", mode="production", staff_key=KEY, people=4)


@pytest.fixture
def visitor(floor: PageFloor) -> TestClient:
    return TestClient(gated(floor), follow_redirects=False)


def local(app: FastAPI, host: str = "127.0.0.1") -> TestClient:
    return TestClient(app, base_url=f"http://{host}:8080", client=("127.0.0.1", 50000), follow_redirects=False)


def test_staff_pages_ask_to_sign_in(visitor: TestClient) -> None:
    assert visitor.get("/desk", headers=PAGE).headers["location"] == "/sign-in?next=/desk"
    for path in ("/desk", "/strategy", "/openapi.json", "/something-new", "/_nicegui_ws/socket.io/"):
        assert visitor.get(path).status_code == 401, path
    with pytest.raises(WebSocketDisconnect), visitor.websocket_connect("/_nicegui_ws/socket.io/"):
        pass


def test_the_staff_key_opens_the_desk_until_the_session_ends(visitor: TestClient, floor: PageFloor) -> None:
    form = {"name": "Anna", "key": KEY, "next": "/desk"}
    assert visitor.post("/sign-in", data=form | {"key": "wrong"}).status_code == 401
    assert visitor.get("/desk").status_code == 401
    entered = visitor.post("/sign-in", data=form)
    assert (entered.status_code, entered.headers["location"]) == (303, "/desk")
    assert "httponly" in entered.headers["set-cookie"].lower()
    assert visitor.get("/desk").status_code == 200
    floor.ledger.clock.now += SESSION + timedelta(seconds=1)
    assert visitor.get("/desk").status_code == 401


def test_a_made_up_cookie_opens_nothing(visitor: TestClient) -> None:
    for cookie in ("", "nonsense", "YXxifGM=", "MHw5OTk5OTk5OTk5fEFubmE="):
        visitor.cookies.set("amends_staff", cookie)
        assert visitor.get("/desk").status_code == 401


def test_signing_in_leads_nowhere_else(visitor: TestClient) -> None:
    for elsewhere in ("https://example.invalid/", "//example.invalid", "/\\example.invalid"):
        form = {"name": "Anna", "key": KEY, "next": elsewhere}
        assert visitor.post("/sign-in", data=form).headers["location"] == "/"
        assert visitor.get("/language/en", params={"back": elsewhere}).headers["location"] == "/"


def test_demo_mode_is_open_at_this_machine_alone(tmp_path: Path) -> None:
    app = gated(furnish(tmp_path, "http://127.0.0.1:8080", people=4))
    assert local(app).get("/desk").status_code == 200
    # A page elsewhere that points its own name at loopback must not read the desk through a browser here.
    assert local(app, "rebound.example.invalid").get("/desk").status_code == 401
    assert (
        TestClient(app, base_url="http://127.0.0.1:8080", client=("192.0.2.7", 50000)).get("/desk").status_code == 401
    )


def test_demo_links_are_shown_at_this_machine_alone(tmp_path: Path) -> None:
    floor = furnish(tmp_path, "http://127.0.0.1:8080", people=4)
    app = gated(floor)
    assert floor.invites[0].token in local(app).get("/").text
    assert floor.invites[0].token not in local(app, "rebound.example.invalid").get("/").text


def test_every_answer_carries_safe_headers(visitor: TestClient, floor: PageFloor) -> None:
    for path in ("/", f"/chat/{floor.invites[0].token}", "/chat/made-up", "/pay", "/sign-in", "/health"):
        headers = visitor.get(path).headers
        assert "frame-ancestors 'none'" in headers["content-security-policy"], path
        assert "unsafe" not in headers["content-security-policy"], path
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"
        assert headers["cache-control"] == "no-store"


def test_the_webhook_is_for_rasa_alone(visitor: TestClient, floor: PageFloor) -> None:
    asked = {"next_action": "action_greet"}
    assert visitor.post("/webhooks/rasa", json=asked).status_code == 403
    assert visitor.post("/webhooks/rasa", json=asked, headers={"X-Amends-Secret": "guess"}).status_code == 403
    rasa = {"X-Amends-Secret": floor.action_secret}
    done = visitor.post("/webhooks/rasa", json=asked, headers=rasa)
    assert done.json()["responses"] == [{"custom": {"turn": "action_greet"}}]
    assert visitor.post("/webhooks/rasa", content=b"{", headers=rasa).status_code == 400
    # A failed act must not look like a refused one (400), after which Rasa would try another.
    assert visitor.post("/webhooks/rasa", json={}, headers=rasa).status_code == 500


def test_an_oversized_request_is_refused_early(visitor: TestClient) -> None:
    answer = visitor.post("/api/chat/made-up/open", content=b"x", headers={"content-length": "5000000"})
    assert answer.status_code == 413


def test_a_request_that_does_not_say_how_long_it_is_is_refused(visitor: TestClient) -> None:
    def endless() -> Iterator[bytes]:
        yield from [b"x" * 1000] * 10

    assert visitor.post("/twilio/status/made-up", content=endless()).status_code == 413


def test_the_debtors_page_is_light(visitor: TestClient, floor: PageFloor) -> None:
    paths = (f"/chat/{floor.invites[0].token}", "/static/chat.js", "/static/chat.css", "/static/mark.svg")
    assert sum(len(visitor.get(path).content) for path in paths) < 100_000
