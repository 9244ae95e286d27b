"""Holds, consents and wishes as they are recorded, and what the gate makes of them, on both databases."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta

import pytest
from seeded import START, StoppedClock, add_person
from sqlmodel import col, select

from ledger.ledger import Ledger, UnitOfWork
from ledger.tables import Account, AuditEntry, Debtor, Hold
from strategy.holds.consents import AGEING
from strategy.holds.kinds import KINDS, Kind
from strategy.holds.lifting import Refused
from strategy.holds.recording import ask_lift, lift, place_by_hand
from strategy.holds.said import change_consent, record_wish, revoke_all, wishes_of, withdraw_wish
from strategy.holds.wishes import NewWish, new_wish
from strategy.permission import permitted
from strategy.policy.decision import Deny
from strategy.policy.packs import shipped_packs

BY_HAND = [kind for kind in KINDS if kind.by_hand]
STOP_CODES = {
    "cease": "CEASE_COMMUNICATION",
    "attorney": "ATTORNEY_REPRESENTED",
    "bankruptcy": "BANKRUPTCY_STAY",
    "dispute": "DISPUTE_PENDING",
    "capacity": "CAPACITY_SUSPENSION",
    "moratorium": "MORATORIUM_ACTIVE",
    "sensitive_occasion": "SENSITIVE_OCCASION",
    "consent_revoked": "CONSENT_REVOKED",
}


@pytest.fixture
def clock() -> StoppedClock:
    return StoppedClock(START)  # Wednesday 17:00 in Taipei


@pytest.fixture
def ledger(ledger_on, clock: StoppedClock) -> Ledger:
    """A person with two debts, and somebody else."""
    ledger: Ledger = ledger_on(clock)
    with ledger.begin() as work:
        first = add_person(work, "R1")
        add_person(work, "R2")
        work.session.add(Account(**first.model_dump() | {"id": "account-R1b", "external_ref": "A-R1b"}))
    return ledger


@contextmanager
def begun(ledger: Ledger) -> Iterator[UnitOfWork]:
    with ledger.begin() as work:
        yield work
        work.session.flush()


def place(ledger: Ledger, kind: str, by: str = "Anna", **how: object) -> Hold:
    with begun(ledger) as work:
        hold = place_by_hand(work, "account-R1", kind, by, **how)
        assert isinstance(hold, Hold), hold
        return hold


def codes(ledger: Ledger, agent: str, account_id: str = "account-R1", channel: str = "chat") -> set[str]:
    with ledger.read() as work:
        decision = permitted(work, account_id, channel, agent)
        return set(decision.codes) if isinstance(decision, Deny) else set()


@pytest.mark.parametrize("kind", BY_HAND, ids=lambda kind: kind.id)
def test_a_kind_denies_what_it_should_and_nothing_else(ledger: Ledger, clock: StoppedClock, kind: Kind) -> None:
    assert codes(ledger, "bot") == codes(ledger, "human") == set()
    hold = place(ledger, kind.id, channel="chat")
    own = {STOP_CODES[kind.stop]} if kind.stop else set()
    assert codes(ledger, "bot") == own | {"HOLD_ACTIVE"}
    expected = own or {"HOLD_ACTIVE"}
    assert codes(ledger, "human") == (expected if kind.binds == "all" else set())
    other_debt = codes(ledger, "bot", "account-R1b")
    assert (other_debt == set()) is (kind.scopes[0] == "debt")
    assert "HOLD_ACTIVE" not in codes(ledger, "bot", "account-R2") or kind.scopes[0] == "number"
    if hold.until is not None:
        clock.now = hold.until - timedelta(seconds=1)
        assert codes(ledger, "bot") >= {"HOLD_ACTIVE"}
        clock.now = hold.until
        assert "HOLD_ACTIVE" not in codes(ledger, "bot")


@pytest.mark.parametrize("kind", BY_HAND, ids=lambda kind: kind.id)
def test_a_denial_says_when_a_dated_hold_lets_go_and_holds_to_it(
    ledger: Ledger, clock: StoppedClock, kind: Kind
) -> None:
    hold = place(ledger, kind.id, channel="chat")
    with ledger.read() as work:
        decision = permitted(work, "account-R1", "chat", "bot")
    assert isinstance(decision, Deny)
    if hold.until is None:
        assert decision.next_allowed_at is None
        return
    assert decision.next_allowed_at is not None
    assert timedelta(0) <= decision.next_allowed_at - hold.until < timedelta(days=2)  # the hours, and a Sunday
    clock.now = decision.next_allowed_at
    assert codes(ledger, "bot") == set()


def test_a_hold_on_a_channel_or_a_number_leaves_the_others_free(ledger: Ledger) -> None:
    place(ledger, "channel_refused", channel="chat")
    assert codes(ledger, "human") == {"HOLD_ACTIVE"}
    assert codes(ledger, "human", channel="voice") == set()
    with begun(ledger) as work:
        assert place_by_hand(work, "account-R1", "wrong_number", "Anna").scope_value
    assert codes(ledger, "human", channel="voice") == {"HOLD_ACTIVE"}
    with begun(ledger) as work:
        work.session.get_one(Debtor, "debtor-R1").phone_index = "a number that is right"
    assert codes(ledger, "human", channel="voice") == set()


def test_a_grave_hold_takes_one_to_ask_and_another_to_lift(ledger: Ledger) -> None:
    hold_id = place(ledger, "cease").id
    with begun(ledger) as work:
        assert lift(work, hold_id, "Anna", "resolved") == Refused("nobody_asked")
        assert isinstance(ask_lift(work, hold_id, "Anna", "placed_by_mistake"), Hold)
        assert lift(work, hold_id, "ANNA ") == Refused("same_person")
    assert codes(ledger, "human") == {"CEASE_COMMUNICATION"}
    with begun(ledger) as work:
        assert isinstance(lift(work, hold_id, "Bo"), Hold)
        assert lift(work, hold_id, "Bo") == Refused("lifted_already")
    assert codes(ledger, "bot") == set()
    with ledger.read() as work:
        hold = work.session.get_one(Hold, hold_id)
        assert (hold.lift_asked_by, hold.lifted_by, hold.lift_why) == ("Anna", "Bo", "placed_by_mistake")
        told = work.session.exec(
            select(AuditEntry.kind).where(AuditEntry.subject == hold_id).order_by(col(AuditEntry.seq))
        ).all()
        assert told == [
            "hold.placed",
            "hold.lift_refused",
            "hold.lift_asked",
            "hold.lift_refused",
            "hold.lifted",
            "hold.lift_refused",
        ]


def test_a_light_hold_takes_one_person_and_a_reason(ledger: Ledger) -> None:
    hold_id = place(ledger, "hardship").id
    with begun(ledger) as work:
        assert lift(work, hold_id, "Anna") == Refused("no_lift_reason")
        assert lift(work, hold_id, "bot", "resolved") == Refused("no_name")
        assert isinstance(lift(work, hold_id, "Anna", "resolved"), Hold)
    assert codes(ledger, "bot") == set()


@pytest.mark.parametrize(
    ("kind", "how", "why"),
    [
        ("of a new kind", {}, "hold_kind"),
        ("identity_failed", {}, "hold_kind"),
        ("cease", {"by": "bot"}, "no_name"),
        ("cease", {"scope": "channel"}, "scope"),
        ("cease", {"until": START + timedelta(days=1)}, "end"),
        ("moratorium", {"until": START + timedelta(days=1)}, "end"),
        ("hardship", {"until": START}, "past_end"),
        ("hardship", {"since": date(2026, 3, 1)}, "since"),
        ("moratorium", {"since": date(2026, 3, 6)}, "since"),
        ("moratorium", {"since": date(2026, 1, 1)}, "past_end"),
        ("moratorium", {"treatment_ends": date(2026, 3, 1)}, "treatment_ends"),
        ("channel_refused", {}, "channel"),
        ("channel_refused", {"channel": "pigeon"}, "channel"),
    ],
)
def test_what_cannot_be_placed_is_refused_and_changes_nothing(ledger: Ledger, kind: str, how: dict, why: str) -> None:
    with begun(ledger) as work:
        assert place_by_hand(work, "account-R1", kind, **({"by": "Anna"} | how)) == Refused(why)
        assert work.session.exec(select(Hold)).all() == []


def test_a_moratorium_ends_when_its_law_says(ledger: Ledger) -> None:
    # Registered on the 2nd: sixty days from the 3rd are over with the 1st of May, in every zone by noon UTC of the 2nd.
    hold = place(ledger, "moratorium", since=date(2026, 3, 2))
    assert hold.until is not None
    assert hold.until.isoformat() == "2026-05-02T12:00:00+00:00"
    assert place(ledger, "moratorium_crisis").until is None
    crisis = place(ledger, "moratorium_crisis", "Bo", treatment_ends=date(2026, 3, 31))
    assert crisis.until is not None
    assert crisis.until.isoformat() == "2026-05-01T12:00:00+00:00"


def test_what_stands_already_is_not_placed_twice(ledger: Ledger) -> None:
    place(ledger, "hardship")
    with begun(ledger) as work:
        assert place_by_hand(work, "account-R1", "hardship", "Bo") == Refused("stands_already")
        longer = place_by_hand(work, "account-R1", "hardship", "Bo", until=START + timedelta(days=90))
        assert isinstance(longer, Hold)


def test_consent_is_what_was_said_last(ledger: Ledger, clock: StoppedClock) -> None:
    with begun(ledger) as work:
        change_consent(work, "debtor-R1", "chat", "granted", "desk", "Anna")
        change_consent(work, "debtor-R1", "chat", "revoked", "talk", "bot")
    assert "CONSENT_REVOKED" in codes(ledger, "bot")  # at one moment: the one taken back
    clock.advance(minutes=1)
    with begun(ledger) as work:
        change_consent(work, "debtor-R1", "chat", "granted", "desk", "Anna")
    assert codes(ledger, "bot") == set()
    clock.advance(minutes=1)
    with begun(ledger) as work:
        assert revoke_all(work, "debtor-R1", "voice", "talk", "bot") == ("artificial_voice", "chat", "voice")
        assert revoke_all(work, "debtor-R1", "voice", "talk", "bot") == ()
        assert change_consent(work, "debtor-R1", "pigeon", "granted", "desk", "Anna") == Refused("consent_kind")
        assert change_consent(work, "debtor-R1", "sms", "perhaps", "desk", "Anna") == Refused("consent_status")
    assert "CONSENT_REVOKED" in codes(ledger, "bot")


@pytest.mark.parametrize(
    ("wish", "denied"),
    [
        (new_wish("inconvenient_time", START, hours="16:00-18:00"), "KNOWN_INCONVENIENT_TIME"),
        (new_wish("inconvenient_time", START, days=["wed"]), "KNOWN_INCONVENIENT_TIME"),
        (new_wish("inconvenient_time", START, days=["sun"]), None),
        (new_wish("refused_medium", START, value="chat"), "MEDIUM_REFUSED"),
        (new_wish("refused_medium", START, value="sms"), None),
        (new_wish("inconvenient_place", START, value="office"), None),
    ],
)
def test_a_wish_binds_everyone_until_it_is_withdrawn(ledger: Ledger, wish: NewWish, denied: str | None) -> None:
    with begun(ledger) as work:
        kept = record_wish(work, "debtor-R1", wish, "desk", "Anna")
        assert [each.id for each in wishes_of(work, "debtor-R1")] == [kept.id]
    for agent in ("bot", "human"):
        assert codes(ledger, agent) == ({denied} if denied else set())
    with begun(ledger) as work:
        withdraw_wish(work, kept.id, "Anna")
        assert withdraw_wish(work, kept.id, "Anna") == Refused("withdrawn_already")
        assert withdraw_wish(work, "another", "Anna") == Refused("no_wish")
        assert wishes_of(work, "debtor-R1") == []
    assert codes(ledger, "human") == set()


def test_an_agreed_time_opens_the_hours_that_the_law_lets_it_open(ledger: Ledger, clock: StoppedClock) -> None:
    clock.now = START.replace(hour=14, minute=30)  # 22:30 in Taipei
    assert codes(ledger, "human", channel="voice") == {"OUTSIDE_CONTACT_WINDOW"}
    with begun(ledger) as work:
        wish = new_wish("agreed_time", work.now, hours="22:00-23:00", days=["wed"])
        assert isinstance(wish, NewWish)
        record_wish(work, "debtor-R1", wish, "desk", "Anna")
    assert codes(ledger, "human", channel="voice") == set()
    clock.advance(days=1)
    assert codes(ledger, "human", channel="voice") == {"OUTSIDE_CONTACT_WINDOW"}


@pytest.mark.parametrize(
    ("kind", "how", "why"),
    [
        ("a wish of a new kind", {}, "wish_kind"),
        ("inconvenient_time", {}, "no_hours"),
        ("inconvenient_time", {"days": ["someday"]}, "weekday"),
        ("inconvenient_time", {"hours": "9 to 5"}, "hours"),
        ("inconvenient_time", {"hours": "09:00-09:00"}, "hours"),
        ("agreed_time", {"days": ["mon"]}, "no_hours"),
        ("inconvenient_place", {"value": "the moon"}, "place"),
        ("refused_medium", {"value": "pigeon"}, "channel"),
        ("callback", {}, "callback_debt"),
        ("callback", {"account_id": "account-R1", "until": START}, "past_end"),
    ],
)
def test_a_wish_that_makes_no_sense_is_refused_with_its_reason(kind: str, how: dict, why: str) -> None:
    assert new_wish(kind, START, **how) == Refused(why)


def test_every_consent_whose_age_a_pack_asks_for_is_told_with_its_age() -> None:
    asked = {rule.kind for pack in shipped_packs().by_id.values() for rule in pack.consents if rule.fresh_days}
    assert asked == set(AGEING)


def test_an_old_consent_to_text_messages_is_none_in_america(ledger: Ledger, clock: StoppedClock) -> None:
    with begun(ledger) as work:
        person = work.session.get_one(Debtor, "debtor-R1")
        person.jurisdictions, person.tz_candidates = ["US-FED"], ["America/New_York"]
        change_consent(work, "debtor-R1", "sms", "granted", "desk", "Anna")
    clock.now = START.replace(hour=16) + timedelta(days=50)
    fresh = codes(ledger, "human", channel="sms")
    clock.advance(days=20)
    assert codes(ledger, "human", channel="sms") - fresh == {"CONSENT_MISSING"}
