"""What app puts together, tried without Rasa: the beats, the links to try, simulated visits, and serving."""

import socket
import urllib.request
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from fastapi import FastAPI
from floor_for_pages import IDENTITY, ScriptedTalks
from seeded import HEAD_KEY, StoppedClock, add_person, add_score, add_strategy, fresh_ledger
from sqlmodel import select
from structlog.testing import capture_logs

from app.auditing import Auditing
from app.beats import beats_of
from app.demo_links import EACH_LANGUAGE, demo_links
from app.serving import PortTaken, serving
from app.web.chain_notice import read_chain_notice
from bot.chat.door import ChatDoor
from bot.chat.invites import NoInvite, find_invite
from ledger.audit_anchor import read_heads
from ledger.ledger import Ledger
from ledger.tables import (
    Attempt,
    AuditCheck,
    AuditHead,
    Case,
    ChatInvite,
    Conversation,
    Hold,
    PlannedContact,
    TierAssignment,
)
from rehearsal.clock import VirtualClock
from rehearsal.people import MadeUpPeople
from rehearsal.visits import Visits
from strategy.dispatch.reservation import Reserved
from strategy.dispatch.tick import AT_ONCE
from strategy.policy.packs import shipped_packs
from strategy.settings import StrategySettings, to_json

# Eleven in the morning in Taipei, a Wednesday.
MORNING = datetime(2026, 3, 4, 3, 0, tzinfo=UTC)
PEOPLE = MadeUpPeople(1)


class KnownPeople(MadeUpPeople):
    """Everybody answers the identity question as the scripted bot expects."""

    def identity_last4(self, _external_ref: str) -> str:
        return IDENTITY


@pytest.fixture
def clock() -> StoppedClock:
    return StoppedClock(MORNING)


@pytest.fixture
def ledger(tmp_path: Path, clock: StoppedClock) -> Ledger:
    made = fresh_ledger(tmp_path / "amends.db", clock)
    with made.begin() as work:
        add_strategy(work, to_json(StrategySettings()))
    return made


def beats(ledger: Ledger, tmp_path: Path, carried: list[Reserved], outside: Path | None = None) -> dict:
    carriers = {"chat": lambda reserved: carried.append(reserved) or "delivered"}
    auditing = Auditing(ledger, HEAD_KEY, outside)
    made = beats_of(ledger, shipped_packs(), tmp_path / "models", carriers, ScriptedTalks(ledger), auditing)
    return {heartbeat.name: heartbeat.beat for heartbeat in made}


def rows(ledger: Ledger, table: type) -> list:
    with ledger.read() as work:
        return list(work.session.exec(select(table)).all())


def test_a_score_beat_gives_to_people_whom_no_model_can_score(ledger: Ledger, tmp_path: Path) -> None:
    with ledger.begin() as work:
        add_person(work, "A")
    beats(ledger, tmp_path, [])["score"]()
    assert [row.tier for row in rows(ledger, TierAssignment)] == ["people"]
    assert [row.trigger for row in rows(ledger, Case)] == ["tier_for_people"]


def test_plan_and_dispatch_carry_a_contact_through_the_gate_once(
    ledger: Ledger, tmp_path: Path, clock: StoppedClock
) -> None:
    with ledger.begin() as work:
        for ref in "AB":
            add_score(work, add_person(work, ref).id, 0.9, 0.9, "self_cure")
        work.session.add(
            Hold(id="hold", debtor_id="debtor-B", scope="person", reason="cease_request", created_at=work.now)
        )
    carried: list[Reserved] = []
    beat = beats(ledger, tmp_path, carried)
    beat["plan"]()
    assert len(rows(ledger, PlannedContact)) == 2
    clock.now = max(planned.slot for planned in rows(ledger, PlannedContact))
    beat["dispatch"]()
    beat["dispatch"]()
    assert [reserved.account_id for reserved in carried] == ["account-A"]
    assert [attempt.outcome for attempt in rows(ledger, Attempt)] == ["delivered"]


def test_a_beat_takes_on_more_than_one_round_while_all_goes_well(
    ledger: Ledger, tmp_path: Path, clock: StoppedClock
) -> None:
    with ledger.begin() as work:
        for number in range(AT_ONCE + 10):
            add_score(work, add_person(work, f"P{number}").id, 0.9, 0.9, "self_cure")
    carried: list[Reserved] = []
    beat = beats(ledger, tmp_path, carried)
    beat["plan"]()
    clock.now = max(planned.slot for planned in rows(ledger, PlannedContact))
    beat["dispatch"]()
    assert len(carried) == AT_ONCE + 10


@pytest.mark.parametrize("broken", ["reconcile", "watch", "turnstile"])
def test_nothing_goes_out_when_what_would_stop_it_cannot_be_judged(
    ledger: Ledger, tmp_path: Path, clock: StoppedClock, monkeypatch: pytest.MonkeyPatch, broken: str
) -> None:
    with ledger.begin() as work:
        add_score(work, add_person(work, "A").id, 0.9, 0.9, "self_cure")
    carried: list[Reserved] = []
    beat = beats(ledger, tmp_path, carried)
    beat["plan"]()
    clock.now = rows(ledger, PlannedContact)[0].slot

    def fault(*_: object) -> None:
        raise RuntimeError

    with monkeypatch.context() as during:
        during.setattr(f"app.beats.{broken}", fault)
        with pytest.raises(RuntimeError):
            beats(ledger, tmp_path, carried)["dispatch"]()
    assert (carried, rows(ledger, Attempt)) == ([], [])
    beat["dispatch"]()
    assert len(carried) == 1, "and it goes out once the fault is gone"


