import json
from dataclasses import dataclass, field

import pytest
from seeded import StoppedClock, add_person, fresh_ledger
from sqlmodel import select

from bot.chat.invites import NoInvite, find_invite
from bot.chat.outbox import Outbox
from bot.idle import close_idle
from ledger.tables import ChatInvite, Conversation, Turn


@dataclass
class Closing:
    closed: list[str] = field(default_factory=list)

    def hung_up(self, conversation_id):
        self.closed.append(conversation_id)


@dataclass(frozen=True)
class Contact:
    attempt_id: str | None
    account_id: str
    channel: str


@pytest.fixture
def clock():
    return StoppedClock()


@pytest.fixture
def ledger(tmp_path, clock):
    ledger = fresh_ledger(tmp_path / "amends.db", clock)
    with ledger.begin() as work:
        add_person(work)
    return ledger


def talk(ledger, name, stage="talking"):
    with ledger.begin() as work:
        work.session.add(
            Conversation(
                id=name,
                account_id="account-R1",
                debtor_id="debtor-R1",
                channel="chat",
                language="zh",
                stage=stage,
                facts={},
                opened_at=work.now,
                closed_at=work.now if stage == "closed" else None,
            )
        )
        work.session.flush()
    say(ledger, name, 1)


def say(ledger, name, seq):
    with ledger.begin() as work:
        turn = f"{name}-{seq}"
        sealed = work.seal("turn", "text_sealed", turn, "您好")
        work.session.add(
            Turn(id=turn, conversation_id=name, seq=seq, speaker="bot", text_sealed=sealed, language="zh", at=work.now)
        )


def test_only_talks_that_nobody_goes_on_with_are_closed(ledger, clock):
    for name, stage in (
        ("left", "talking"),
        ("never-answered", "verifying"),
        ("over", "closed"),
        ("taken", "with_person"),
    ):
        talk(ledger, name, stage)
    talk(ledger, "going-on")
    clock.advance(minutes=20)
    say(ledger, "going-on", 2)
    closing = Closing()
    assert close_idle(ledger, closing) == 0
    clock.advance(minutes=10)
    assert close_idle(ledger, closing) == 2
    assert sorted(closing.closed) == ["left", "never-answered"]


def test_a_link_in_the_outbox_opens_the_chat_and_names_nobody(ledger, tmp_path):
    outbox = Outbox(ledger, tmp_path / "outbox.jsonl", "https://bank.example", 72)
    assert outbox.place(Contact(None, "account-R1", "chat")) == "delivered"
    written = outbox.file.read_text()
    (line,) = [json.loads(line) for line in written.splitlines()]
    assert line["external_ref"] == "A-R1"
    assert "王" not in written
    assert outbox.file.stat().st_mode & 0o077 == 0
    with ledger.read() as work:
        invite = find_invite(work, line["url"].rsplit("/", 1)[1])
        assert not isinstance(invite, NoInvite)
        assert invite.account_id == "account-R1"


def test_what_nobody_carries_is_not_sent(ledger, tmp_path):
    outbox = Outbox(ledger, tmp_path / "outbox.jsonl", "https://bank.example", 72)
    assert outbox.place(Contact(None, "account-R1", "voice")) == "failed"
    assert not outbox.file.exists()
    with ledger.read() as work:
        assert work.session.exec(select(ChatInvite)).all() == []
