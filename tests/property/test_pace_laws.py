"""Laws of pacing and of the breaker."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from strategy.dispatch.breaker import Counts, judge
from strategy.dispatch.pace import STATES, Due, Traffic, why_not_now
from strategy.pacing import Breaker, Pacing

START = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
MINUTE = timedelta(seconds=60)
limits = st.none() | st.integers(0, 6)
pacings = st.builds(
    lambda lines, rate: Pacing({"chat": None, "voice": lines}, {"chat": None, "voice": rate}), limits, limits
)
steps = st.lists(
    st.tuples(
        st.integers(0, 50),  # seconds until the next beat
        st.integers(0, 8),  # contacts due
        st.lists(st.integers(0, 119), max_size=8),  # seconds from reserving to beginning
        st.integers(1, 400),  # seconds a talk takes
    ),
    max_size=12,
)


def due(now: datetime) -> Due:
    return Due("P", "A", now, "voice", "bot", "remind", ("Asia/Shanghai",))


def played(pacing: Pacing, day: list[tuple[int, int, list[int], int]]) -> list[tuple[datetime, datetime, datetime]]:
    """(reserved, begun, over) of every contact of a day of beats, counted as the turnstile counts the ledger."""
    now, contacts = START, []
    for wait, number, delays, takes in day:
        now += timedelta(seconds=wait)
        open_ = [each for each in contacts if each[2] > now]
        minute = sum(begun > now - MINUTE for _, begun, _ in contacts)
        traffic = Traffic(now, {"voice": len(open_)}, {"voice": minute})
        for n in range(number):
            if why_not_now(due(now), {}, traffic, pacing, None) is None:
                traffic.begin("voice")
                begun = now + timedelta(seconds=delays[n] if n < len(delays) else 0)
                contacts.append((now, begun, begun + timedelta(seconds=takes)))
    return contacts


@given(pacings, steps)
def test_no_minute_and_no_moment_ever_holds_more_than_the_limits(pacing, day):
    contacts = played(pacing, day)
    rate, lines = pacing.per_minute["voice"], pacing.lines["voice"]
    for _, begun, _ in contacts:
        in_minute = sum(begun - MINUTE < other <= begun for _, other, _ in contacts)
        at_once = sum(other <= begun < over for _, other, over in contacts)
        assert rate is None or in_minute <= rate
        assert lines is None or at_once <= lines


def tighter(limit: int | None, by: int) -> int:
    return by if limit is None else max(0, limit - by)


@given(
    pacings,
    st.integers(0, 6),
    st.integers(0, 9),
    st.integers(0, 9),
    st.dictionaries(
        st.sampled_from(["all", "channel:voice", "campaign:remind/voice", "?"]), st.sampled_from([*STATES, "?"])
    ),
)
def test_a_tighter_limit_or_another_switch_never_lets_more_through(pacing, by, lines, minute, switches):
    traffic = Traffic(START, {"voice": lines}, {"voice": minute})
    strict = Pacing(
        {"chat": None, "voice": tighter(pacing.lines["voice"], by)},
        {"chat": None, "voice": tighter(pacing.per_minute["voice"], by)},
    )
    if why_not_now(due(START), switches, traffic, strict, None) is None:
        assert why_not_now(due(START), {}, traffic, pacing, None) is None
        assert all(state == "running" for state in switches.values())


breakers = st.builds(
    Breaker, st.just(60), st.floats(0.01, 1), st.integers(1, 30), st.floats(0.001, 1), st.integers(1, 30)
)
counts = st.integers(0, 60).flatmap(
    lambda contacts: st.builds(Counts, st.just(contacts), st.integers(0, contacts), st.integers(0, contacts))
)


@given(breakers, counts, st.integers(0, 20), st.integers(0, 20))
def test_more_harm_never_calms_the_breaker(limits, seen, failures, complaints):
    worse = replace(seen, failures=seen.failures + failures, complaints=seen.complaints + complaints)
    assert judge(seen, limits) is None or judge(worse, limits) is not None


@given(breakers, counts, st.floats(0, 0.5), st.integers(0, 20))
def test_a_tighter_breaker_stops_whatever_a_looser_one_stops(limits, seen, rate, least):
    strict = replace(
        limits,
        failure_rate=max(0.001, limits.failure_rate - rate),
        complaint_rate=max(0.001, limits.complaint_rate - rate),
        least_failures=max(1, limits.least_failures - least),
        least_complaints=max(1, limits.least_complaints - least),
    )
    assert judge(seen, limits) is None or judge(seen, strict) is not None
