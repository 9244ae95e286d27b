"""The independent checker on the life of a contact: planned, decided, reserved, set out, dialled, ended; once each."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from engines import OpenLedger
from rechecked import NEW_YORK_NOON, World
from seeded import KEYS, StoppedClock, add_person

from ledger.tables import Attempt, ContactWish, Decision, PlannedContact, ReportedContact
from rehearsal.recheck import Recheck, recheck


class Lived(World):
    """A world whose contacts are planned, set out for and dialled, with the carrier's own log of it."""

    log: Path

    def contact(self, planned: str = "allowed", dials: int = 1, status: str = "finished", **changes: Any) -> Attempt:
        """A whole contact; `changes` go to the attempt's row."""
        attempt_id = self.attempt(**{name: changes.pop(name) for name in ("channel", "outcome") if name in changes})
        with self.ledger.begin() as work:
            contact = PlannedContact(
                id=work.new_id(),
                account_id=self.account.id,
                slot=work.now,
                channel="voice",
                agent="bot",
                status=planned,
                why=[],
                created_at=work.now,
            )
            work.session.add(contact)
            work.session.flush()
            attempt = work.session.get_one(Attempt, attempt_id)
            work.session.get_one(Decision, attempt.decision_id).planned_id = contact.id
            fields = {"planned_id": contact.id, "placing_at": work.now, "status": status, **changes}
            for name, value in fields.items():
                setattr(attempt, name, value)
        for _ in range(dials):
            self.dial(attempt)
        return attempt

    def dial(self, attempt: Attempt, /, **changes: Any) -> None:
        line = {
            "attempt": attempt.id,
            "account": attempt.account_id,
            "number": attempt.number_index,
            "channel": attempt.channel,
            "at": self.clock.now.isoformat(),
            **changes,
        }
        with self.log.open("a") as file:
            file.write(json.dumps(line) + "\n")

    def wish(self, kind: str, **fields: Any) -> None:
        with self.ledger.begin() as work:
            row = {"days": [], "given_at": work.now, "source": "talk", "debtor_id": self.account.debtor_id, **fields}
            work.session.add(ContactWish(id=work.new_id(), kind=kind, **row))
        self.clock.advance(minutes=1)

    def reported(self, outcome: str, **fields: Any) -> None:
        with self.ledger.begin() as work:
            row = {"channel": "voice", "direction": "outbound", "target": "consumer", "number_index": "number-1"}
            row |= {"at": work.now - timedelta(minutes=1), "recorded_at": work.now, "by": "agency", **fields}
            who = {"account_id": self.account.id, "debtor_id": self.account.debtor_id}
            new_id = work.new_id()
            work.session.add(ReportedContact(id=new_id, reported_ref=new_id, outcome=outcome, **who, **row))
        self.clock.advance(minutes=1)

    def planned(self, status: str) -> None:
        self.contact(planned=status, dials=0)
        self.sql("UPDATE attempt SET planned_id = NULL, outcome = 'unknown', status = 'unknown'")
        self.sql("UPDATE decision SET planned_id = NULL")

    def recheck(self) -> Recheck:
        return recheck(self.ledger.engine, KEYS, [self.log], at_rest=True)


@pytest.fixture
def world(ledger_on: OpenLedger, tmp_path: Path) -> Lived:
    clock = StoppedClock()
    ledger = ledger_on(clock)
    with ledger.begin() as work:
        account = add_person(work)
    clock.advance(minutes=1)
    lived = Lived(ledger, clock, account)
    lived.log = tmp_path / "dials.jsonl"
    lived.log.touch()
    return lived


def test_a_contact_as_it_should_be_has_no_violation(world: Lived) -> None:
    world.contact()
    world.clock.advance(minutes=1)
    world.contact(dials=0, status="released", outcome=None, placing_at=None, planned="superseded")
    found = world.recheck()
    assert found.violations == ()
    assert found.checked["dials"] == 1
    assert found.checked["planned"] == found.checked["attempts"] == 2


def test_without_a_dial_log_nothing_is_said_about_dials(world: Lived) -> None:
    world.contact(dials=0)
    found = recheck(world.ledger.engine, KEYS)
    assert (found.violations, "dials" in found.checked) == ((), False)