def test_the_audit_beat_reports_a_broken_chain(ledger: Ledger, tmp_path: Path) -> None:
    with ledger.begin() as work:
        work.audit("one.thing", "subject", {})
    with ledger.begin() as work:
        work.session.connection().exec_driver_sql("UPDATE auditentry SET kind = 'another.thing'")
    with capture_logs() as logged:
        beats(ledger, tmp_path, [])["audit_check"]()
    assert [(line["event"], line["seq"]) for line in logged] == [("audit.chain_broken", 1)]


def test_a_break_stands_on_the_staff_pages_until_the_whole_chain_is_right_again(
    ledger: Ledger, tmp_path: Path, clock: StoppedClock
) -> None:
    beat, needs = beats(ledger, tmp_path, []), SimpleNamespace(ledger=ledger)
    note_one(ledger)
    beat["audit_check"]()
    assert read_chain_notice(needs, "en") == ""
    set_kind(ledger, "another.thing")
    clock.advance(hours=1)
    with capture_logs() as logged:
        beat["audit_anchor"]()
    assert [(line["event"], line["seq"]) for line in logged] == [("audit.chain_broken", 1)]
    assert "changed at entry 1" in read_chain_notice(needs, "en")
    assert "第 1 条" in read_chain_notice(needs, "zh")
    assert rows(ledger, AuditHead) == []
    set_kind(ledger, "one.thing")
    clock.advance(hours=1)
    beat["audit_check"]()
    assert read_chain_notice(needs, "en") == ""


def test_every_hour_the_end_of_the_chain_goes_outside_and_a_day_is_checked_without_it(
    ledger: Ledger, tmp_path: Path
) -> None:
    outside = tmp_path / "disk" / "anchor.jsonl"
    beat = beats(ledger, tmp_path, [], outside)
    note_one(ledger)
    with capture_logs() as logged:
        beat["audit_anchor"]()
        beat["audit_check"]()
    assert [line["event"] for line in logged] == ["audit.anchor_unusable", "audit.anchor_unusable"]
    assert [check.broken_at for check in rows(ledger, AuditCheck)] == [None]
    outside.parent.mkdir()
    beat["audit_anchor"]()
    assert [head.seq for head in read_heads(outside)] == [1]
    with capture_logs() as logged:
        beat["audit_check"]()
    assert logged == []


def note_one(ledger: Ledger) -> None:
    with ledger.begin() as work:
        work.audit("one.thing", "subject", {})


def set_kind(ledger: Ledger, kind: str) -> None:
    with ledger.begin() as work:
        work.session.connection().exec_driver_sql(f"UPDATE auditentry SET kind = '{kind}'")


def test_links_to_try_are_of_both_languages_and_of_nobody_on_hold(ledger: Ledger) -> None:
    with ledger.begin() as work:
        for number in range(12):
            account = add_person(work, f"{number:02}", language="zh" if number % 2 else "en")
            add_score(work, account.id, 0.5, 0.5, "remind" if number > 3 else "people")
        work.session.add(
            Hold(id="hold", debtor_id="debtor-05", scope="person", reason="cease_request", created_at=work.now)
        )
    links = demo_links(ledger, PEOPLE, hours=1)
    assert not rows(ledger, ChatInvite)
    made = links()
    assert [link.language for link in made] == ["zh"] * EACH_LANGUAGE + ["en"] * EACH_LANGUAGE
    assert {link.tier for link in made} == {"remind"}
    assert links() == made
    assert len(rows(ledger, ChatInvite)) == len(made)
    with ledger.read() as work:
        for link in made:
            invite = find_invite(work, link.token)
            assert not isinstance(invite, NoInvite)
            assert invite.account_id != "account-05"
            assert link.identity_answer == PEOPLE.identity_last4(invite.account_id.replace("account-", "A-"))


def test_a_visit_leaves_the_records_of_a_real_one(tmp_path: Path) -> None:
    clock = VirtualClock(MORNING)
    ledger = fresh_ledger(tmp_path / "amends.db", clock)
    visits = Visits(ledger, clock, ChatDoor(ledger, ScriptedTalks(ledger)), KnownPeople(1), invite_hours=1)
    outcomes = []
    for number in range(12):
        with ledger.begin() as work:
            account = add_person(work, f"{number}")
        outcomes.append(visits.place(Reserved(None, "decision", account.id, account.debtor_id, "chat", "bot")))
    assert set(outcomes) == {"conversation", "delivered"}
    assert len(rows(ledger, ChatInvite)) == 12
    talks = rows(ledger, Conversation)
    assert len(talks) == outcomes.count("conversation")
    assert any(talk.verified for talk in talks)
    assert MORNING < clock() < MORNING + timedelta(hours=1)


def test_a_page_is_served_while_the_block_lasts_and_no_longer() -> None:
    app = FastAPI()
    app.get("/")(lambda: "here")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with serving(app, "127.0.0.1", port) as url:
        assert urllib.request.urlopen(url, timeout=5).read() == b'"here"'
        with pytest.raises(PortTaken, match="AMENDS_PORT"), serving(app, "127.0.0.1", port):
            pass
    with pytest.raises(OSError, match="refused"):
        urllib.request.urlopen(url, timeout=5)


def test_a_step_of_a_beat_that_fails_keeps_back_no_other(ledger: Ledger, tmp_path: Path) -> None:
    done: list[str] = []

    def pages_fail() -> None:
        raise OSError("nobody answers")

    made = beats_of(
        ledger,
        shipped_packs(),
        tmp_path / "models",
        {},
        ScriptedTalks(ledger),
        Auditing(ledger, HEAD_KEY),
        send_pages=pages_fail,
        send_confirmations=lambda: done.append("confirmations"),
    )
    beat = next(heartbeat.beat for heartbeat in made if heartbeat.name == "service_levels")
    with pytest.raises(OSError, match="nobody answers"):
        beat()
    assert done == ["confirmations"]
