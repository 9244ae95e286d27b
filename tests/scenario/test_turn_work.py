"""What one message costs and what is left of it when we die halfway, through the debtor's own door."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from ruled import IDENTITY, Ruled, ruled_talk
from sqlalchemy import event
from sqlmodel import select

from bot import session as session_module
from bot.chat.door import ChatDoor, Shown
from bot.chat.invites import make_invite
from ledger.tables import ChatReceipt, Turn

EARLY, LATE = 5, 40
STEPS_A_TICK = 10
# The records lie in a tree, which is a little deeper when there are more of them.
A_LITTLE_MORE = 1.1


class Killed(BaseException):
    """Our process ends here; nobody catches it."""


@dataclass
class Page:
    """A debtor's page that says one thing after another."""

    talk: Ruled
    door: ChatDoor
    token: str
    browser: str = ""
    seen: int = 0
    sent: int = 0
    told: list[Shown] = field(default_factory=list)

    def open(self) -> None:
        self._show(self.door.open(self.token, "", "en"))
        self.say("right_party_confirmed", IDENTITY)

    def say(self, intent: str, text: str) -> list[str]:
        """The sentences that the page gets for a new message."""
        self.sent += 1
        return self.again(intent, text)

    def again(self, intent: str, text: str) -> list[str]:
        """The same for the message that was sent last."""
        self.talk.dialogue.reads[:] = [intent]
        shown = self.door.say(self.token, self.browser, text, f"message-{self.sent}", self.seen)
        return self._show(shown)

    def _show(self, shown: Any) -> list[str]:
        assert isinstance(shown, Shown)
        self.browser = shown.browser
        self.seen = max([self.seen, *(line.seq for line in shown.bubbles if line.seq is not None)])
        return [line.template for line in shown.bubbles if line.speaker == "bot"]

    def turns(self, speaker: str) -> list[Turn]:
        return sorted((turn for turn in self.talk.rows(Turn) if turn.speaker == speaker), key=lambda turn: turn.seq)


@pytest.fixture
def page(tmp_path: Path) -> Page:
    talk = ruled_talk(tmp_path / "ledger.sqlite")
    with talk.ledger.begin() as work:
        token = make_invite(work, "account-R1", None, 24).token
    page = Page(talk, ChatDoor(talk.ledger, talk.sessions), token)
    page.open()
    return page


@dataclass
class Work:
    """What the database did: statements and commits, and steps of its machine (in tens)."""

    statements: int = 0
    commits: int = 0
    steps: int = 0


@pytest.fixture
def work(page: Page) -> Iterator[Work]:
    done = Work()
    engine = page.talk.ledger.engine

    def stepped() -> None:
        done.steps += 1

    def taken(connection: Any, *_: Any) -> None:
        connection.set_progress_handler(stepped, STEPS_A_TICK)

    def ran(*_: Any) -> None:
        done.statements += 1

    def committed(_: Any) -> None:
        done.commits += 1

    listened = (("checkout", taken), ("before_cursor_execute", ran), ("commit", committed))
    for name, heard in listened:
        event.listen(engine, name, heard)
    yield done
    for name, heard in listened:
        event.remove(engine, name, heard)


def test_a_message_is_two_transactions_and_costs_no_more_at_the_end_of_a_long_talk(page: Page, work: Work) -> None:
    costs: dict[int, Work] = {}
    for number in range(1, LATE + 1):
        work.statements = work.commits = work.steps = 0
        assert page.say("how_to_pay", "how can I pay")[0] == "how_to_pay"
        costs[number] = Work(work.statements, work.commits, work.steps)
    assert costs[EARLY].commits == costs[LATE].commits == 2
    assert costs[EARLY].statements == costs[LATE].statements
    assert 0 < costs[LATE].steps <= costs[EARLY].steps * A_LITTLE_MORE


def test_the_last_words_are_found_again_without_reading_the_whole_talk(page: Page, work: Work) -> None:
    costs = []
    for messages in (LATE // 3, LATE):
        for _ in range(messages):
            page.say("how_to_pay", "how can I pay")
        work.steps = 0
        assert page.say("unasked", "...") == ["nothing_heard", "pay_link"]
        costs.append(work.steps)
    assert 0 < costs[1] <= costs[0] * A_LITTLE_MORE


def test_the_reading_goes_with_the_act_and_the_time_with_what_is_written_next(page: Page) -> None:
    page.say("how_to_pay", "how can I pay")
    heard, last = page.turns("debtor")[-1], page.turns("bot")[-1]
    assert (heard.intent, heard.confidence) == ("how_to_pay", 0.9)
    assert last.latency_ms is None
    page.say("goodbye", "goodbye")
    # The talk is over, so nothing waits to be written any more.
    assert all(turn.latency_ms is not None for turn in page.turns("bot") if turn.seq > last.seq - 1)


@pytest.mark.parametrize("step", ["trigger_in", "talk.hear"])
def test_killed_before_the_message_is_recorded_it_may_be_sent_again(
    page: Page, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    def killed(*_: Any, **__: Any) -> None:
        raise Killed

    with monkeypatch.context() as patched:
        where = {"trigger_in": (session_module, "trigger_in"), "talk.hear": (session_module.Talk, "hear")}[step]
        patched.setattr(*where, killed)
        with pytest.raises(Killed):
            page.say("how_to_pay", "how can I pay")
    heard, noted = len(page.turns("debtor")), len(page.talk.rows(ChatReceipt))
    assert page.again("how_to_pay", "how can I pay")[0] == "how_to_pay"
    assert len(page.turns("debtor")) == heard + 1
    assert len(page.talk.rows(ChatReceipt)) == noted + 1


def test_killed_while_the_model_thinks_the_message_is_kept_and_not_heard_twice(
    page: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(*_: Any) -> None:
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(page.talk.dialogue, "hear", killed)
        with pytest.raises(Killed):
            page.say("how_to_pay", "how can I pay")
    heard = len(page.turns("debtor"))
    assert page.again("how_to_pay", "how can I pay") == []
    assert len(page.turns("debtor")) == heard
    assert page.say("ask_amount", "how much is it")[-1] == "ask_intention"


def test_killed_after_the_act_the_answer_is_shown_once_and_not_done_again(
    page: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(*_: Any) -> None:
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(session_module, "turns_since", killed)
        with pytest.raises(Killed):
            page.say("how_to_pay", "how can I pay")
    said = [turn.seq for turn in page.turns("bot")]
    assert page.again("how_to_pay", "how can I pay")[0] == "how_to_pay"
    assert [turn.seq for turn in page.turns("bot")] == said


def test_a_page_that_is_behind_gets_all_it_has_not_seen(page: Page) -> None:
    page.say("how_to_pay", "how can I pay")
    page.seen = 0
    page.say("ask_amount", "how much is it")
    with page.talk.ledger.read() as work:
        last = max(work.session.exec(select(Turn.seq)).all())
    assert page.seen == last
    shown = page.door.say(page.token, page.browser, "how much is it", f"message-{page.sent}", 0)
    assert isinstance(shown, Shown)
    assert [line.seq for line in shown.bubbles] == list(range(1, last + 1))