def test_what_is_still_under_way_is_no_violation_while_somebody_works(world: Lived) -> None:
    world.contact(status="placing", outcome=None)
    assert recheck(world.ledger.engine, KEYS, [world.log]).violations == ()


def test_people_read_in_small_portions_are_all_read(world: Lived, monkeypatch: pytest.MonkeyPatch) -> None:
    with world.ledger.begin() as work:
        for ref in range(2, 9):
            add_person(work, f"R{ref}")
    monkeypatch.setattr("rehearsal.recheck.rows.MOST_PEOPLE", 2)
    for _ in range(3):
        world.contact()
        world.clock.advance(minutes=1)
    found = world.recheck()
    assert found.violations == ()
    assert found.checked["attempts"] == 3


def dialled_twice(world: Lived) -> None:
    world.contact(dials=2)


def dialled_again_by_a_second_attempt(world: Lived) -> None:
    first = world.contact()
    world.clock.advance(minutes=1)
    second = world.contact(planned="superseded", planned_id=None)
    world.sql(f"""UPDATE decision SET planned_id = '{first.planned_id}' WHERE id = '{second.decision_id}'""")


def dialled_out_of_the_blue(world: Lived) -> None:
    attempt = world.contact()
    world.dial(attempt, attempt="nobody-knows-it")


def dialled_without_setting_out(world: Lived) -> None:
    world.contact(placing_at=None)


def dialled_before_setting_out(world: Lived) -> None:
    attempt = world.contact(dials=0)
    world.dial(attempt, at=(world.clock.now - timedelta(seconds=1)).isoformat())


def dialled_before_it_was_committed(world: Lived) -> None:
    attempt = world.contact(dials=0)
    world.dial(attempt, committed={"status": "reserved", "allowed": True})


def dialled_without_an_allow(world: Lived) -> None:
    attempt = world.contact(dials=0)
    world.dial(attempt, committed={"status": "placing", "allowed": None})


def dialled_after_it_was_released(world: Lived) -> None:
    world.contact(status="released", outcome=None, planned="superseded")


def dialled_another_number(world: Lived) -> None:
    attempt = world.contact(dials=0)
    world.dial(attempt, number="number-2")


def ended_without_a_dial(world: Lived) -> None:
    world.contact(dials=0)


def a_torn_line(world: Lived) -> None:
    world.contact()
    with world.log.open("a") as file:
        file.write('{"attempt": "id-')


def a_dial_of_no_known_time(world: Lived) -> None:
    attempt = world.contact()
    world.dial(attempt, at="2026-03-04T09:00:00")


def dialled_late_at_night(world: Lived) -> None:
    attempt = world.contact(dials=0)
    world.clock.now = datetime.fromisoformat("2026-03-04T14:00:00+00:00")  # 22:00 in Taipei
    world.dial(attempt)


def left_half_way(world: Lived) -> None:
    world.contact(status="placing", outcome=None)


def left_reserved(world: Lived) -> None:
    world.contact(status="reserved", outcome=None, dials=0)


def nobody_looked_at_it(world: Lived) -> None:
    world.planned("planned")


def allowed_and_gone(world: Lived) -> None:
    world.planned("allowed")


def denied_by_nobody(world: Lived) -> None:
    world.planned("denied")


def in_no_known_state(world: Lived) -> None:
    world.planned("vanished")


def planned_again_while_it_was_tried(world: Lived) -> None:
    world.contact(planned="superseded")


def of_no_known_status(world: Lived) -> None:
    world.contact(status="somewhere")


def finished_as_nothing(world: Lived) -> None:
    world.contact(outcome=None)


def decision_not_in_the_chain(world: Lived) -> None:
    world.contact()
    world.sql("UPDATE auditentry SET kind = 'contact.read' WHERE seq = 1")


def attempt_not_in_the_chain(world: Lived) -> None:
    world.contact()
    world.sql("UPDATE auditentry SET kind = 'other.thing' WHERE seq > 1")


def end_not_in_the_chain(world: Lived) -> None:
    world.contact()
    world.sql("DELETE FROM auditentry WHERE seq = 3")


def denial_turned_into_an_allow(world: Lived) -> None:
    world.contact()
    # What the row said when the entry was written; the row was changed afterwards.
    world.attempt(outcome="unknown", allowed=False)
    world.sql("UPDATE decision SET allowed = NOT allowed WHERE id IN (SELECT decision_id FROM attempt)")


