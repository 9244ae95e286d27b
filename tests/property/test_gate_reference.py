"""The gate beside a naive one: every clause asked on every day and contact, by the words that define it.

The naive gate is slow and shares no step with ours: no clause is sorted out beforehand, days are counted as dates
instead of found as moments, and a window is a pair of times on the wall.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st
from situations import made_up_packs, made_up_stacks, situations

from strategy.policy.clocks import WEEKDAYS, Span
from strategy.policy.decision import Allow, Deny
from strategy.policy.facts import ContactFacts
from strategy.policy.gate import decide
from strategy.policy.pack import Cap, Clause, Pack, Window
from strategy.policy.packs import Packs

COMPARED = {
    "CONVERSATION_COOLDOWN",
    "FREQ_CAP",
    "HOLIDAY_DATA_MISSING",
    "HOLIDAY_NO_CONTACT",
    "NON_CONTACT_DAY",
    "OUTSIDE_CONTACT_WINDOW",
    "POLICY_UNREADABLE",
}
Objection = tuple[str, str]
"""(code, pack)"""


def naive(facts: ContactFacts, packs: Packs, now: datetime) -> set[Objection]:
    stack = [packs.by_id["HOUSE"]]
    for name in facts.jurisdictions:
        stack += [packs.by_id[each] for each in (name, packs.by_id[name].under) if each]
    walls = [now.astimezone(ZoneInfo(zone)) for zone in facts.tz_candidates]
    found = set()
    for pack in stack:
        for wall in walls:
            found |= {(code, pack.id) for code in by_time(facts, pack, stack, wall, walls)}
        found |= {(code, pack.id) for code in by_number(facts, pack, now, walls)}
    return found


def in_force(clause: Clause, walls: list[datetime]) -> bool:
    return any(
        clause.effective_from <= wall.date() and (clause.effective_to is None or wall.date() <= clause.effective_to)
        for wall in walls
    )


def by_time(facts: ContactFacts, pack: Pack, stack: list[Pack], wall: datetime, walls: list[datetime]) -> Iterator[str]:
    action = facts.action
    if action.channel == "mail":
        return
    needed = max(
        (
            margin.minutes
            for each in stack
            for margin in each.dial_margins
            if in_force(margin, walls) and action.channel in margin.channels
        ),
        default=0,
    )
    agreed = any(minutes_left(wall, span, [0, 1]) > needed for span in facts.flags.agreed_windows)
    windows = [window for window in pack.windows if in_force(window, [wall])]
    windows = [w for w in windows if w.place == action.place] or [w for w in windows if w.place is None]
    if not windows and pack.id == "XX":
        yield "POLICY_UNREADABLE"
    if windows and not (agreed and any(window.agreed_time_prevails for window in windows)):
        open_today = [window for window in windows if days_open(window, wall)]
        if not open_today:
            yield "NON_CONTACT_DAY"
        elif not any(minutes_left(wall, w.hours, days_open(w, wall)) > needed for w in open_today):
            yield "OUTSIDE_CONTACT_WINDOW"
    for rule in pack.holidays:
        if in_force(rule, [wall]):
            if not rule.first_year <= wall.year <= rule.verified_through.year or wall.date() > rule.verified_through:
                yield "HOLIDAY_DATA_MISSING"
            elif wall.date() in rule.dates and not (agreed and rule.agreed_time_prevails):
                yield "HOLIDAY_NO_CONTACT"


def days_open(window: Window, wall: datetime) -> list[int]:
    """How many days ago, 0 or 1, an opening of the window began that reaches into the day on the wall."""
    reaching = [0, 1] if window.hours.start > window.hours.end else [0]
    begun = [(ago, wall - timedelta(days=ago)) for ago in reaching]
    return [ago for ago, day in begun if WEEKDAYS[day.weekday()] in window.days and in_force(window, [day])]


def minutes_left(wall: datetime, span: Span, begun_days_ago: list[int]) -> float:
    """By the clock on the wall, of the opening of a span that holds this moment; 0 if none does."""
    now, length = wall.replace(tzinfo=None), (span.end - span.start) % 1440 or 1440
    for ago in begun_days_ago:
        opens = datetime.combine(now.date(), time()) + timedelta(minutes=span.start) - timedelta(days=ago)
        closes = opens + timedelta(minutes=length)
        if opens <= now < closes:
            return (closes - now) / timedelta(minutes=1)
    return 0


def by_number(facts: ContactFacts, pack: Pack, now: datetime, walls: list[datetime]) -> Iterator[str]:
    action = facts.action
    waived = {waiver.id for waiver in pack.waivers if has_asked(facts, waiver.days, walls)}
    for cap in pack.caps:
        if not in_force(cap, walls) or waived.intersection(cap.waived_by):
            continue
        if cap.unless_consent and dict(facts.consent).get(cap.unless_consent) == "granted":
            continue
        for wall in walls:
            if is_about(cap, facts) and counted(cap, facts, now, wall) >= cap.limit:
                yield "FREQ_CAP"
    for wait in pack.cooldowns:
        if not in_force(wait, walls) or waived.intersection(wait.waived_by) or action.channel not in wait.channels:
            continue
        for past in facts.history:
            talk = past.outcome in ("conversation", "unknown") and past.channel in wait.channels
            same = (past.debt_id, past.target) == (action.debt_id, action.target)
            if talk and same and any(days_ago(past.at, wall) < wait.days for wall in walls):
                yield "CONVERSATION_COOLDOWN"


def has_asked(facts: ContactFacts, days: int, walls: list[datetime]) -> bool:
    """Whether the person has asked to be called about this debt, not longer ago than that."""
    callback = facts.flags.consented_callback
    asked = callback is not None and callback.debt_id == facts.action.debt_id
    return asked and callback is not None and all(days_ago(callback.given, wall) < days for wall in walls)


def is_about(cap: Cap, facts: ContactFacts) -> bool:
    action = facts.action
    return all(
        not named or value in named
        for named, value in [
            (cap.channels, action.channel),
            (cap.agents, action.agent),
            (cap.number_types, action.number_type),
            (cap.places, action.place),
        ]
    )


def counted(cap: Cap, facts: ContactFacts, now: datetime, wall: datetime) -> int:
    action, number = facts.action, 0
    for past in facts.history:
        recent = days_ago(past.at, wall) < (cap.days or 0)
        if cap.hours is not None:
            recent = now - past.at < timedelta(hours=cap.hours)
        number += (
            recent
            and past.direction == "outbound"
            and past.target == action.target
            and past.channel in cap.counted_channels
            and past.outcome in cap.counted_outcomes
            and not ("debt" in cap.per and past.debt_id != action.debt_id)
            and not ("number" in cap.per and past.number_id != action.number_id)
        )
    return number


def days_ago(moment: datetime, wall: datetime) -> int:
    return (wall.date() - moment.astimezone(wall.tzinfo).date()).days


def said_of_time_and_number(facts: ContactFacts, packs: Packs, now: datetime) -> set[Objection]:
    said = decide(facts, packs, now)
    reasons = said.reasons if isinstance(said, Deny) else ()
    return {(reason.code, reason.pack) for reason in reasons if reason.code in COMPARED}


made_up_situations = situations(made_up_stacks)


@settings(max_examples=150)
@given(made_up_situations, made_up_packs())
def test_the_gate_says_what_a_naive_one_says(situation: tuple[ContactFacts, datetime], packs: Packs) -> None:
    facts, now = situation
    assert said_of_time_and_number(facts, packs, now) == naive(facts, packs, now)


@settings(max_examples=60)
@given(made_up_situations, made_up_packs(), st.data())
def test_of_any_packs_the_next_allowed_time_is_the_first(
    situation: tuple[ContactFacts, datetime], packs: Packs, data: st.DataObject
) -> None:
    facts, now = situation
    said = decide(facts, packs, now)
    if isinstance(said, Deny) and said.next_allowed_at is not None:
        assert said.next_allowed_at > now
        assert isinstance(decide(facts, packs, said.next_allowed_at), Allow)
        minutes = int((said.next_allowed_at - now) / timedelta(minutes=1))
        for minute in data.draw(st.lists(st.integers(0, minutes), min_size=10, max_size=20)):
            earlier = min(now + timedelta(minutes=minute), said.next_allowed_at - timedelta(microseconds=1))
            assert isinstance(decide(facts, packs, earlier), Deny)
