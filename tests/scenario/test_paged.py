"""Whoever is on duty hears at once of what cannot wait; nothing that a crash kept back is lost."""

from __future__ import annotations

import json
import stat
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from engines import OpenLedger
from seeded import StoppedClock, add_person, add_score, add_strategy
from sqlalchemy.exc import OperationalError
from sqlmodel import select

from bot.dialogue import Answer
from bot.session import Sessions
from bot.talk import Terms
from desk.case_view import case_view
from desk.intake import open_case
from desk.paging import Pager
from desk.queue import waiting
from ledger.ledger import Ledger
from ledger.tables import Case, Page
from strategy.permission import permitted
from strategy.settings import StrategySettings, to_json

TERMS = Terms(bank={"zh": "善还银行", "en": "Amends Bank"}, pay_link="https://pay.example.invalid/")


class NoModel:
    """The words below never reach the dialogue model."""

    def hear(self, _conversation_id: str, _text: str) -> Answer:
        raise AssertionError("the model was asked")

    tell = hear

    def forget(self, _conversation_id: str) -> None:
        return


class Floor:
    def __init__(self, ledger: Ledger, folder: Path) -> None:
        with ledger.begin() as work:
            account = add_person(work, language="en")
            add_strategy(work, to_json(StrategySettings()))
            add_score(work, account.id, 0.8, 0.3, "remind")
        self.ledger = ledger
        self.pager = Pager(ledger, folder / "oncall.jsonl")
        self.sessions = Sessions(ledger, NoModel(), TERMS, open_case, on_call=self.pager)

    def say(self, text: str) -> list[str]:
        talk_id = self.sessions.start("account-R1", "chat").conversation_id
        return [line.template for line in self.sessions.turn(talk_id, text).lines]

    def pages(self) -> list[dict[str, Any]]:
        if not self.pager.file.exists():
            return []
        return [json.loads(line) for line in self.pager.file.read_text().splitlines()]


@pytest.fixture
def floor(ledger_on: OpenLedger, tmp_path: Path) -> Floor:
    return Floor(ledger_on(StoppedClock()), tmp_path)


def test_a_cry_for_help_is_answered_and_paged_within_300_ms(floor: Floor) -> None:
    talks = [floor.sessions.start("account-R1", "chat").conversation_id for _ in range(5)]
    took = []
    for talk_id in talks:
        began = time.perf_counter()
        assert floor.sessions.turn(talk_id, "I want to kill myself").escalated
        took.append(time.perf_counter() - began)
    # The quickest of five: asked of is the path, and not the neighbours on a busy machine.
    assert min(took) < 0.3
    assert [(page["trigger"], page["notify"]) for page in floor.pages()] == [
        ("self_harm", ["vulnerability", "on_call"])
    ] * 5
    assert stat.S_IMODE(floor.pager.file.stat().st_mode) == 0o600


def test_a_page_names_the_case_and_nobody(floor: Floor) -> None:
    floor.say("I want to kill myself")
    (page,) = floor.pages()
    assert set(page) == {"case", "trigger", "priority", "queue", "notify", "at"}
    with floor.ledger.read() as work:
        assert page["case"] == work.session.exec(select(Case.id)).one()


def test_what_can_wait_pages_nobody(floor: Floor) -> None:
    assert floor.say("talk to my lawyer")[0] == "trigger_represented"
    assert floor.pages() == []
    assert floor.pager.send() == 0


def test_the_desk_shows_it_on_top_with_the_page(floor: Floor) -> None:
    floor.say("talk to my lawyer")
    floor.say("I want to kill myself")
    with floor.ledger.read() as work:
        first = waiting(work)[0]
        view = case_view(work, first.case_id, permitted)
    assert first.trigger == "self_harm"
    assert view is not None
    assert view.paged is not None
    assert (view.paged.notify, view.paged.at) == (("vulnerability", "on_call"), floor.ledger.clock())


def test_a_page_that_could_not_be_sent_waits_for_the_next_beat(floor: Floor) -> None:
    floor.pager.file.mkdir()
    assert floor.say("I want to kill myself") == ["trigger_self_harm"]
    with floor.ledger.read() as work:
        assert work.session.exec(select(Page.sent_at)).one() is None
    floor.pager.file.rmdir()
    assert floor.pager.send() == 1
    assert floor.pager.send() == 0
    assert [page["trigger"] for page in floor.pages()] == ["self_harm"]


def test_when_nothing_can_be_recorded_somebody_is_paged_all_the_same(
    floor: Floor, monkeypatch: pytest.MonkeyPatch
) -> None:
    talk_id = floor.sessions.start("account-R1", "chat").conversation_id

    def broken(*_: object) -> Any:
        raise OperationalError("disk", {}, Exception())

    monkeypatch.setattr(Ledger, "begin_for", broken)
    reply = floor.sessions.turn(talk_id, "I want to kill myself")
    assert reply.ended
    assert {line.template for line in reply.lines} == {"system_failure"}
    assert [(page["trigger"], page["conversation"]) for page in floor.pages()] == [("record_failed", talk_id)]


def test_a_threat_against_people_pages_security(floor: Floor) -> None:
    assert floor.say("I know where your office is, I will come and burn it down") == ["trigger_anger"]
    assert [page["notify"] for page in floor.pages()] == [["security", "on_call"]]


def test_no_pager_is_no_reason_to_say_less(floor: Floor) -> None:
    nowhere = replace(floor.pager, file=floor.pager.file.parent / "absent" / "oncall.jsonl")
    without = Sessions(floor.ledger, NoModel(), TERMS, open_case, on_call=nowhere)
    talk_id = without.start("account-R1", "chat").conversation_id
    assert without.turn(talk_id, "I want to kill myself").escalated
