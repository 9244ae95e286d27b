"""What binds a contact, from what is recorded of the person."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import pytest

from strategy.holds.facts import flags_from
from strategy.holds.kinds import KINDS, kind_of
from strategy.policy.clocks import WEEKDAYS, WHOLE_DAY, Span
from strategy.policy.facts import STOPS, Callback, Flags, HoldFact, Inconvenient, Stop

NOW = datetime(2026, 3, 4, 9, 0, tzinfo=UTC)  # a Wednesday


@dataclass(frozen=True)
class SomeHold:
    reason: str = "hardship"
    scope: str = "person"
    scope_value: str = ""
    account_id: str | None = None
    until: datetime | None = None
    lifted_at: datetime | None = None


@dataclass(frozen=True)
class SomeWish:
    kind: str
    value: str = ""
    hours: str = ""
    days: list[str] = field(default_factory=list)
    account_id: str | None = None
    given_at: datetime = NOW - timedelta(hours=1)
    until: datetime | None = None
    withdrawn_at: datetime | None = None


def seen(*holds: SomeHold, wishes=(), channel: str = "chat", now: datetime = NOW, zones=("Asia/Taipei",)) -> Flags:
    return flags_from(holds, wishes, "account", channel, "number", now, zones)


def wished(*wishes: SomeWish, **here) -> Flags:
    return seen(wishes=wishes, **here)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.id)
def test_a_kind_binds_whom_it_says(kind) -> None:
    for reason in (kind.id, *kind.also):
        flags = seen(SomeHold(reason))
        assert flags.stops == ((Stop(kind.stop),) if kind.stop else ())
        assert flags.holds == (HoldFact(reason, "automated" if kind.stop else kind.binds),)


def test_no_word_means_two_kinds_and_every_stop_is_one_that_the_gate_knows() -> None:
    words = [word for kind in KINDS for word in (kind.id, *kind.also)]
    assert len(words) == len(set(words))
    # A crisis moratorium in the ledger has its last day worked out already, so it stops as any moratorium does.
    assert {kind.stop for kind in KINDS if kind.stop} == STOPS - {"crisis_moratorium"}
    assert all(kind.binds == "all" for kind in KINDS if kind.stop)


def test_a_reason_that_nobody_knows_binds_everyone() -> None:
    assert seen(SomeHold("of a new kind")).holds == (HoldFact("of a new kind", "all"),)
    assert (kind_of("of a new kind").lift, kind_of("of a new kind").days) == ("two", None)


@pytest.mark.parametrize(
    ("scope", "value", "channel", "binds"),
    [
        ("person", "", "chat", True),
        ("debt", "account", "chat", True),
        ("debt", "another", "chat", False),
        ("channel", "chat", "chat", True),
        ("channel", "chat", "terminal", True),
        ("channel", "voice", "voicemail", True),
        ("channel", "voicemail", "voice", False),
        ("channel", "pigeon", "chat", True),
        ("number", "number", "voice", True),
        ("number", "another", "voice", False),
        ("number", "", "voice", True),
        ("debt", "", "voice", True),
        ("of a new scope", "another", "voice", True),
    ],
)
def test_a_hold_reaches_as_far_as_its_scope(scope: str, value: str, channel: str, binds: bool) -> None:
    assert bool(seen(SomeHold(scope=scope, scope_value=value), channel=channel).holds) is binds


def test_a_hold_binds_until_its_end_or_until_it_is_lifted() -> None:
    hold = SomeHold(until=NOW + timedelta(days=1))
    assert seen(hold).holds
    assert seen(hold, now=NOW + timedelta(days=1) - timedelta(microseconds=1)).holds
    assert not seen(hold, now=NOW + timedelta(days=1)).holds
    assert not seen(replace(hold, lifted_at=NOW)).holds


def test_the_gate_is_told_when_a_hold_runs_out_and_of_two_of_a_kind_the_later_counts() -> None:
    soon, late = NOW + timedelta(days=1), NOW + timedelta(days=9)
    assert seen(SomeHold(until=soon)).holds == (HoldFact("hardship", "automated", soon),)
    assert seen(SomeHold(until=late), SomeHold(until=soon)).holds == (HoldFact("hardship", "automated", late),)
    assert seen(SomeHold(until=late), SomeHold()).holds == (HoldFact("hardship", "automated"),)
    assert seen(SomeHold("moratorium", until=late)).stops == (Stop("moratorium", over_at=late),)
    # An illness in the family runs out, a death does not: together they do not.
    occasions = seen(SomeHold("bereavement", until=soon), SomeHold("disaster", until=late))
    assert occasions.stops == (Stop("sensitive_occasion", over_at=late),)
    assert seen(SomeHold("bereavement", until=soon), SomeHold("death")).stops == (Stop("sensitive_occasion"),)


def test_what_a_person_has_said_about_times_and_places_is_kept() -> None:
    flags = wished(
        SomeWish("inconvenient_time", days=["sat", "mon"], hours="09:00-12:00"),
        SomeWish("inconvenient_time", days=["sun"]),
        SomeWish("inconvenient_place", "office"),
        SomeWish("refused_medium", "sms", account_id="another"),
    )
    assert flags.inconvenient == (
        Inconvenient(("mon", "sat"), Span.read("09:00-12:00")),
        Inconvenient(("sun",), WHOLE_DAY),
    )
    assert flags.inconvenient_places == ("workplace",)
    # What forbids binds the whole person, whatever debt it was said about.
    assert flags.refused_media == ("sms",)


def test_what_permits_counts_for_its_own_debt_only() -> None:
    late = SomeWish("agreed_time", hours="21:00-22:30", account_id="another")
    assert wished(late).agreed_windows == ()
    assert wished(replace(late, account_id="account")).agreed_windows == (Span.read("21:00-22:30"),)
    asked = SomeWish("callback", account_id="account")
    assert wished(asked).consented_callback == Callback(asked.given_at, "account")
    assert wished(replace(asked, account_id=None)).consented_callback is None
    assert wished(replace(asked, account_id="another")).consented_callback is None
    assert wished(replace(asked, given_at=NOW + timedelta(minutes=1))).consented_callback is None


def test_an_agreed_time_of_some_days_counts_on_these_days_wherever_the_person_may_be() -> None:
    late = SomeWish("agreed_time", hours="21:00-23:00", days=["wed"])
    assert wished(late).agreed_windows
    assert not wished(late, now=NOW + timedelta(days=1)).agreed_windows
    # 15:30 UTC is Wednesday in New York and already Thursday in Auckland.
    assert not wished(late, now=NOW.replace(hour=15), zones=("America/New_York", "Pacific/Auckland")).agreed_windows
    assert not wished(late, zones=()).agreed_windows
    assert wished(replace(late, days=list(WEEKDAYS)), zones=()).agreed_windows


def test_a_wish_ends_when_it_is_withdrawn_or_has_run_out() -> None:
    wish = SomeWish("refused_medium", "sms")
    assert not wished(replace(wish, withdrawn_at=NOW)).refused_media
    assert not wished(replace(wish, until=NOW)).refused_media
    assert wished(replace(wish, until=NOW + timedelta(seconds=1))).refused_media


@pytest.mark.parametrize(
    "wish",
    [
        SomeWish("of a new kind"),
        SomeWish("refused_medium", "pigeon"),
        SomeWish("inconvenient_time", hours="late"),
        SomeWish("inconvenient_time", days=["someday"]),
        SomeWish("agreed_time", hours="21:00-23:00", days=["blursday"]),
    ],
)
def test_a_wish_that_cannot_be_read_is_told_as_such(wish: SomeWish) -> None:
    assert wished(wish).unread
