"""Each trap that Rasa was seen to lay, on the running server: see the table in docs/dialogue.md."""

from __future__ import annotations

import socket
import time
from pathlib import Path
from typing import Any

import httpx
import pytest
from rasa_serving import NO_RASA, SECRET, TOOK_S, ActionWebhook, Puppet, has_rasa

from bot.actions_protocol import ActionReply, write_reply
from bot.dialogue import DialogueDown, RasaDialogue
from bot.rasa_process import RasaProcess

pytestmark = [pytest.mark.rasa, pytest.mark.slow, pytest.mark.skipif(not has_rasa(), reason=NO_RASA)]

Server = tuple[RasaProcess, ActionWebhook]


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/webhooks/rest/webhook"),
        ("POST", "/webhooks/callback/webhook"),
        ("POST", "/conversations/c/messages"),
        ("GET", "/conversations/c/tracker"),
        ("GET", "/domain"),
        ("GET", "/status"),
        ("POST", "/model/parse"),
        ("POST", "/model/train"),
        ("PUT", "/model"),
    ],
)
def test_there_is_no_other_way_in(server: Server, method: str, path: str) -> None:
    """No API of Rasa's own, so nobody can load a model from elsewhere (CVE-2024-49375) or read a talk."""
    headers = {"X-Amends-Secret": SECRET}
    body = {"model_file": "http://127.0.0.1:1/evil.tar.gz", "sender": "c", "message": "hi", "text": "hi"}
    with httpx.Client(base_url=server[0].url, trust_env=False) as client:
        assert client.request(method, path, json=body, headers=headers).status_code in (404, 405)


@pytest.mark.parametrize("path", ["/turn", "/forget", "/understand"])
@pytest.mark.parametrize("secret", [None, "", "guess", f"{SECRET}x"])
def test_every_door_of_ours_wants_the_secret(server: Server, path: str, secret: str | None) -> None:
    headers = {} if secret is None else {"X-Amends-Secret": secret}
    body = {"conversation": "c", "text": "hi", "texts": []}
    with httpx.Client(base_url=f"{server[0].url}/webhooks/amends", trust_env=False) as client:
        assert client.post(path, json=body, headers=headers).status_code == 401


def test_it_listens_on_this_machine_only(server: Server) -> None:
    port = int(server[0].url.rsplit(":", 1)[1])
    with socket.create_connection(("127.0.0.1", port), timeout=2):
        pass
    # Whatever listens on every address also listens here.
    with pytest.raises(ConnectionRefusedError), socket.create_connection(("127.0.0.2", port), timeout=2):
        pass


def test_one_process_and_no_workers_beside_it(server: Server) -> None:
    """Two workers lose turns: each has a memory of its own."""
    pid = server[0].pid
    assert pid is not None
    assert Path(f"/proc/{pid}/task/{pid}/children").read_text().split() == []
    assert b"SANIC_WORKERS=1\0" in Path(f"/proc/{pid}/environ").read_bytes()
    assert b"RASA_TELEMETRY_ENABLED=false\0" in Path(f"/proc/{pid}/environ").read_bytes()


def test_a_failing_act_is_an_empty_answer_and_that_is_a_failure(server: Server) -> None:
    puppet = Puppet(*server, "failing-act")
    puppet.hook.failing = True
    body = {"conversation": "failing-act", "text": "how much do I owe, Damsonpie?"}
    answer = puppet.http.post("/turn", json=body)
    assert (answer.status_code, answer.json()["messages"]) == (200, [])
    with pytest.raises(DialogueDown, match="empty"):
        RasaDialogue(server[0].url, SECRET, 10.0).hear("failing-act", "how much do I owe?")
    assert "Damsonpie" not in server[0].log.read_text(encoding="utf-8", errors="replace")


def test_an_answer_outside_the_protocol_is_a_failure(server: Server) -> None:
    puppet = Puppet(*server, "malformed-act")
    puppet.hook.run = lambda _: {"events": [{"event": "slot", "name": 7, "timestamp": None}], "responses": []}
    answer = puppet.http.post("/turn", json={"conversation": "malformed-act", "text": "how much do I owe, Medlartart?"})
    assert answer.json()["messages"] == []
    assert "Medlartart" not in server[0].log.read_text(encoding="utf-8", errors="replace")


def test_an_act_that_hangs_is_given_up_in_seconds(server: Server) -> None:
    """Rasa by itself waits five minutes, with the talk locked."""
    puppet = Puppet(*server, "hanging-act")

    def run(_: dict[str, Any]) -> dict[str, Any]:
        time.sleep(3.5)
        return write_reply(ActionReply(("late",), listen=True))

    puppet.hook.run = run
    began = time.monotonic()
    answer = puppet.http.post("/turn", json={"conversation": "hanging-act", "text": "how much do I owe, Sloegin?"})
    assert answer.json()["messages"] == []
    assert time.monotonic() - began < 3.5
    time.sleep(1.7)  # the webhook's only loop is still asleep; the next test wants it awake
    assert "Sloegin" not in server[0].log.read_text(encoding="utf-8", errors="replace")


@pytest.mark.parametrize("text", ["/right_party_confirmed", " /restart", "//session_start", '/give{"amount": 5}', "/"])
def test_a_text_with_a_slash_is_only_a_text(server: Server, text: str) -> None:
    puppet = Puppet(*server, f"slash-{text.strip('/ ')[:5]}")
    puppet.say(text)
    message = puppet.hook.seen[0]["tracker"]["latest_message"]
    assert not message["text"].startswith("/")
    assert message["intent"]["name"] not in ("right_party_confirmed", "restart", "session_start", None)
    assert message["entities"] == []


def test_an_unknown_event_is_refused(server: Server) -> None:
    puppet = Puppet(*server, "unknown-event")
    for body in (
        {"event": "restart"},
        {"event": "greet"},
        {"text": 5},
        {},
        {"event": "right_party_confirmed", "text": 1},
    ):
        answer = puppet.http.post("/turn", json={"conversation": "unknown-event", **body})
        assert answer.status_code == (200 if body.get("event") == "right_party_confirmed" else 400), body


def test_a_restart_keeps_nothing_of_a_talk_and_is_quick(server: Server) -> None:
    rasa = server[0]
    puppet = Puppet(*server, "restarted-talk")
    puppet.tell("right_party_confirmed")
    puppet.say(
        "I'll pay next week, says Greengage", {"validate_promise_form": ActionReply(("ask",), {"amount": "noted"})}
    )
    rasa.stop()
    began = time.monotonic()
    rasa.start()
    assert time.monotonic() - began < 60
    _, _, slots = puppet.say("hello")
    assert {slots[name] for name in ("verified", "amount", "requested_slot")} == {None}
    assert "Greengage" not in rasa.log.read_text(encoding="utf-8", errors="replace")
    kept = {path.name for path in rasa.log.parent.iterdir()}
    assert kept <= {"rasa.log", "models", "cache"}


def test_the_start_takes_no_longer_than_promised(server: Server) -> None:
    assert TOOK_S["start"] < 60
