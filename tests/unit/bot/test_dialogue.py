"""What counts as a failure of the dialogue model: anything but a full answer in time."""

from __future__ import annotations

import contextlib
import json
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar

import pytest

from bot.dialogue import FAILURES_IN_A_ROW, REST_S, Answer, DialogueDown, RasaDialogue

GOOD = {
    "messages": [{"recipient_id": "t", "custom": {"turn": "turn-1"}}],
    "intent": "affirm",
    "confidence": 0.9,
    "slots": {},
}


class _Canned(BaseHTTPRequestHandler):
    status, body, delay_s = 200, b"{}", 0.0
    asked: ClassVar[dict[str, Any]] = {}
    secret = ""

    def do_POST(self) -> None:
        kind = type(self)
        kind.asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        kind.secret = self.headers["X-Amends-Secret"]
        time.sleep(kind.delay_s)
        self.send_response(kind.status)
        self.end_headers()
        with contextlib.suppress(BrokenPipeError):  # the caller may have given up waiting
            self.wfile.write(kind.body)

    def log_message(self, *_: object) -> None:
        """Silent."""


@pytest.fixture
def rasa() -> Iterator[tuple[str, type[_Canned]]]:
    class Canned(_Canned):
        pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Canned)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", Canned
    server.shutdown()
    server.server_close()


def test_an_answer_names_the_turns_that_its_acts_recorded(rasa: tuple[str, type[_Canned]]) -> None:
    url, canned = rasa
    canned.body = json.dumps(GOOD).encode()
    dialogue = RasaDialogue(url, "s3cret")
    assert dialogue.hear("t", "yes") == Answer(("turn-1",), "affirm", 0.9)
    assert canned.asked == {"conversation": "t", "text": "yes"}
    assert canned.secret == "s3cret"
    dialogue.tell("t", "right_party_confirmed")
    assert canned.asked == {"conversation": "t", "event": "right_party_confirmed"}
    dialogue.close()


@pytest.mark.parametrize(
    ("status", "body"),
    [
        pytest.param(200, {**GOOD, "messages": []}, id="empty answer"),
        pytest.param(503, {"error": "the assistant failed"}, id="503"),
        pytest.param(401, {"error": "wrong secret"}, id="wrong secret"),
        pytest.param(200, {**GOOD, "messages": [{"text": "words of its own"}]}, id="words of its own"),
        pytest.param(200, {"messages": None}, id="malformed"),
        pytest.param(200, [], id="bare list"),
    ],
)
def test_everything_else_is_a_failure(rasa: tuple[str, type[_Canned]], status: int, body: object) -> None:
    url, canned = rasa
    canned.status, canned.body = status, json.dumps(body).encode()
    with pytest.raises(DialogueDown):
        RasaDialogue(url, "s").hear("t", "yes")


def test_no_server_and_a_slow_server_are_failures(rasa: tuple[str, type[_Canned]]) -> None:
    url, canned = rasa
    canned.body, canned.delay_s = json.dumps(GOOD).encode(), 0.5
    with pytest.raises(DialogueDown):
        RasaDialogue(url, "s", timeout_s=0.1).hear("t", "yes")
    with pytest.raises(DialogueDown):
        RasaDialogue("http://127.0.0.1:9", "s").hear("t", "yes")


def test_after_failures_in_a_row_nobody_else_waits_until_one_has_tried_again(rasa: tuple[str, type[_Canned]]) -> None:
    url, canned = rasa
    canned.body, canned.delay_s = json.dumps(GOOD).encode(), 0.3
    now = [100.0]
    dialogue = RasaDialogue(url, "s", timeout_s=0.1, monotonic=lambda: now[0])
    for _ in range(FAILURES_IN_A_ROW):
        with pytest.raises(DialogueDown, match="Timeout"):
            dialogue.hear("t", "yes")
    with pytest.raises(DialogueDown, match="resting"):
        dialogue.hear("t", "yes")
    now[0] += REST_S
    with pytest.raises(DialogueDown, match="Timeout"):
        dialogue.hear("t", "yes")
    with pytest.raises(DialogueDown, match="resting"):
        dialogue.hear("t", "yes")
    canned.delay_s = 0.0
    now[0] += REST_S
    assert dialogue.hear("t", "yes").intent == "affirm"
    assert dialogue.hear("t", "yes").intent == "affirm"
