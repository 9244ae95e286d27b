"""Where days and hours begin, in zones that are awkward about it, and when a denial ends; to the microsecond."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from strategy.policy.clocks import Span, day_begins, moments_of_day, zone_of
from strategy.policy.decision import Allow, Decision, Deny
from strategy.policy.facts import (
    Action,
    Callback,
    ContactFacts,
    Content,
    Flags,
    HoldFact,
    Inconvenient,
    PastContact,
    Stop,
)
from strategy.policy.gate import decide
from strategy.policy.pack import Cap, Cooldown, DialMargin, Holidays, Pack, StopRule, ThirdParty, Window
from strategy.policy.packs import Packs

ONE = timedelta(microseconds=1)
NAIVE = datetime.fromisoformat("2026-11-20T17:00")
ALWAYS: dict[str, Any] = {"source": "a test", "confidence": "policy", "effective_from": date(2020, 1, 1)}
WEEK = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
HOUSE = Pack(id="HOUSE", name="House", version="1")
OPEN = Window(**ALWAYS, id="OPEN", days=WEEK, hours=Span.read("08:00-21:00"))
NIGHT = Window(**ALWAYS, id="NIGHT", days=("fri",), hours=Span.read("22:00-02:30"))
THREE_A_DAY = Cap(
    **ALWAYS,
    id="CAP",
    limit=3,
    per=("person",),
    counted_channels=("sms",),
    counted_outcomes=("delivered",),
    days=1,
)
MARGIN = DialMargin(**ALWAYS, id="MARGIN", minutes=10, channels=("sms",))
TEXT = ContactFacts(
    jurisdictions=("XX",),
    entity_role="first_party_bank",
    tz_candidates=("America/New_York",),
    action=Action("outbound_contact", "sms", "system", "mobile", "N1", "D1", "consumer", "unknown"),
    content=Content(opt_out_instructions=True),
)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def packs(house: Pack = HOUSE, **sections: Any) -> Packs:
    third = ThirdParty(**ALWAYS, id="3P", targets=(), agents=())
    law: dict[str, Any] = {"windows": (OPEN,), "third_parties": (third,)} | sections
    return Packs({"HOUSE": house, "XX": replace(Pack(id="XX", name="Nowhere", version="1"), **law)}, {})


def text_at(now: str | datetime, law: Packs, **changes: Any) -> Decision:
    return decide(replace(TEXT, **changes), law, utc(now) if isinstance(now, str) else now)


def codes(said: Decision) -> tuple[str, ...]:
    return () if isinstance(said, Allow) else said.codes


def sent(*times: str, **changes: Any) -> tuple[PastContact, ...]:
    values = {"channel": "sms", "direction": "outbound", "outcome": "delivered", "debt_id": "D1", "number_id": "N1"}
    return tuple(PastContact(at=utc(time), **values | changes) for time in times)


@pytest.mark.parametrize(
    ("zone", "day", "begins"),
    [
        ("America/New_York", "2026-03-08", "2026-03-08T05:00"),
        ("America/Phoenix", "2026-03-08", "2026-03-08T07:00"),
        ("Asia/Kathmandu", "2026-03-08", "2026-03-07T18:15"),
        ("Australia/Lord_Howe", "2026-04-05", "2026-04-04T13:00"),
        ("Australia/Lord_Howe", "2026-04-06", "2026-04-05T13:30"),
        ("America/Havana", "2026-03-08", "2026-03-08T05:00"),  # from 00:00 to 01:00 at once
        ("America/Havana", "2026-11-01", "2026-11-01T04:00"),  # 00:00 comes twice: the first time
        ("America/Santiago", "2026-04-05", "2026-04-05T04:00"),  # 23:00 comes twice, the day before
        ("Pacific/Apia", "2011-12-31", "2011-12-30T10:00"),  # a day without a date of its own
        ("Pacific/Apia", "2011-12-30", "2011-12-30T10:00"),
        ("America/Toronto", "1919-03-31", "1919-03-31T04:30"),  # the clocks went from 23:30 to 00:30
    ],
)
def test_a_day_begins_at_its_first_moment(zone: str, day: str, begins: str) -> None:
    assert day_begins(ZoneInfo(zone), date.fromisoformat(day)) == utc(begins)


@pytest.mark.parametrize(
    ("zone", "day", "moments"),
    [
        ("America/New_York", "2026-03-07", ["2026-03-07T05:00", "2026-03-07T06:30", "2026-03-07T07:30"]),
        # 02:30 is skipped, and the clocks are changed at 02:00.
        ("America/New_York", "2026-03-08", ["2026-03-08T05:00", "2026-03-08T06:30", "2026-03-08T07:00"]),
        # 01:30 comes twice, and the clocks are changed between.
        (
            "America/New_York",
            "2026-11-01",
            ["2026-11-01T04:00", "2026-11-01T05:30", "2026-11-01T06:00", "2026-11-01T06:30", "2026-11-01T07:30"],
        ),
    ],
)
def test_the_moments_of_a_day_are_found_in_both_positions_of_its_clocks(
    zone: str, day: str, moments: list[str]
) -> None:
    found = moments_of_day(ZoneInfo(zone), date.fromisoformat(day), (90, 150))
    assert set(found) >= {utc(moment) for moment in moments}
    assert list(found) == sorted(found)


@pytest.mark.parametrize(
    "name", ["", "Factory", "localtime", "posixrules", "right/UTC", "../UTC", "Mars/Olympus", "a\0b"]
)
def test_what_is_no_place_is_no_zone(name: str) -> None:
    assert zone_of(name) is None
    assert codes(text_at("2026-11-20T17:00", packs(), tz_candidates=(name,))) == ("TZ_UNKNOWN",)


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        ("2026-11-21T02:59:59.999999", ("OUTSIDE_CONTACT_WINDOW",)),
        ("2026-11-21T03:00", ()),  # Friday 22:00
        ("2026-11-21T07:29:59.999999", ()),  # Saturday 02:29
        ("2026-11-21T07:30", ("OUTSIDE_CONTACT_WINDOW",)),
        ("2026-11-20T06:00", ("OUTSIDE_CONTACT_WINDOW",)),  # Friday 01:00, which is Thursday's night
        ("2026-11-22T06:00", ("NON_CONTACT_DAY",)),  # Sunday 01:00
    ],
)
def test_a_window_past_midnight_belongs_to_the_day_on_which_it_opens(now: str, expected: tuple[str, ...]) -> None:
    assert codes(text_at(now, packs(windows=(NIGHT,)))) == expected


def test_in_a_night_that_skips_an_hour_a_window_closes_at_its_own_time() -> None:
    saturday = packs(windows=(replace(NIGHT, days=("sat",)),))
    assert codes(text_at("2026-03-08T06:59:59", saturday)) == ()  # 01:59:59 EST
    assert codes(text_at("2026-03-08T07:00", saturday)) == ("OUTSIDE_CONTACT_WINDOW",)  # 03:00 EDT


def test_of_two_zones_each_has_the_hours_of_its_own_date() -> None:
    old = replace(OPEN, effective_to=date(2026, 11, 19))
    new = replace(OPEN, hours=Span.read("01:00-02:00"), effective_from=date(2026, 11, 20))
    # Friday 01:30 in Tokyo, still Thursday 08:30 in Phoenix but 09:30 there would not help a Friday in New York.
    places = {"tz_candidates": ("Asia/Tokyo", "America/Los_Angeles")}
    assert codes(text_at("2026-11-19T16:30", packs(windows=(old, new)), **places)) == ()
    assert codes(text_at("2026-11-19T17:30", packs(windows=(old, new)), **places)) == ("OUTSIDE_CONTACT_WINDOW",)


def test_the_margin_of_any_pack_binds_all() -> None:
    law = packs(replace(HOUSE, dial_margins=(MARGIN,)))
    assert codes(text_at("2026-11-21T01:49:59.999999", law)) == ()
    assert codes(text_at("2026-11-21T01:50", law)) == ("OUTSIDE_CONTACT_WINDOW",)
    more = replace(HOUSE, id="YY", under="XX", dial_margins=(replace(MARGIN, minutes=20),))
    overlay = Packs({**law.by_id, "YY": more}, {})
    assert codes(text_at("2026-11-21T01:40", law)) == ()
    assert codes(text_at("2026-11-21T01:40", overlay, jurisdictions=("YY",))) == ("OUTSIDE_CONTACT_WINDOW",)


def test_a_sliding_cap_frees_itself_to_the_microsecond() -> None:
    law = packs(caps=(replace(THREE_A_DAY, days=None, hours=24),))
    three = {"history": sent("2026-11-19T15:00", "2026-11-19T16:00", "2026-11-19T17:00")}
    said = text_at("2026-11-20T14:59:59.999999", law, **three)
    assert codes(said) == ("FREQ_CAP",)
    assert isinstance(said, Deny)
    assert said.next_allowed_at == utc("2026-11-20T15:00")
    assert codes(text_at("2026-11-20T15:00", law, **three)) == ()
    # In the night on which clocks go back, 24 hours are 24 hours.
    autumn = {"history": sent("2026-10-31T15:00", "2026-10-31T15:00", "2026-10-31T15:00")}
    assert codes(text_at(utc("2026-11-01T15:00") - ONE, law, **autumn)) == ("FREQ_CAP",)
    at_home = utc("2026-11-01T15:00").astimezone(ZoneInfo("America/New_York"))
    assert codes(text_at(at_home, law, **autumn)) == ()
    assert codes(text_at(at_home - timedelta(hours=1), law, **autumn)) == ("FREQ_CAP",)


def test_a_daily_cap_frees_itself_when_the_day_is_over_in_every_zone() -> None:
    law = packs(windows=(replace(OPEN, hours=Span(0, 1440)),), caps=(THREE_A_DAY,))
    three = sent("2026-11-20T05:30", "2026-11-20T06:30", "2026-11-20T07:30")  # 00:30 to 02:30 in New York
    here = text_at("2026-11-20T12:00", law, history=three)
    assert isinstance(here, Deny)
    assert here.next_allowed_at == utc("2026-11-21T05:00")
    both = text_at("2026-11-20T12:00", law, history=three, tz_candidates=("America/New_York", "America/Denver"))
    assert isinstance(both, Deny)
    # In Denver one of them was on the 19th and two on the 20th, so New York alone decides.
    assert both.next_allowed_at == utc("2026-11-21T05:00")
    west = text_at("2026-11-20T12:00", law, history=three, tz_candidates=("America/New_York", "Asia/Tokyo"))
    assert isinstance(west, Deny)
    assert west.next_allowed_at == utc("2026-11-21T05:00")


def test_an_hour_that_comes_twice_has_two_openings() -> None:
    law = packs(windows=(replace(OPEN, hours=Span.read("01:30-02:00")),))
    for now, opens in [("2026-11-01T05:00", "2026-11-01T05:30"), ("2026-11-01T06:00", "2026-11-01T06:30")]:
        said = text_at(now, law)
        assert isinstance(said, Deny)
        assert said.next_allowed_at == utc(opens)


def test_a_window_in_a_skipped_hour_opens_the_next_day() -> None:
    said = text_at("2026-03-08T06:00", packs(windows=(replace(OPEN, hours=Span.read("02:10-02:50")),)))
    assert isinstance(said, Deny)
    assert said.next_allowed_at == utc("2026-03-09T06:10")


def test_waiting_goes_over_what_is_known_to_end_however_far_it_is() -> None:
    stops = (StopRule(**ALWAYS, id="STOP", kind="moratorium", code="MORATORIUM_ACTIVE"),)
    law = packs(stops=stops)
    sixty = Flags(stops=(Stop("moratorium", date(2026, 11, 1), date(2027, 3, 1)),))
    said = text_at("2026-11-20T17:00", law, flags=sixty)
    assert isinstance(said, Deny)
    assert said.next_allowed_at == utc("2027-03-02T13:00")
    for end in (None, date.max):
        endless = text_at("2026-11-20T17:00", law, flags=Flags(stops=(Stop("moratorium", None, end),)))
        assert (codes(endless), endless.next_allowed_at) == (("MORATORIUM_ACTIVE",), None)  # type: ignore[union-attr]


def test_what_is_recorded_with_an_end_binds_before_it_and_says_when_it_is_over() -> None:
    stops = (StopRule(**ALWAYS, id="STOP", kind="moratorium", code="MORATORIUM_ACTIVE"),)
    law, ends = packs(stops=stops), utc("2026-12-20T14:30")
    held = Flags(holds=(HoldFact("hardship", "all", ends),))
    stopped = Flags(stops=(Stop("moratorium", over_at=ends),))
    both = Flags(holds=held.holds, stops=(Stop("moratorium", None, date(2026, 12, 23), over_at=ends),))
    for flags, code in ((held, "HOLD_ACTIVE"), (stopped, "MORATORIUM_ACTIVE")):
        said = text_at("2026-11-20T17:00", law, flags=flags)
        assert isinstance(said, Deny)
        assert (said.codes, said.next_allowed_at) == ((code,), ends)
        assert codes(text_at(ends - timedelta(microseconds=1), law, flags=flags)) == (code,)
        assert codes(text_at(ends, law, flags=flags)) == ()
    either = text_at("2026-11-20T17:00", law, flags=both)
    assert isinstance(either, Deny)
    assert either.next_allowed_at == ends
    endless = text_at("2026-11-20T17:00", law, flags=replace(both, holds=(*held.holds, HoldFact("complaint", "all"))))
    far = text_at("2026-11-20T17:00", law, flags=Flags(holds=(HoldFact("x", "all", datetime.max.replace(tzinfo=UTC)),)))
    for never in (endless, far):
        assert isinstance(never, Deny)
        assert never.next_allowed_at is None


def test_the_last_day_of_known_holidays_is_still_known() -> None:
    known = Holidays(
        **ALWAYS,
        id="HOLIDAYS",
        country="XX",
        categories=("public",),
        first_year=2026,
        verified_through=date(2026, 11, 20),
    )
    assert codes(text_at("2026-11-20T17:00", packs(holidays=(known,)))) == ()
    assert codes(text_at("2026-11-21T17:00", packs(holidays=(known,)))) == ("HOLIDAY_DATA_MISSING",)
    assert codes(text_at("2026-11-20T17:00", packs(holidays=(replace(known, first_year=2027),)))) == (
        "HOLIDAY_DATA_MISSING",
    )


def test_the_night_before_a_window_came_into_force_is_no_part_of_it() -> None:
    nightly = replace(NIGHT, days=WEEK, effective_from=date(2026, 11, 20))
    assert codes(text_at("2026-11-20T06:00", packs(windows=(nightly,)))) != ()  # Friday 01:00: Thursday's night
    assert codes(text_at("2026-11-21T06:00", packs(windows=(nightly,)))) == ()


def test_around_midnight_a_new_cap_binds_where_it_is_tomorrow_already_for_all() -> None:
    tomorrow = replace(THREE_A_DAY, hours=48, days=None, effective_from=date(2026, 11, 21))
    law = packs(windows=(replace(OPEN, hours=Span(0, 1440)),), caps=(tomorrow,))
    full = sent("2026-11-20T15:00", "2026-11-20T15:01", "2026-11-20T15:02")
    both = {"tz_candidates": ("Asia/Tokyo", "America/Los_Angeles")}
    assert codes(text_at("2026-11-20T17:00", law, history=full, **both)) == ("FREQ_CAP",)
    assert codes(text_at("2026-11-20T17:00", law, history=full, tz_candidates=("America/Los_Angeles",))) == ()


def test_one_contact_that_lies_ahead_spoils_the_whole_history() -> None:
    ahead = sent("2026-11-01T15:00", "2026-11-20T17:01", "2026-11-02T15:00")
    assert codes(text_at("2026-11-20T17:00", packs(), history=ahead)) == ("HISTORY_INVALID",)


def test_waiting_stops_where_the_law_changes_before() -> None:
    cap = replace(THREE_A_DAY, limit=1, days=20, effective_to=date(2026, 11, 24))
    said = text_at("2026-11-20T17:00", packs(caps=(cap,)), history=sent("2026-11-20T15:00"))
    assert isinstance(said, Deny)
    assert said.next_allowed_at == utc("2026-11-25T13:00")


def test_a_wait_of_seven_days_has_the_day_of_the_talk_as_its_first() -> None:
    wait = Cooldown(**ALWAYS, id="WAIT", days=7, channels=("sms", "voice"))
    talk = sent("2026-11-13T18:00", channel="voice", direction="inbound", outcome="conversation")
    assert codes(text_at("2026-11-19T17:00", packs(cooldowns=(wait,)), history=talk)) == ("CONVERSATION_COOLDOWN",)
    said = text_at("2026-11-14T17:00", packs(cooldowns=(wait,)), history=talk)
    assert isinstance(said, Deny)
    assert said.next_allowed_at == utc("2026-11-20T13:00")


def test_a_time_that_does_not_suit_past_midnight_covers_the_night_of_either_day() -> None:
    law = packs(windows=(replace(OPEN, hours=Span(0, 1440)),))
    nights = {"flags": Flags(inconvenient=(Inconvenient(("fri",), Span.read("20:00-10:00")),))}
    for now in ("2026-11-20T14:59", "2026-11-21T01:00", "2026-11-21T14:59"):  # Friday 09:59, 20:00, Saturday 09:59
        assert codes(text_at(now, law, **nights)) == ("KNOWN_INCONVENIENT_TIME",)
    for now in ("2026-11-20T15:00", "2026-11-21T00:59", "2026-11-21T15:00", "2026-11-22T02:00"):
        assert codes(text_at(now, law, **nights)) == ()


def test_however_long_the_history_few_questions_lead_to_the_next_time(monkeypatch: pytest.MonkeyPatch) -> None:
    from strategy.policy import gate

    asked = []

    def counted(*args: Any) -> Any:
        asked.append(args)
        return ask(*args)

    ask = gate._ask
    monkeypatch.setattr(gate, "_ask", counted)
    month = replace(THREE_A_DAY, days=30)
    hourly = replace(THREE_A_DAY, id="HOURS", days=None, hours=200)
    times = [f"{utc('2026-11-20T16:00') - timedelta(minutes=20 * number):%Y-%m-%dT%H:%M}" for number in range(1_000)]
    said = text_at("2026-11-20T17:00", packs(caps=(month, hourly)), history=sent(*times))
    assert isinstance(said, Deny)
    assert said.next_allowed_at == utc("2026-12-20T13:00")
    assert len(asked) <= 4


@pytest.mark.parametrize("now", [NAIVE, datetime(1, 1, 1, tzinfo=UTC), datetime.max.replace(tzinfo=UTC)])
def test_a_time_that_is_none_of_our_age_or_has_no_zone_is_refused(now: datetime) -> None:
    with pytest.raises(ValueError, match="our age"):
        text_at(now, packs())


def test_a_moment_without_a_zone_is_no_fact() -> None:
    with pytest.raises(ValueError, match="zone"):
        PastContact(NAIVE, "sms", "outbound", "delivered", "D1", "N1")
    with pytest.raises(ValueError, match="zone"):
        Callback(NAIVE, "D1")
