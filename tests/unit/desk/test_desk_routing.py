from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.triggers import named
from desk.routing import _QUEUE_OF, QUEUES, route

WEDNESDAY = datetime(2026, 3, 4, 15, 0, tzinfo=UTC)
FRIDAY = datetime(2026, 3, 6, 15, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("trigger", "priority", "language", "queue"),
    [
        ("self_harm", "P0", "zh", "vulnerability"),
        ("fraud_identity_theft", "P0", "en", "fraud"),
        ("dispute_not_mine", "P1", "en", "disputes"),
        ("hardship_unemployment", "P2", "zh", "hardship"),
        ("ask_for_human_or_are_you_a_bot", "P2", "zh", "collections"),
        ("something_new", "P1", "zh", "collections"),
        ("dispute_not_mine", "P1", "vi", "languages"),
        ("self_harm", "P0", "vi", "vulnerability"),
    ],
)
def test_a_trigger_goes_to_the_people_who_can_answer_it(trigger: str, priority: str, language: str, queue: str) -> None:
    assert route(trigger, priority, language, WEDNESDAY).queue == queue


def test_urgent_cases_are_due_at_once_and_others_within_business_days() -> None:
    assert route("self_harm", "P0", "zh", FRIDAY).due_at == FRIDAY
    assert route("dispute_not_mine", "P1", "zh", WEDNESDAY).due_at == WEDNESDAY + timedelta(days=1)
    assert route("dispute_not_mine", "P1", "zh", FRIDAY).due_at == FRIDAY + timedelta(days=3)
    assert route("disaster", "P2", "zh", FRIDAY).due_at == FRIDAY + timedelta(days=5)


def test_an_unknown_priority_is_the_most_urgent() -> None:
    assert route("disaster", "whatever", "zh", FRIDAY).priority == "P0"


def test_a_time_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="zone"):
        route("disaster", "P2", "zh", datetime(2026, 3, 4, 15, 0))  # noqa: DTZ001


@given(st.text(max_size=20), st.text(max_size=3), st.text(max_size=3), st.integers(0, 10**6))
def test_no_case_is_ever_lost(trigger: str, priority: str, language: str, minutes: int) -> None:
    now = WEDNESDAY + timedelta(minutes=minutes)
    way = route(trigger, priority, language, now)
    assert way.queue in QUEUES
    assert way.due_at >= now


def test_the_table_names_known_queues_and_triggers_that_exist() -> None:
    ours = {"dispute", "cease", "hardship", "identity_failed", "dialogue_down", "record_failed"}
    assert set(_QUEUE_OF.values()) <= set(QUEUES)
    assert all(named(trigger).id == trigger for trigger in set(_QUEUE_OF) - ours)
