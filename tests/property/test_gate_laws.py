"""Laws of the gate, over random people, histories and hours, under the packs as they are shipped.

Only a call-back that the debtor has asked for waives caps and waits, and it is a flag: no past contact waives anything.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta, timezone
from random import Random
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from situations import JURISDICTIONS, PAPERS, SHIPPED, histories, one_of, situations, spans, weekdays

from strategy.policy.clocks import Span
from strategy.policy.decision import Allow, Deny, canonical_json, decision_json
from strategy.policy.facts import (
    AGENTS,
    CHANNELS,
    STOPS,
    Callback,
    ContactFacts,
    HoldFact,
    Inconvenient,
    PastContact,
    Stop,
)
from strategy.policy.facts_json import facts_hash, facts_json, read_facts
from strategy.policy.gate import decide
from strategy.policy.pack import ConsentRule, DialMargin, Pack
from strategy.policy.packs import Packs

Situation = tuple[ContactFacts, datetime]


def allows(facts: ContactFacts, now: datetime, packs: Packs = SHIPPED) -> bool:
    return isinstance(decide(facts, packs, now), Allow)


@given(situations(), st.data())
def test_more_history_never_turns_a_denial_into_permission(situation: Situation, data: st.DataObject) -> None:
    facts, now = situation
    more = replace(facts, history=facts.history + data.draw(histories(now)))
    assert allows(facts, now) or not allows(more, now)


@given(situations(), st.randoms(use_true_random=False))
def test_the_order_of_the_history_does_not_matter(situation: Situation, random: Random) -> None:
    facts, now = situation
    shuffled = list(facts.history)
    random.shuffle(shuffled)
    other = replace(facts, history=tuple(shuffled))
    assert decide(facts, SHIPPED, now) == decide(other, SHIPPED, now)
    assert facts_hash(facts) == facts_hash(other)


@given(situations(), st.integers(-14 * 60, 14 * 60))
def test_the_zone_in_which_times_are_given_does_not_matter(situation: Situation, offset: int) -> None:
    facts, now = situation
    elsewhere = timezone(timedelta(minutes=offset))
    history = tuple(replace(past, at=past.at.astimezone(elsewhere)) for past in facts.history)
    assert decide(replace(facts, history=history), SHIPPED, now.astimezone(elsewhere)) == decide(facts, SHIPPED, now)
    at_home = ZoneInfo(facts.tz_candidates[0])
    history = tuple(replace(past, at=past.at.astimezone(at_home)) for past in facts.history)
    assert decide(replace(facts, history=history), SHIPPED, now.astimezone(at_home)) == decide(facts, SHIPPED, now)


def narrower(pack: Pack, by: int) -> Pack:
    hours = [replace(w, hours=Span(w.hours.start + by, w.hours.end - by)) for w in pack.windows]
    return replace(pack, windows=tuple(hours))


def fewer_days(pack: Pack, by: int) -> Pack:
    return replace(pack, windows=tuple(replace(w, days=w.days[: max(1, len(w.days) - by)]) for w in pack.windows))


def lower(pack: Pack, by: int) -> Pack:
    return replace(pack, caps=tuple(replace(cap, limit=max(0, cap.limit - by)) for cap in pack.caps))


def longer(pack: Pack, by: int) -> Pack:
    caps = tuple(replace(cap, days=cap.days + by) for cap in pack.caps if cap.days is not None)
    return replace(pack, caps=caps, cooldowns=tuple(replace(wait, days=wait.days + by) for wait in pack.cooldowns))


def counting_more(pack: Pack, by: int) -> Pack:
    every = tuple(sorted(CHANNELS))
    return replace(pack, caps=tuple(replace(cap, counted_channels=every, per=("person",)) for cap in pack.caps))


def without_waivers(pack: Pack, by: int) -> Pack:
    return replace(pack, waivers=())


def more_margin(pack: Pack, by: int) -> Pack:
    margin = DialMargin(**PAPERS, id="T-MARGIN", minutes=10 + 9 * by, channels=tuple(CHANNELS))
    return replace(pack, dial_margins=(*pack.dial_margins, margin))


def more_consents(pack: Pack, by: int) -> Pack:
    rule = ConsentRule(**PAPERS, id="T-SMS", kind="sms", code="CONSENT_MISSING", channels=tuple(CHANNELS))
    return replace(pack, consents=(*pack.consents, rule))


def more_holidays(pack: Pack, by: int) -> Pack:
    days = frozenset(date(2026, month, 7 + by) for month in range(1, 13))
    return replace(pack, holidays=tuple(replace(rule, dates=rule.dates | days) for rule in pack.holidays))


TIGHTER = (
    narrower,
    fewer_days,
    lower,
    longer,
    counting_more,
    without_waivers,
    more_margin,
    more_consents,
    more_holidays,
)


@pytest.mark.parametrize("tighten", TIGHTER, ids=lambda tighten: tighten.__name__)
@settings(max_examples=30)
@given(situations(), st.integers(1, 7))
def test_a_tighter_value_never_allows_more(tighten: Callable[[Pack, int], Pack], situation: Situation, by: int) -> None:
    facts, now = situation
    tight = Packs({name: tighten(pack, by) for name, pack in SHIPPED.by_id.items()}, {})
    assert allows(facts, now) or not allows(facts, now, tight)


@given(situations(), st.data())
def test_more_against_a_contact_never_allows_it(situation: Situation, data: st.DataObject) -> None:
    facts, now = situation
    said = facts.flags
    kind = data.draw(st.sampled_from(sorted(STOPS)))
    more = data.draw(
        one_of(
            replace(facts, flags=replace(said, stops=(*said.stops, Stop(kind)))),
            replace(facts, flags=replace(said, holds=(*said.holds, HoldFact("hardship", "all")))),
            replace(facts, flags=replace(said, refused_media=("voice",))),
            replace(facts, flags=replace(said, unread=("a_new_flag",))),
            replace(facts, flags=replace(said, agreed_windows=(), consented_callback=None)),
            replace(facts, consent=tuple((kind, "none") for kind, _ in facts.consent)),
            replace(facts, consent=(*facts.consent, ("sms", "revoked"))),
            replace(facts, jurisdictions=(*facts.jurisdictions, data.draw(st.sampled_from(JURISDICTIONS)))),
            replace(facts, tz_candidates=(*facts.tz_candidates, "Asia/Tokyo")),
            replace(facts, content=replace(facts.content, ai_disclosure_at_start=False)),
        )
        | st.builds(Inconvenient, weekdays, spans).map(
            lambda time: replace(facts, flags=replace(said, inconvenient=(*said.inconvenient, time)))
        )
    )
    assert allows(facts, now) or not allows(more, now)


@settings(max_examples=100)
@given(situations())
def test_nothing_is_allowed_outside_the_hours_of_any_zone(situation: Situation) -> None:
    """By the clock on the wall of each zone, and so that ten minutes of a call would still be inside."""
    facts, now = situation
    if facts.action.channel == "mail" or not allows(facts, now):
        return
    lasting = 10 if facts.action.channel == "voice" else 0
    below = (SHIPPED.by_id[name].under for name in facts.jurisdictions)
    for name in {*facts.jurisdictions, *(name for name in below if name is not None)}:
        windows = [w for w in SHIPPED.by_id[name].windows if w.effective_to is None]
        at_work = facts.action.place == "workplace" and any(w.place == "workplace" for w in windows)
        windows = [w for w in windows if (w.place == "workplace") == at_work]
        for zone in facts.tz_candidates:
            wall = now.astimezone(ZoneInfo(zone))
            minute = wall.hour * 60 + wall.minute
            weekday = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")[wall.date().isoweekday() - 1]
            inside = [
                weekday in window.days and window.hours.start <= minute and minute + lasting < window.hours.end
                for window in windows
            ]
            by_agreement = any(window.agreed_time_prevails for window in windows) and any(
                begins <= minute and minute + lasting < ends
                for span in facts.flags.agreed_windows
                for begins, ends in ((span.start, span.end + 1440 * (span.end < span.start)), (-1, span.end))
                if begins >= 0 or span.end < span.start
            )
            assert any(inside) or not windows or by_agreement


@given(
    situations(),
    st.sampled_from(sorted(CHANNELS)),
    st.sampled_from(sorted(AGENTS)),
    one_of("consumer", "guarantor", "contact_person", "attorney"),
    st.integers(0, 900),
)
def test_no_contact_of_any_kind_after_a_cease_request(
    situation: Situation, channel: str, agent: str, target: str, days: int
) -> None:
    facts, now = situation
    asked = Stop("cease", (now - timedelta(days=days)).date())
    action = replace(facts.action, channel=channel, agent=agent, target=target)
    ceased = replace(facts, flags=replace(facts.flags, stops=(asked,)), action=action)
    decision = decide(ceased, SHIPPED, now)
    assert isinstance(decision, Deny)
    assert "CEASE_COMMUNICATION" in decision.codes
    assert decision.next_allowed_at is None


@given(situations(), st.none() | st.integers(1, 60 * 24 * 60).map(lambda minutes: timedelta(minutes=minutes)))
def test_a_hold_that_lasts_longer_never_allows_more(situation: Situation, longer: timedelta | None) -> None:
    facts, now = situation

    def later(end: datetime | None) -> datetime | None:
        return None if end is None or longer is None else end + longer

    stops = tuple(replace(stop, over_at=later(stop.over_at)) for stop in facts.flags.stops)
    holds = tuple(replace(hold, until=later(hold.until)) for hold in facts.flags.holds)
    lasting = replace(facts, flags=replace(facts.flags, stops=stops, holds=holds))
    assert allows(facts, now) or not allows(lasting, now)


@given(situations())
def test_a_recorded_decision_replays_to_the_same_bytes(situation: Situation) -> None:
    facts, now = situation
    recorded = canonical_json(facts_json(facts))
    again = read_facts(json.loads(recorded))
    assert canonical_json(facts_json(again)) == recorded
    first, second = (canonical_json(decision_json(decide(value, SHIPPED, now))) for value in (facts, again))
    assert first.encode() == second.encode()


@given(situations(), one_of("outcome", "channel", "direction"))
def test_a_denial_for_a_word_that_nobody_knows_replays_too(situation: Situation, strange: str) -> None:
    facts, now = situation
    past = PastContact(now - timedelta(days=2), "voice", "outbound", "busy", "D1", "N1")
    odd = replace(facts, history=(*facts.history, replace(past, **{strange: "teleported"})))
    again = read_facts(json.loads(canonical_json(facts_json(odd))))
    assert facts_hash(again) == facts_hash(odd)
    assert decide(again, SHIPPED, now) == decide(odd, SHIPPED, now)


@settings(max_examples=60)
@given(situations(), st.data())
def test_the_next_allowed_time_is_allowed_and_nothing_before_it(situation: Situation, data: st.DataObject) -> None:
    facts, now = situation
    decision = decide(facts, SHIPPED, now)
    if isinstance(decision, Deny) and decision.next_allowed_at is not None:
        until = decision.next_allowed_at
        assert until > now
        assert allows(facts, until)
        minutes = int((until - now) / timedelta(minutes=1))
        for minute in data.draw(st.lists(st.integers(0, minutes), min_size=20, max_size=40)):
            assert not allows(facts, min(now + timedelta(minutes=minute), until - timedelta(microseconds=1)))


@given(situations(), st.integers(1, 60 * 24 * 60), one_of("at", "outcome", "channel", "direction", "zone", "asked"))
def test_what_nobody_knows_or_has_not_happened_yet_denies(situation: Situation, minutes: int, strange: str) -> None:
    facts, now = situation
    past = PastContact(now - timedelta(days=2), "voice", "outbound", "busy", "D1", "N1")
    odd, code = {
        "at": (replace(facts, history=(replace(past, at=now + timedelta(minutes=minutes)),)), "HISTORY_INVALID"),
        "outcome": (replace(facts, history=(replace(past, outcome="teleported"),)), "HISTORY_INVALID"),
        "channel": (replace(facts, history=(past, replace(past, channel="pigeon"))), "HISTORY_INVALID"),
        "direction": (replace(facts, history=(replace(past, direction="sideways"), past)), "HISTORY_INVALID"),
        "zone": (replace(facts, tz_candidates=(*facts.tz_candidates, "Mars/Olympus")), "TZ_UNKNOWN"),
        "asked": (
            replace(facts, flags=replace(facts.flags, consented_callback=Callback(now + timedelta(minutes=1), "D1"))),
            "FACTS_UNREADABLE",
        ),
    }[strange]
    decision = decide(odd, SHIPPED, now)
    assert isinstance(decision, Deny)
    assert code in decision.codes
    assert decision.next_allowed_at is None
