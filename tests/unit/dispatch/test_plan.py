"""Planning: spread over local business hours, by cadence, in turn over channels."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from strategy.plan import Contacted, Denied, NotPlanned, PlanFacts, Planned, next_contact
from strategy.treatments import DEFAULT_TREATMENTS

REMIND = DEFAULT_TREATMENTS["remind"]  # chat, then voice; 5 days between contacts
NOW = datetime(2026, 11, 20, 0, 30, tzinfo=UTC)  # Friday 08:30 in Shanghai
FACTS = PlanFacts("A1", ("Asia/Shanghai",))


def planned(facts: PlanFacts = FACTS, now: datetime = NOW) -> Planned:
    found = next_contact(REMIND, facts, now)
    assert isinstance(found, Planned)
    return found


def shanghai(found: Planned) -> datetime:
    return found.slot.astimezone(ZoneInfo("Asia/Shanghai"))


def test_many_accounts_are_spread_evenly_over_the_business_day() -> None:
    slots = [shanghai(planned(replace(FACTS, account_id=f"A{n}"))) for n in range(900)]
    assert {slot.date() for slot in slots} == {date(2026, 11, 20)}
    by_hour = Counter(slot.hour for slot in slots)
    assert set(by_hour) == set(range(9, 18))
    assert min(by_hour.values()) > 60


def test_the_same_account_on_the_same_day_gets_the_same_minute() -> None:
    assert planned() == planned(now=NOW + timedelta(minutes=29))


def test_what_is_left_of_a_day_is_used_and_a_weekend_is_not() -> None:
    afternoon = planned(now=datetime(2026, 11, 20, 9, 0, 30, tzinfo=UTC))
    assert "17:00" < f"{shanghai(afternoon):%H:%M}" < "18:00"
    evening = planned(now=datetime(2026, 11, 20, 10, 0, tzinfo=UTC))
    assert shanghai(evening).date() == date(2026, 11, 23)


def test_a_slot_suits_every_zone_the_debtor_may_be_in() -> None:
    coasts = PlanFacts("A1", ("America/New_York", "America/Los_Angeles"))
    for n in range(50):
        slot = planned(replace(coasts, account_id=f"A{n}")).slot
        assert all(9 <= slot.astimezone(ZoneInfo(zone)).hour < 18 for zone in coasts.zones)
    apart = PlanFacts("A1", ("America/New_York", "Asia/Shanghai"))
    assert isinstance(next_contact(REMIND, apart, NOW), NotPlanned)


def test_the_cadence_is_kept_in_local_days() -> None:
    last = Contacted(datetime(2026, 11, 18, 2, 0, tzinfo=UTC), "chat", "conversation")
    found = planned(replace(FACTS, contacted=(last,)))
    assert shanghai(found).date() == date(2026, 11, 23)
    assert "5 days between contacts" in found.why


def test_a_contact_without_a_talk_moves_on_to_the_next_channel() -> None:
    unheard = Contacted(NOW - timedelta(days=9), "chat", "delivered")
    heard = Contacted(NOW - timedelta(days=8), "voice", "conversation")
    assert planned().channel == "chat"
    assert planned(replace(FACTS, contacted=(unheard,))).channel == "voice"
    assert planned(replace(FACTS, contacted=(unheard, heard))).channel == "chat"


def test_nobody_is_reminded_of_a_promise_that_is_not_yet_due() -> None:
    found = planned(replace(FACTS, promise_due=date(2026, 11, 25)))
    assert shanghai(found).date() == date(2026, 11, 26)


def test_a_denial_moves_the_contact_or_the_channel() -> None:
    later = Denied(NOW, "chat", datetime(2026, 11, 20, 6, 0, tzinfo=UTC))
    never = Denied(NOW, "chat", None)
    assert planned(replace(FACTS, denied=(later,))).slot >= datetime(2026, 11, 20, 6, 0, tzinfo=UTC)
    assert planned(replace(FACTS, denied=(never,))).channel == "voice"
    both = replace(FACTS, denied=(never, replace(never, channel="voice")))
    assert isinstance(next_contact(REMIND, both, NOW), NotPlanned)
    assert isinstance(next_contact(REMIND, both, NOW + timedelta(hours=25)), Planned)


def test_who_gets_no_planned_contact() -> None:
    assert isinstance(next_contact(DEFAULT_TREATMENTS["people"], FACTS, NOW), NotPlanned)
    assert isinstance(next_contact(REMIND, replace(FACTS, zones=()), NOW), NotPlanned)
    assert isinstance(next_contact(REMIND, replace(FACTS, waiting=True), NOW), NotPlanned)


def test_nothing_is_planned_on_a_channel_that_nothing_carries() -> None:
    persuade = DEFAULT_TREATMENTS["persuade"]  # voice, then chat
    found = next_contact(persuade, FACTS, NOW, frozenset({"chat"}))
    assert isinstance(found, Planned)
    assert found.channel == "chat"
    assert isinstance(next_contact(persuade, FACTS, NOW, frozenset()), NotPlanned)
