"""What a debtor agreed to goes out in writing: once, when the gate allows it, and counted as a contact."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from ruled import Ruled, ruled_talk

from bot import session
from bot.chat.confirmations import ConfirmationOutbox
from ledger.ledger import Ledger, UnitOfWork
from ledger.tables import Confirmation, Promise, ReportedContact
from strategy.holds.placing import About, hold_for
from strategy.holds.recording import place
from strategy.policy.packs import shipped_packs


@pytest.fixture
def talk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Ruled:
    monkeypatch.setattr(session, "trigger_in", lambda *_, **__: None)
    found = ruled_talk(tmp_path / "ledger.sqlite")
    # A Wednesday, 17:00 in Taipei. In the days to come the gate may have hours to object with.
    found.open()
    found.say("promise", "I can pay 3000 on March 13")
    found.say("affirm", "yes")
    return found


def outbox(ledger: Ledger, tmp_path: Path) -> ConfirmationOutbox:
    return ConfirmationOutbox(ledger, tmp_path / "confirmations.jsonl", shipped_packs())


def wait_for_the_gate(talk: Ruled, sends: ConfirmationOutbox) -> dict[str, int]:
    """Half-hourly for two days: what became of the confirmation in the end."""
    for _ in range(96):
        counts = sends.hand_over()
        if counts and "waiting" not in counts:
            return dict(counts)
        talk.clock.advance(minutes=30)
    return dict(counts)


def test_it_goes_out_once_with_the_reference_and_counts_as_a_contact(talk: Ruled, tmp_path: Path) -> None:
    sends = outbox(talk.ledger, tmp_path)
    assert wait_for_the_gate(talk, sends) == {"handed_over": 1}
    (line,) = map(json.loads, sends.file.read_text(encoding="utf-8").splitlines())
    assert line["external_ref"] == "A-R1"
    assert line["reference"] in talk.words()
    assert "NT$3,000 by Friday 13 March 2026" in line["text"]
    assert set(line) == {"confirmation_id", "external_ref", "language", "reference", "text"}
    assert sends.file.stat().st_mode & 0o777 == 0o600
    (counted,) = talk.rows(ReportedContact)
    assert (counted.channel, counted.direction, counted.by) == ("chat", "outbound", "bank")
    assert sends.hand_over() == {}


def test_a_hold_keeps_it_back_until_it_comes_too_late(talk: Ruled, tmp_path: Path) -> None:
    with talk.ledger.begin() as work:
        about = About("account-R1", "chat", "")
        place(work, "debtor-R1", hold_for("cease_request", about, work.now, None), "bot", talk.conversation_id)
    sends = outbox(talk.ledger, tmp_path)
    assert sends.hand_over() == {"waiting": 1}
    talk.clock.advance(days=4)
    assert sends.hand_over() == {"lapsed": 1}
    assert not sends.file.exists()


def test_what_is_no_longer_true_is_not_confirmed(talk: Ruled, tmp_path: Path) -> None:
    with talk.ledger.begin() as work:
        work.session.get_one(Promise, talk.rows(Promise)[0].id).status = "superseded"
    assert outbox(talk.ledger, tmp_path).hand_over() == {"lapsed": 1}
    assert [each.status for each in talk.rows(Confirmation)] == ["lapsed"]


def test_a_file_that_cannot_be_written_leaves_it_waiting(talk: Ruled, tmp_path: Path) -> None:
    (tmp_path / "confirmations.jsonl").mkdir()
    with pytest.raises(IsADirectoryError):
        wait_for_the_gate(talk, outbox(talk.ledger, tmp_path))
    assert [each.status for each in talk.rows(Confirmation)] == ["waiting"]


def test_a_file_open_to_others_is_closed_to_them_before_a_line_is_written(talk: Ruled, tmp_path: Path) -> None:
    sends = outbox(talk.ledger, tmp_path)
    sends.file.touch()
    sends.file.chmod(0o644)
    assert wait_for_the_gate(talk, sends) == {"handed_over": 1}
    assert sends.file.stat().st_mode & 0o777 == 0o600


def test_one_that_cannot_be_settled_keeps_back_no_other(
    talk: Ruled, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    talk.say("change_promise", "make it March 16")
    talk.say("affirm", "yes")
    sends = outbox(talk.ledger, tmp_path)
    first, second = (each.id for each in sorted(talk.rows(Confirmation), key=lambda each: each.made_at))
    settle, seen = ConfirmationOutbox._settle, []

    def first_fails(self: ConfirmationOutbox, work: UnitOfWork, confirmation: Confirmation) -> str:
        seen.append(confirmation.id)
        if len(seen) == 1:
            raise ValueError("unreadable")
        return settle(self, work, confirmation)

    monkeypatch.setattr(ConfirmationOutbox, "_settle", first_fails)
    with pytest.raises(ValueError, match="unreadable"):
        sends.hand_over()
    assert set(seen) == {first, second}
    assert {each.status for each in talk.rows(Confirmation) if each.id == seen[0]} == {"waiting"}
