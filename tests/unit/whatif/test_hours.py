"""When the day's contacts fall, for debtors in other zones than the house."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from strategy.pacing import Hours
from strategy.plan import PlanFacts, Planned, next_contact
from strategy.settings import StrategySettings
from strategy.whatif.hours import by_hour, next_working_day, shares_within, slices_of

SHANGHAI, UTC_CLOCK = ZoneInfo("Asia/Shanghai"), ZoneInfo("UTC")
THURSDAY = date(2026, 3, 5)


def test_a_day_of_contacts_is_spread_over_the_debtors_business_hours():
    day = slices_of(("Asia/Taipei",), THURSDAY, SHANGHAI)
    assert [each.hour for each in day] == list(range(9, 18))
    assert [each.share for each in day] == pytest.approx([1 / 9] * 9)
    assert day[0].middle == datetime(2026, 3, 5, 1, 30, tzinfo=UTC)


def test_zones_half_an_hour_off_share_an_hour():
    day = slices_of(("Asia/Kolkata",), THURSDAY, SHANGHAI)
    assert [(each.hour, round(each.share * 18)) for each in day] == [
        (11, 1),
        *((hour, 2) for hour in range(12, 20)),
        (20, 1),
    ]
    assert sum(each.share for each in day) == pytest.approx(1)


def test_of_two_zones_only_the_hours_count_that_suit_both():
    day = slices_of(("America/New_York", "America/Los_Angeles"), THURSDAY, ZoneInfo("America/New_York"))
    assert [each.hour for each in day] == list(range(12, 18))
    assert slices_of(("America/New_York", "Asia/Shanghai"), THURSDAY, UTC_CLOCK) == ()
    assert slices_of((), THURSDAY, UTC_CLOCK) == slices_of(("Mars/Olympus",), THURSDAY, UTC_CLOCK) == ()
    assert slices_of(("Asia/Taipei",), date(2026, 3, 7), UTC_CLOCK) == ()


def test_the_next_working_day_is_no_weekend():
    assert next_working_day(THURSDAY) == date(2026, 3, 6)
    assert next_working_day(date(2026, 3, 6)) == date(2026, 3, 9)


def test_a_treatment_with_hours_of_its_own_fills_no_other_hour():
    zones = [("Asia/Kolkata",), ("Europe/London",), ()]
    slices = [slices_of(each, THURSDAY, UTC_CLOCK) for each in zones]
    hours = Hours(time(10), time(12, 30), ("mon",))  # not on this Thursday, but on the day that stands for all
    load = by_hour(slices, zones, np.array([[50.0], [25.0], [70.0]]), hours)[:, 0]
    assert load.sum() == pytest.approx(75)
    # 10:00 to 12:30 in Kolkata is 4:30 to 7:00 on the clock; in London it is 10:00 to 12:30.
    assert {hour: round(load[hour], 6) for hour in np.flatnonzero(load)} == {4: 10, 5: 20, 6: 20, 10: 10, 11: 10, 12: 5}


def test_hours_that_do_not_meet_in_all_zones_leave_no_share():
    zones = ("America/New_York", "America/Los_Angeles")
    slices = slices_of(zones, THURSDAY, UTC_CLOCK)
    assert sum(shares_within(slices, zones, None)) == pytest.approx(1)
    assert sum(shares_within(slices, zones, Hours(time(9), time(14)))) == pytest.approx(1)
    assert set(shares_within(slices, zones, Hours(time(9), time(11)))) == {0.0}


def test_load_with_own_hours_is_counted_where_the_plan_would_put_it():
    zones, hours = [("Asia/Kolkata",)], Hours(time(14), time(16))
    slices = [slices_of(zones[0], THURSDAY, UTC_CLOCK)]
    load = by_hour(slices, zones, np.array([[600.0]]), hours)[:, 0]
    treatment = replace(StrategySettings().treatments["remind"], hours=hours)
    planned = np.zeros(24)
    for number in range(600):
        facts = PlanFacts(f"account-{number}", zones[0])
        found = next_contact(treatment, facts, datetime(2026, 3, 4, 16, 0, tzinfo=UTC))
        assert isinstance(found, Planned)
        planned[found.slot.hour] += 1
    assert abs(planned - load).max() < 40


def test_load_is_counted_where_the_plan_would_put_it():
    zones = [("Asia/Taipei",), ("Europe/London",), ()]
    slices = [slices_of(each, THURSDAY, UTC_CLOCK) for each in zones]
    load = by_hour(slices, zones, np.array([[900.0, 90.0], [0.0, 45.0], [70.0, 70.0]]))
    assert load.shape == (24, 2)
    assert load[:, 0].sum() == pytest.approx(900)
    assert load[1, 0] == pytest.approx(100)
    assert load[10:18, 1] == pytest.approx([5] * 8)
    planned = np.zeros(24)
    early = datetime(2026, 3, 4, 16, 0, tzinfo=UTC)
    for number in range(900):
        found = next_contact(
            StrategySettings().treatments["remind"], PlanFacts(f"account-{number}", ("Asia/Taipei",)), early
        )
        assert isinstance(found, Planned)
        planned[found.slot.hour] += 1
    assert abs(planned - load[:, 0]).max() < 40
