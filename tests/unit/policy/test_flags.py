"""Flags: generous where they restrict, exact where they loosen, and nothing is left out in silence."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from strategy.policy.clocks import WEEKDAYS, WHOLE_DAY, Span
from strategy.policy.facts import Inconvenient, Stop
from strategy.policy.flags import FactsError, read_flags, taken_back


def kinds(flags: dict[str, Any]) -> set[str]:
    return {stop.kind for stop in read_flags(flags).stops}


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("cease_communication_received_utc", "cease"),
        ("refuses_to_pay", "cease"),
        ("do_not_contact", "cease"),
        ("represented", "attorney"),
        ("bankruptcy_petition", "bankruptcy"),
        ("disputed", "dispute"),
        ("lacks_capacity", "capacity"),
        ("death_in_family", "sensitive_occasion"),
        ("opted_out", "consent_revoked"),
        ("stop_keyword", "consent_revoked"),
        ("Debt-Respite Scheme", "moratorium"),
    ],
)
def test_a_stop_goes_by_many_names(name: str, kind: str) -> None:
    assert kind in kinds({name: True})
    assert kinds({name: False}) == kinds({name: "none"}) == set()


BEGAN, ENDED = date(2026, 10, 25), date(2026, 12, 23)


@pytest.mark.parametrize(
    ("flags", "stop"),
    [
        ({"breathing_space": {"start": "2026-10-25", "end": "2026-12-23"}}, (BEGAN, ENDED)),
        ({"breathing_space_start": "2026-10-25", "breathing_space_end": "2026-12-23"}, (BEGAN, ENDED)),
        ({"breathing_space_until": "2026-12-23"}, (None, ENDED)),
        ({"breathing_space": {"start": "some day"}}, (None, None)),
        ({"breathing_space": {"start": "2026-10-25", "lifted_utc": "2026-12-24T09:00:00Z"}}, (BEGAN, ENDED)),
    ],
)
def test_a_stop_holds_on_its_dates_and_without_end_where_they_cannot_be_read(
    flags: dict[str, Any], stop: tuple[date | None, date | None]
) -> None:
    assert read_flags(flags).stops == (Stop("moratorium", *stop),)


def test_a_crisis_lasts_as_long_as_its_treatment() -> None:
    crisis = {"mental_health_crisis": {"start": "2026-06-01", "treatment_ended": "2026-10-20"}}
    assert read_flags(crisis).stops == (Stop("crisis_moratorium", date(2026, 6, 1), date(2026, 10, 20)),)


@pytest.mark.parametrize(
    "flags",
    [
        {"dispute": {"received_utc": "2026-11-10T00:00:00Z", "verified": True}},
        {"dispute": {"status": "resolved"}},
        {"dispute": True, "verification_sent_utc": "2026-11-12T00:00:00Z"},
        {"attorney": {"consents": True}},
        {"attorney_represented": True, "attorney_unresponsive": True},
        {"moratorium": {"active": False}},
    ],
)
def test_what_is_plainly_over_stops_nothing(flags: dict[str, Any]) -> None:
    assert kinds(flags) == set()


@pytest.mark.parametrize(
    "flags",
    [
        {"dispute": {"verified": False}},
        {"dispute": {"verification_pending": True}},
        {"dispute": True, "verification_sent": "soon"},
        {"attorney": {"represented": True, "consents": False}},
    ],
)
def test_what_is_not_plainly_over_goes_on(flags: dict[str, Any]) -> None:
    assert kinds(flags) & {"dispute", "attorney"}


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"days": ["mon-fri"], "hours": "09:00-17:00"}, (WEEKDAYS[:5], "09:00-17:00")),
        ({"days": "weekends"}, (WEEKDAYS[5:], None)),
        ({"days": ["fri-mon"], "hours": "09:00-17:00"}, (("mon", "fri", "sat", "sun"), "09:00-17:00")),
        ("09:00-17:00", (WEEKDAYS, "09:00-17:00")),
        ("Friday", (("fri",), None)),
    ],
)
def test_times_that_do_not_suit(value: Any, expected: tuple[tuple[str, ...], str | None]) -> None:
    days, hours = expected
    span = Span.read(hours) if hours else WHOLE_DAY
    assert read_flags({"inconvenient": value}).inconvenient == (Inconvenient(days, span),)


def test_the_only_hours_that_suit_rule_out_all_others() -> None:
    closed = read_flags({"only_between": "18:00-20:00"}).inconvenient
    assert [str(time.hours) for time in closed] == ["00:00-18:00", "20:00-24:00"]


@pytest.mark.parametrize(
    "flags",
    [
        {"agreed_window": "after supper"},
        {"agreed_window": {"hours": "21:00-22:00", "until": "2026-11-01"}},
        {"agreed_times_maybe": "21:00-22:00"},
        {"consented_callback": {"given_utc": "2026-11-16T19:00:00Z"}},
        {"consented_callback": {"given_utc": "0001-01-01T00:00:00+14:00", "debt_id": "D1"}},
        {"holds": [{"reason": "hardship", "until_utc": "9999-12-31T23:00:00-12:00"}]},
        {"stops": [{"kind": "moratorium", "over_utc": "soon"}]},
        {"days_past_due": "many"},
        {"days_past_due": True},
        {"reopened_media": [{"channel": "sms"}]},
        {"inconvenient": {"days": ["someday"]}},
        {"inconvenient": {"reason": "shifts"}},
        {"gruntled": True},
    ],
)
def test_what_cannot_be_read_is_named_and_loosens_nothing(flags: dict[str, Any]) -> None:
    read = read_flags(flags)
    assert read.unread == tuple(flags)
    assert (read.agreed_windows, read.consented_callback, read.days_past_due, read.reopened_media) == (
        (),
        None,
        None,
        (),
    )


def test_one_flag_that_cannot_be_read_leaves_the_others() -> None:
    read = read_flags({"agreed_window": "after supper", "cease": True})
    assert (read.unread, {stop.kind for stop in read.stops}) == (("agreed_window",), {"cease"})
    with pytest.raises(FactsError, match="must be a mapping"):
        read_flags(["cease"])  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("flags", "media"),
    [
        ({"medium_refused": "sms"}, ("sms",)),
        ({"no_calls": True}, ("voice",)),
        ({"refused_media": {"email": "2026-11-01"}}, ("email",)),
        ({"do_not_use": ["texts", "letters"]}, ("mail", "sms")),
        ({"sms_opt_out": True}, ("sms",)),
    ],
)
def test_a_medium_is_refused_by_many_names(flags: dict[str, Any], media: tuple[str, ...]) -> None:
    assert read_flags(flags).refused_media == media


def test_what_a_flag_says_was_taken_back() -> None:
    assert taken_back({"sms_opt_out": True, "artificial_voice_consent_revoked": True}) == ("artificial_voice", "sms")
    assert taken_back({"sms_opt_out": False}) == ()
    assert kinds({"artificial_voice_consent_revoked": True}) == set()
    assert kinds({"consent_revoked": True}) == {"consent_revoked"}


def test_whoever_refuses_is_asked_no_more() -> None:
    third = read_flags({"contact_person_refused": True})
    assert (third.third_party_refused, third.stops) == (True, ())
    unclear = read_flags({"refused": True})
    assert (unclear.third_party_refused, {stop.kind for stop in unclear.stops}) == (True, {"cease"})


def test_a_medium_that_was_reopened_and_a_number_that_was_checked() -> None:
    at = "2026-11-20T16:00:00Z"
    read = read_flags({"reopened_media": [{"channel": "sms", "at_utc": at}], "reassigned_number_checked_utc": at})
    moment = datetime(2026, 11, 20, 16, tzinfo=UTC)
    assert (read.reopened_media[0].at, read.number_checked_at) == (moment, moment)
