"""The quiet breaker: what it stops, what it leaves alone, and that a person's word counts."""

from datetime import UTC, datetime, timedelta

import pytest

from strategy.dispatch.breaker import Counts, Seen, judge, tripped
from strategy.pacing import Breaker

NOW = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
LIMITS = Breaker(window_minutes=60, failure_rate=0.5, least_failures=4, complaint_rate=0.1, least_complaints=2)


def contacts(
    number: int, failed: int = 0, complained: int = 0, *, treatment: str = "remind", ago: int = 5
) -> list[Seen]:
    at = NOW - timedelta(minutes=ago)
    return [Seen(at, "chat", treatment, n < failed, n < complained) for n in range(number)]


def stopped(
    seen: list[Seen], switches: dict[str, str] | None = None, resumed: dict[str, datetime] | None = None
) -> dict[str, str]:
    return {each.scope: each.why for each in tripped(seen, switches or {}, resumed or {}, LIMITS, NOW)}


@pytest.mark.parametrize(
    ("counts", "why"),
    [
        (Counts(), None),
        (Counts(8, 4), "failures"),
        (Counts(9, 4), None),
        (Counts(3, 3), None),
        (Counts(20, 0, 2), "complaints"),
        (Counts(21, 0, 2), None),
        (Counts(5, 0, 1), None),
        (Counts(0, 0, 2), "complaints"),
        (Counts(8, 8, 8), "complaints"),
    ],
)
def test_it_takes_both_a_number_and_a_rate(counts: Counts, why: str | None):
    assert judge(counts, LIMITS) == why


def test_a_resume_from_the_future_does_not_blind_it():
    """A clock ran ahead when somebody resumed; the failures since then count all the same."""
    ahead = {"campaign:remind/chat": NOW + timedelta(days=400)}
    assert stopped(contacts(8, failed=8), resumed=ahead) == {"campaign:remind/chat": "failures"}
    assert stopped(contacts(8, failed=8), resumed={"campaign:remind/chat": NOW}) == {}


def test_a_campaign_that_fails_stops_alone():
    assert stopped(contacts(8, failed=4) + contacts(8, treatment="persuade")) == {"campaign:remind/chat": "failures"}


def test_a_channel_stops_when_many_campaigns_fail_a_little():
    seen = [each for tier in ("self_cure", "remind", "persuade") for each in contacts(3, failed=2, treatment=tier)]
    assert stopped(seen) == {"channel:chat": "failures"}


def test_a_channel_is_not_judged_by_campaigns_that_are_stopped():
    seen = contacts(8, failed=8) + contacts(3, failed=3, treatment="persuade")
    assert stopped(seen) == {"campaign:remind/chat": "failures"}
    assert stopped(seen, {"campaign:remind/chat": "paused"}) == {}


@pytest.mark.parametrize("scope", ["all", "channel:chat", "campaign:remind/chat"])
@pytest.mark.parametrize("state", ["paused", "draining"])
def test_what_is_stopped_already_is_left_as_it_is(scope: str, state: str):
    assert stopped(contacts(8, failed=8), {scope: state}) == {}


def test_what_was_before_the_window_or_before_a_person_resumed_does_not_count():
    assert stopped(contacts(8, failed=8, ago=61)) == {}
    looked = {"campaign:remind/chat": NOW - timedelta(minutes=5)}
    assert stopped(contacts(8, failed=8), resumed=looked) == {}
    assert stopped(contacts(8, failed=8), resumed={"all": NOW}) == {}
    assert stopped(contacts(8, failed=8, ago=4), resumed=looked)
    assert stopped(contacts(8, failed=8), resumed={"campaign:persuade/chat": NOW})


def test_complaints_about_earlier_contacts_count_without_any_new_contact():
    late = [Seen(NOW, "chat", "remind", complained=True, contacted=False)] * 2
    assert stopped(late) == {"campaign:remind/chat": "complaints"}
    of_nobody = [Seen(NOW, "chat", "", complained=True, contacted=False)] * 2
    assert stopped(of_nobody) == {"channel:chat": "complaints"}


def test_what_it_saw_is_told_in_figures():
    (found,) = tripped(contacts(8, failed=4), {}, {}, LIMITS, NOW)
    assert found.figures(LIMITS) == {"contacts": 8, "failures": 4, "complaints": 0, "window_minutes": 60}