def reserved_before_it_was_decided(world: Lived) -> None:
    attempt = world.attempt(outcome="unknown")
    with world.ledger.begin() as work:
        row = work.session.get_one(Attempt, attempt)
        row.status = "unknown"
        work.audit("contact.decided", "later", {})
    world.sql("UPDATE auditentry SET subject = 'x' WHERE seq = 1")
    world.sql("UPDATE auditentry SET subject = (SELECT decision_id FROM attempt) WHERE subject = 'later'")


def four_talks_with_an_agencys(world: Lived) -> None:
    world.reported("conversation")
    for _ in range(3):
        world.contact(outcome="conversation")
        world.clock.advance(minutes=5)


def a_call_after_an_agencys_talk(world: Lived) -> None:
    world.american()
    world.reported("conversation")
    world.contact()


def australian(world: Lived, noon: str) -> None:
    world.person(jurisdictions=["AU"], tz_candidates=["Australia/Sydney"])
    world.clock.now = datetime.fromisoformat(noon)


def eleven_in_a_calendar_month(world: Lived) -> None:
    australian(world, "2026-03-01T01:00:00+00:00")
    for day in (0, 1, 2, 7, 8, 9, 14, 15, 16, 21, 30):
        world.clock.now = datetime.fromisoformat("2026-03-01T01:00:00+00:00") + timedelta(days=day)
        world.contact(outcome="conversation")


def eleven_in_thirty_days(world: Lived) -> None:
    for day in (0, 1, 2, 7, 8, 9, 14, 15, 16, 21, 28):
        australian(world, "2026-05-20T01:00:00+00:00")
        world.clock.advance(days=day)
        world.contact(outcome="conversation")


def on_anzac_day(world: Lived) -> None:
    australian(world, "2026-04-25T02:00:00+00:00")
    world.contact()


def in_a_year_of_unknown_holidays(world: Lived) -> None:
    australian(world, "2027-06-02T02:00:00+00:00")
    world.contact()


def by_a_refused_medium(world: Lived) -> None:
    world.wish("refused_medium", value="voice")
    world.contact()


def at_an_inconvenient_time(world: Lived) -> None:
    world.wish("inconvenient_time", days=["wed"], hours="16:00-18:00")
    world.contact()  # Wednesday, 17:02 in Taipei


def before_an_agreed_time(world: Lived) -> None:
    world.wish("agreed_time", hours="22:30-23:00")
    world.clock.now = datetime.fromisoformat("2026-03-04T14:10:00+00:00")
    world.contact()


def americans_do_not_agree_to_the_night(world: Lived) -> None:
    world.american()
    world.wish("agreed_time", hours="21:00-23:00")
    world.clock.now = datetime.fromisoformat("2026-03-05T03:00:00+00:00")  # 22:00 and 21:00
    world.contact()


def a_call_eight_days_after_a_callback_was_wished(world: Lived) -> None:
    world.american()
    world.wish("callback")
    world.clock.advance(days=5)
    world.contact(outcome="conversation")
    world.clock.advance(days=3)
    world.contact()


BREACHES: dict[Callable[[Lived], None], str] = {
    dialled_twice: "dial.twice",
    dialled_again_by_a_second_attempt: "planned.tried_twice",
    dialled_out_of_the_blue: "dial.without_attempt",
    dialled_without_setting_out: "dial.not_set_out",
    dialled_before_setting_out: "dial.not_set_out",
    dialled_before_it_was_committed: "dial.not_set_out",
    dialled_without_an_allow: "dial.not_set_out",
    dialled_after_it_was_released: "dial.not_set_out",
    dialled_another_number: "dial.other_contact",
    dialled_late_at_night: "hours.outside",
    ended_without_a_dial: "dial.missing",
    a_torn_line: "dial.unreadable",
    a_dial_of_no_known_time: "dial.unreadable",
    left_half_way: "attempt.left_over",
    left_reserved: "attempt.left_over",
    nobody_looked_at_it: "planned.left_over",
    allowed_and_gone: "planned.lost",
    denied_by_nobody: "planned.lost",
    in_no_known_state: "planned.lost",
    planned_again_while_it_was_tried: "planned.lost",
    of_no_known_status: "attempt.status_unknown",
    finished_as_nothing: "attempt.contradicts_itself",
    decision_not_in_the_chain: "audit.chain audit.missing",
    attempt_not_in_the_chain: "audit.chain audit.missing",
    end_not_in_the_chain: "audit.missing",
    denial_turned_into_an_allow: "audit.differs decision.denied",
    reserved_before_it_was_decided: "audit.chain audit.differs decision.late",
    four_talks_with_an_agencys: "cap.cn_3_talks_a_day",
    a_call_after_an_agencys_talk: "wait.after_talk",
    eleven_in_a_calendar_month: "cap.au_10_a_month",
    eleven_in_thirty_days: "cap.au_10_in_30_days",
    on_anzac_day: "hours.holiday",
    in_a_year_of_unknown_holidays: "hours.holidays_unknown",
    by_a_refused_medium: "wish.refused_medium",
    at_an_inconvenient_time: "wish.inconvenient_time",
    before_an_agreed_time: "hours.outside",
    americans_do_not_agree_to_the_night: "hours.outside",
    a_call_eight_days_after_a_callback_was_wished: "wait.after_talk",
}


