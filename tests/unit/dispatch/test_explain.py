"""Why one account is or is not contacted today: the answer, its grounds, and that every one of them is named."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest

from app.explaining import explanation_lines
from strategy.dispatch.explain import Asked, ExplainFacts, Held, Past, Waiting, explain
from strategy.pacing import Hours
from strategy.plan import Contacted, NotPlanned, PlanFacts, Planned
from strategy.policy.decision import Allow, Deny, Reason
from strategy.treatments import DEFAULT_TREATMENTS

NOW = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)  # Friday 10:00 in Shanghai
SOON = NOW + timedelta(hours=3)
ZONES = ("Asia/Shanghai",)
ALLOWED = Asked("chat", Allow(("cn@1",)))
REASONS = (Reason("FREQ_CAP", "CN", "daily-cap"), Reason("HOLD_ACTIVE", "HOUSE", "hold"))
DENIED = Asked("voice", Deny(REASONS, SOON, ("cn@1",)))
FACTS = ExplainFacts(
    account="A-1",
    now=NOW,
    open=True,
    tier="remind",
    treatment="remind",
    arm="champion",
    given=DEFAULT_TREATMENTS["remind"],
    plan=PlanFacts("id-1", ZONES),
    would_plan=Planned(SOON, "chat", "bot", ()),
    asked=(ALLOWED,),
)


def codes(facts: ExplainFacts) -> list[str]:
    return [each.code for each in explain(facts).said]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"open": False}, "not_open"),
        ({"given": None, "tier": ""}, "no_tier"),
        ({"data_broken": True}, "data_broken"),
        ({"arm": "hold_out"}, "hold_out"),
        ({"given": DEFAULT_TREATMENTS["people"]}, "people"),
        ({"day_full": 40}, "day_full"),
        ({"would_plan": NotPlanned("denied")}, "never_denied"),
        ({"would_plan": NotPlanned("zone"), "plan": PlanFacts("id-1", ())}, "never_zone"),
    ],
)
def test_who_is_not_contacted_and_why(changes: dict[str, object], code: str) -> None:
    found = explain(replace(FACTS, **changes))
    assert (found.answer, found.today, found.next_at, found.said[0].code) == ("no", False, None, code)


def test_a_planned_contact_of_today_is_the_answer() -> None:
    found = explain(replace(FACTS, waiting=Waiting(SOON, "chat")))
    assert (found.answer, found.today, found.next_at, found.next_channel) == ("planned", True, SOON, "chat")
    assert found.said[0].code == "planned_today"
    tomorrow = SOON + timedelta(hours=12)  # 01:00 in Shanghai
    assert explain(replace(FACTS, waiting=Waiting(tomorrow, "chat"))).said[0].code == "planned"
    assert not explain(replace(FACTS, waiting=Waiting(tomorrow, "chat"))).today
    assert explain(replace(FACTS, waiting=Waiting(NOW, "chat"))).said[0].code == "overdue"


def test_without_a_plan_it_says_what_planning_would_choose() -> None:
    assert (explain(FACTS).answer, explain(FACTS).today, codes(FACTS)[0]) == ("expected", True, "expected_soon")
    later = replace(FACTS, would_plan=Planned(NOW + timedelta(days=3), "chat", "bot", ()))
    assert (explain(later).today, codes(later)[0]) == (False, "expected")


@pytest.mark.parametrize("state", ["paused", "draining"])
def test_a_paused_contact_waits_and_says_who_paused_it(state: str) -> None:
    paused = replace(ALLOWED, not_now=state, scope="channel:chat", by="Anna", since=NOW, why="by_hand")
    found = explain(replace(FACTS, waiting=Waiting(SOON, "chat"), asked=(paused,)))
    assert (found.answer, found.today, found.said[0].code) == ("waits", False, "waits")
    assert f"is_{state}" in [each.code for each in found.said]
    assert any("Anna" in line and "by hand" in line for line in explanation_lines(found, "en"))


@pytest.mark.parametrize("state", ["paused", "draining"])
def test_what_is_paused_today_is_not_promised_for_today(state: str) -> None:
    paused = replace(ALLOWED, not_now=state, scope="all", by="Anna", since=NOW, why="by_hand")
    today = explain(replace(FACTS, asked=(paused, replace(paused, channel="voice"))))
    assert (today.answer, today.today, today.said[0].code) == ("waits", False, "waits")
    assert [each.code for each in today.said].count(f"is_{state}") == 1  # one switch, told once
    until = Deny(REASONS, NOW + timedelta(days=60), ("cn@1",))
    denied = explain(replace(FACTS, waiting=Waiting(SOON, "chat"), asked=(replace(paused, said=until),)))
    assert (denied.today, denied.said[0].code) == (False, "gate_delays")
    later = replace(FACTS, would_plan=Planned(NOW + timedelta(days=3), "chat", "bot", ()), asked=(paused,))
    assert (explain(later).answer, explain(later).said[0].code) == ("expected", "expected")


def test_a_slot_missed_by_half_a_day_is_not_waited_for() -> None:
    missed = replace(FACTS, waiting=Waiting(NOW - timedelta(hours=12, minutes=1), "chat"))
    assert (explain(missed).today, explain(missed).next_at, codes(missed)[0]) == (False, SOON, "missed")
    assert codes(replace(FACTS, waiting=Waiting(NOW - timedelta(hours=12), "chat")))[0] == "overdue"


def test_the_time_is_told_where_the_debtor_is_unless_it_is_ours() -> None:
    chicago = replace(FACTS, plan=PlanFacts("id-1", ("America/Chicago",)))
    assert "Where the debtor is (America/Chicago), that is 11-19 23:00." in explanation_lines(explain(chicago), "en")
    assert "客户当地（America/Chicago）是 11-19 23:00。" in explanation_lines(explain(chicago), "zh")
    assert not any("America" in each or "Where" in each for each in explanation_lines(explain(FACTS), "en"))


def test_a_channel_that_nothing_carries_is_not_said_to_be_allowed() -> None:
    asked = replace(FACTS, asked=(ALLOWED, replace(DENIED, carried=False)))
    assert codes(asked).count("not_carried") == 1
    assert "gate_denies" not in codes(asked)


def test_every_reason_of_the_gate_is_told_with_its_clause_and_its_end() -> None:
    found = explain(replace(FACTS, asked=(ALLOWED, DENIED)))
    lines = explanation_lines(found, "en")
    assert "chat: the gate would allow it now." in lines
    assert "call: the gate denies it now, contact limit reached (CN, daily-cap)." in lines
    assert "call: the gate denies it now, a hold is in force (HOUSE, hold)." in lines
    assert "call: the gate would allow it from 11-20 13:00." in lines
    never = replace(DENIED, said=replace(DENIED.said, next_allowed_at=None))
    assert "gate_never" in codes(replace(FACTS, asked=(never,)))


def test_what_the_gate_denies_already_is_not_promised() -> None:
    def by_chat(next_at: datetime | None) -> ExplainFacts:
        return replace(FACTS, waiting=Waiting(SOON, "chat"), asked=(Asked("chat", Deny(REASONS, next_at, ())),))

    in_time, too_late, never = (explain(by_chat(at)) for at in (SOON, SOON + timedelta(days=1), None))
    assert (in_time.answer, in_time.today, in_time.next_at) == ("planned", True, SOON)
    assert (too_late.said[0].code, too_late.today, too_late.next_at) == ("gate_delays", False, SOON + timedelta(days=1))
    assert (never.answer, never.said[0].code, never.next_at) == ("no", "gate_stops", None)


def test_what_else_keeps_it_from_an_earlier_day_is_told() -> None:
    plan = PlanFacts("id-1", ZONES, contacted=(Contacted(NOW - timedelta(days=2), "chat", "delivered"),))
    facts = replace(
        FACTS,
        plan=replace(plan, promise_due=date(2026, 11, 25)),
        given=replace(DEFAULT_TREATMENTS["remind"], hours=Hours(time(10), time(12), ("mon",))),
        asked=(replace(ALLOWED, not_now="outside_hours"),),
        holds=(Held("dispute", "debt", NOW, None), Held("hardship", "person", NOW, SOON)),
        attempts=(Past(NOW - timedelta(days=2), "chat", "delivered"),),
        denials=(Past(NOW - timedelta(days=3), "voice", codes=("FREQ_CAP", "HOLD_ACTIVE")),),
    )
    assert codes(facts) == [
        "expected_soon",
        "there",
        "placed",
        "hours",
        "cadence",
        "promise",
        "gate_allows",
        "now_outside_hours",
        "held",
        "held_until",
        "attempt",
        "denial",
    ]
    english, chinese = explanation_lines(explain(facts), "en"), explanation_lines(explain(facts), "zh")
    assert "At least 5 days lie between contacts: none before 2026-11-23." in english
    assert "This treatment contacts from 10:00 to 12:00 local time, on Mon." in english
    assert "11-17 10:00: call denied, contact limit reached, a hold is in force." in english
    assert "承诺在 2026-11-25 前还款：到期之前不提醒。" in chinese
    assert not any("{" in line or "_" in line for line in (*english, *chinese))


def test_a_cadence_that_is_over_is_not_told() -> None:
    plan = PlanFacts("id-1", ZONES, contacted=(Contacted(NOW - timedelta(days=9), "chat", "delivered"),))
    assert "cadence" not in codes(replace(FACTS, plan=plan))
