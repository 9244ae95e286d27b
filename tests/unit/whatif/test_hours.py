"""When the day's contacts fall, for debtors in other zones than the house."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from strategy.plan import PlanFacts, Planned, next_contact
from strategy.settings import StrategySettings
from strategy.whatif.hours import by_hour, next_working_day, slices_of

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


def test_load_is_counted_where_the_plan_would_put_it():
    zones = [("Asia/Taipei",), ("Europe/London",), ()]
    slices = [slices_of(each, THURSDAY, UTC_CLOCK) for each in zones]
    load = by_hour(slices, np.array([[900.0, 90.0], [0.0, 45.0], [70.0, 70.0]]))
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