@pytest.mark.parametrize(("plant", "rules"), BREACHES.items(), ids=lambda item: getattr(item, "__name__", ""))
def test_what_is_planted_in_a_life_is_found_and_nothing_else(
    world: Lived, plant: Callable[[Lived], None], rules: str
) -> None:
    plant(world)
    assert world.rules() == set(rules.split())


def in_an_agreed_night(world: Lived) -> None:
    world.wish("agreed_time", hours="22:00-24:00")
    world.clock.now = datetime.fromisoformat("2026-03-04T14:30:00+00:00")
    world.contact()


def after_the_wish_was_withdrawn(world: Lived) -> None:
    world.wish("refused_medium", value="voice", withdrawn_at=world.clock.now + timedelta(seconds=30))
    world.contact()


def at_another_hour_than_the_inconvenient(world: Lived) -> None:
    world.wish("inconvenient_time", days=["wed"], hours="22:00-09:00")
    world.contact()


def called_back_as_wished(world: Lived) -> None:
    world.american()
    world.reported("conversation")
    world.wish("callback", account_id=world.account.id)
    world.contact()


def reported_too_late_to_be_counted(world: Lived) -> None:
    for _ in range(3):
        world.contact(outcome="conversation")
        world.clock.advance(minutes=5)
    world.reported("conversation", at=NEW_YORK_NOON - timedelta(hours=9))


def a_relative_spoken_to_by_an_agency(world: Lived) -> None:
    world.reported("conversation", target="contact_person")
    for _ in range(3):
        world.contact(outcome="conversation")
        world.clock.advance(minutes=5)


@pytest.mark.parametrize(
    "plant",
    [
        in_an_agreed_night,
        after_the_wish_was_withdrawn,
        at_another_hour_than_the_inconvenient,
        called_back_as_wished,
        reported_too_late_to_be_counted,
        a_relative_spoken_to_by_an_agency,
    ],
)
def test_what_the_law_lets_pass_is_no_violation(world: Lived, plant: Callable[[Lived], None]) -> None:
    plant(world)
    assert world.recheck().violations == ()


def test_the_chain_knows_better_than_two_clocks_what_came_first(world: Lived) -> None:
    world.contact()
    with world.ledger.begin() as work:
        hold_id = work.new_id()
        work.audit("hold.placed", hold_id, {"reason": "cease_request"})
    # By the clock of another process the hold is an hour older than the contact it followed.
    world.hold(created_at=world.clock.now - timedelta(hours=1))
    world.sql(f"UPDATE hold SET id = '{hold_id}'")
    assert world.recheck().violations == ()
    world.clock.advance(minutes=1)
    world.contact()
    world.sql("UPDATE hold SET created_at = '2030-01-01 00:00:00.000000'")
    assert world.rules() == {"hold.ignored"}


def test_a_hold_that_came_before_anybody_set_out_binds(world: Lived) -> None:
    attempt = world.contact()
    with world.ledger.begin() as work:
        hold_id = work.new_id()
        work.audit("hold.placed", hold_id, {"reason": "cease_request"})
        work.audit("attempt.set_out", attempt.id, {})
    world.hold()
    world.sql(f"UPDATE hold SET id = '{hold_id}'")
    assert world.rules() == {"hold.ignored"}
