"""Debtors who answer at once: each of them speaks the next line when the last one is answered."""

from __future__ import annotations

import http.client
import json
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from itertools import count
from typing import Any, Protocol
from urllib.parse import urlsplit

_TALKS = count(1)


class Refused(Exception):
    """A turn was not answered as it should be."""


@dataclass(frozen=True, slots=True)
class Spoken:
    """The turns of one block: seconds of each, by talk, and how long the whole block took."""

    turns: tuple[tuple[float, ...], ...]
    took: float

    @property
    def seconds(self) -> list[float]:
        return [each for talk in self.turns for each in talk]

    @property
    def rate(self) -> float:
        """Turns a second."""
        return len(self.seconds) / self.took


class Line(Protocol):
    """One debtor's line to the other side."""

    def open(self) -> None: ...
    def say(self, text: str) -> None:
        """:raises Refused: it was not answered."""


@dataclass
class OurLine:
    """Through the debtor's own door."""

    url: str
    token: str
    language: str
    _cookie: str = ""
    _said: int = 0
    _seen: int = 0
    """The last line that the page has; like the page, it asks for what follows."""

    def __post_init__(self) -> None:
        self._server = http.client.HTTPConnection(urlsplit(self.url).netloc, timeout=30)

    def open(self) -> None:
        self._seen = self._post("open", {"language": self.language})["lines"][-1]["seq"]

    def say(self, text: str) -> None:
        self._said += 1
        told = self._post("messages", {"text": text, "client_id": f"message-{self._said}", "after": self._seen})
        if told["lines"][-1]["speaker"] != "bot" or any(line["template"] == "system_failure" for line in told["lines"]):
            raise Refused(f"turn {self._said} was not answered")
        self._seen = told["lines"][-1]["seq"]

    def _post(self, what: str, body: Mapping[str, Any]) -> Any:
        headers = {"Content-Type": "application/json", "Cookie": self._cookie}
        self._server.request("POST", f"/api/chat/{self.token}/{what}", json.dumps(body), headers)
        answered = self._server.getresponse()
        told = answered.read()
        if answered.status != 200:
            raise Refused(f"{what}: {answered.status} {told[:200]!r}")
        for morsel in SimpleCookie(answered.getheader("Set-Cookie") or "").values():
            self._cookie = f"{morsel.key}={morsel.value}"
        return json.loads(told)


@dataclass
class BareLine:
    """To Rasa's own channel. The first line answers the right-party question, which Rasa never hears."""

    url: str
    secret: str
    _talk: str = field(default_factory=lambda: f"bare-{next(_TALKS)}")
    _known: bool = False

    def __post_init__(self) -> None:
        self._server = http.client.HTTPConnection(urlsplit(self.url).netloc, timeout=30)

    def open(self) -> None:
        """Rasa needs no opening."""

    def say(self, text: str) -> None:
        body = {"text": text} if self._known else {"event": "right_party_confirmed"}
        self._known = True
        headers = {"Content-Type": "application/json", "X-Amends-Secret": self.secret}
        self._server.request("POST", "/webhooks/amends/turn", json.dumps({"conversation": self._talk, **body}), headers)
        answered = self._server.getresponse()
        told = answered.read()
        if answered.status != 200 or not json.loads(told)["messages"]:
            raise Refused(f"{answered.status} {told[:200]!r}")


def block(debtors: Sequence[Sequence[tuple[Line, Sequence[str]]]]) -> Spoken:
    """All at once, one thread a debtor; each has their talks one after another."""
    began = time.perf_counter()
    with ThreadPoolExecutor(len(debtors)) as at_once:
        done = list(at_once.map(lambda talks: [_talk(line, texts) for line, texts in talks], debtors))
    return Spoken(tuple(talk for talks in done for talk in talks), time.perf_counter() - began)


def _talk(line: Line, texts: Sequence[str]) -> tuple[float, ...]:
    line.open()
    took = []
    for text in texts:
        began = time.perf_counter()
        line.say(text)
        took.append(time.perf_counter() - began)
    return tuple(took)
