"""The chat API over HTTP: links, one browser per talk, nothing said twice, clear refusals."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from floor_for_pages import DISPUTE, IDENTITY, PageFloor, furnish
from sqlmodel import select

from app.api.chat import LONGEST_MESSAGE
from app.web.server import build_api
from bot.chat.door import MOST_OPENS
from ledger.tables import Case, ChatInvite, Turn

OTHER_BROWSER = "other"


@pytest.fixture
def floor(tmp_path: Path) -> PageFloor:
    return furnish(tmp_path, "http://testserver", people=8)


@pytest.fixture
def browser(floor: PageFloor) -> TestClient:
    return TestClient(build_api(floor))


@pytest.fixture
def link(floor: PageFloor) -> str:
    return f"/api/chat/{floor.invites[0].token}"


def say(browser: TestClient, link: str, text: str, client_id: str, after: int = 0):
    return browser.post(f"{link}/messages", json={"text": text, "client_id": client_id, "after": after})


def started(browser: TestClient, link: str) -> dict:
    return browser.post(f"{link}/open", json={"language": "zh"}).json()


def test_a_talk_from_the_link_to_the_case(browser: TestClient, floor: PageFloor, link: str) -> None:
    assert browser.get(f"{link}/history").json()["state"] == "new"
    opened = started(browser, link)
    assert [line["template"] for line in opened["lines"]] == ["greeting_chat", "ask_identity"]
    verified = say(browser, link, IDENTITY, "message-1", after=2).json()
    assert verified["stage"] == "talking"
    assert verified["lines"][0]["speaker"] == "debtor"
    assert IDENTITY not in verified["lines"][0]["text"]
    handed_over = say(browser, link, DISPUTE["zh"], "message-2", after=verified["lines"][-1]["seq"]).json()
    assert handed_over["stage"] == "with_person"
    with floor.ledger.read() as work:
        assert work.session.exec(select(Case.trigger).where(Case.trigger == "dispute_not_mine")).all()


def test_opening_again_goes_on_with_the_same_talk(browser: TestClient, link: str) -> None:
    assert started(browser, link)["lines"] == started(browser, link)["lines"]


def test_a_message_sent_twice_is_heard_once(browser: TestClient, floor: PageFloor, link: str) -> None:
    started(browser, link)
    first = say(browser, link, IDENTITY, "message-1", after=2).json()
    again = say(browser, link, IDENTITY, "message-1", after=2).json()
    assert again == first
    assert floor.sessions.heard == [IDENTITY]


def test_a_message_the_bot_never_heard_may_be_sent_again(browser: TestClient, floor: PageFloor, link: str) -> None:
    started(browser, link)
    floor.sessions.broken = True
    refused = say(browser, link, IDENTITY, "message-1", after=2)
    assert (refused.status_code, refused.json()) == (503, {"error": "unavailable"})
    floor.sessions.broken = False
    assert say(browser, link, IDENTITY, "message-1", after=2).json()["stage"] == "talking"
    assert floor.sessions.heard == [IDENTITY]


def test_another_browser_with_the_link_sees_nothing_and_must_verify_again(
    browser: TestClient, floor: PageFloor, link: str
) -> None:
    started(browser, link)
    say(browser, link, IDENTITY, "message-1", after=2)
    other = TestClient(browser.app)
    seen = other.get(f"{link}/history").json()
    assert (seen["state"], seen["lines"]) == ("elsewhere", [])
    assert say(other, link, "怎么还款？", "message-9").status_code == 409
    fresh = started(other, link)
    assert (fresh["stage"], len(fresh["lines"])) == ("verifying", 2)
    assert say(browser, link, "怎么还款？", "message-2").status_code == 409


def test_a_link_starts_few_talks(browser: TestClient, link: str) -> None:
    for _ in range(MOST_OPENS):
        assert started(TestClient(browser.app), link)["state"] == "open"
    assert TestClient(browser.app).post(f"{link}/open", json={"language": "zh"}).json() == {"error": "used_up"}


@pytest.mark.parametrize(
    ("text", "error"), [("", "empty"), ("  \n ", "empty"), ("长" * (LONGEST_MESSAGE + 1), "too_long")]
)
def test_senseless_messages_are_refused_in_one_word(
    browser: TestClient, floor: PageFloor, link: str, text: str, error: str
) -> None:
    started(browser, link)
    answer = say(browser, link, text, "message-1")
    assert (answer.status_code, answer.json()["error"]) == (422, error)
    assert floor.sessions.heard == []


@pytest.mark.parametrize("after", [-1, 10**30])
def test_a_malformed_message_is_refused_without_repeating_it(browser: TestClient, link: str, after: int) -> None:
    answer = browser.post(f"{link}/messages", json={"text": "秘密", "client_id": "message-1", "after": after})
    assert answer.status_code == 422
    assert answer.json()["error"] == "malformed"
    assert "秘密" not in answer.text


def test_a_link_that_is_wrong_or_too_old_opens_nothing(browser: TestClient, floor: PageFloor, link: str) -> None:
    assert browser.get("/api/chat/made-up/history").status_code == 404
    assert browser.get("/chat/made-up").status_code == 404
    floor.ledger.clock.now += timedelta(hours=72)
    for answer in (browser.get(f"{link}/history"), browser.post(f"{link}/open", json={"language": "zh"})):
        assert (answer.status_code, answer.json()) == (410, {"error": "expired"})
    page = browser.get(link.removeprefix("/api"))
    assert page.status_code == 410
    assert "链接" in page.text


def test_the_token_itself_is_nowhere_in_the_ledger(floor: PageFloor) -> None:
    with floor.ledger.read() as work:
        kept = str([invite.model_dump() for invite in work.session.exec(select(ChatInvite)).all()])
    assert all(invite.token not in kept for invite in floor.invites)


def test_what_was_said_is_sealed(browser: TestClient, floor: PageFloor, link: str) -> None:
    started(browser, link)
    say(browser, link, IDENTITY, "message-1", after=2)
    say(browser, link, DISPUTE["zh"], "message-2")
    with floor.ledger.read() as work:
        sealed = [turn.text_sealed for turn in work.session.exec(select(Turn)).all()]
    assert sealed
    assert all(DISPUTE["zh"].encode() not in each for each in sealed)
