"""The laws of lifting, whatever happens in whatever order."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from strategy.holds.facts import flags_from
from strategy.holds.kinds import KINDS, kind_of
from strategy.holds.lifting import LIFT_REASONS, Held, Lifted, lifters, may_ask, may_lift
from strategy.holds.placing import About, NewHold, hold_for, new_hold
from strategy.policy.facts import Flags

NOW = datetime(2026, 3, 4, 9, 0, tzinfo=UTC)
HERE = About("account", "chat", "number")

REASONS = st.sampled_from([word for kind in KINDS for word in (kind.id, *kind.also)] + ["of a new kind"])
ONE_PERSON = st.sampled_from(["Anna Li", "anna li", " ANNA  LI", "Ａｎｎａ　Ｌｉ", "anna-li"])
MACHINES = st.sampled_from(["", " ", "bot", "Bot", "import", "system", "..."])
ANYBODY = ONE_PERSON | MACHINES | st.sampled_from(["Bo", "Chen"])
STEPS = st.lists(st.tuples(st.sampled_from(["ask", "lift"]), ONE_PERSON | MACHINES, st.integers(0, 40)), max_size=12)
ENDS = st.none() | st.integers(1, 90).map(lambda days: NOW + timedelta(days=days))


def live(hold: Held, steps: list[tuple[str, str, int]]) -> Held:
    """What becomes of a hold while people ask and lift; days pass between the steps."""
    now = NOW
    for what, by, days in steps:
        now += timedelta(days=days)
        if what == "ask" and may_ask(hold, by, LIFT_REASONS[0], now) is None:
            hold = replace(hold, asked_by=by)
        elif what == "lift" and isinstance(answer := may_lift(hold, by, now), Lifted):
            hold = replace(hold, lifted_at=answer.at)
    return hold


@given(REASONS, ENDS, STEPS)
def test_nothing_that_one_person_does_lifts_a_grave_hold(
    reason: str, until: datetime | None, steps: list[tuple[str, str, int]]
) -> None:
    hold = live(Held(reason, until, None, None), steps)
    if lifters(reason, until) != "one":
        assert hold.lifted_at is None


@given(REASONS, ENDS, st.lists(st.tuples(st.sampled_from(["ask", "lift"]), ANYBODY, st.integers(0, 40)), max_size=12))
def test_a_hold_is_lifted_once_and_never_after_its_end(
    reason: str, until: datetime | None, steps: list[tuple[str, str, int]]
) -> None:
    hold = live(Held(reason, until, None, None), steps)
    if hold.lifted_at is not None:
        assert until is None or hold.lifted_at < until
        assert not isinstance(may_lift(hold, "Dora", hold.lifted_at), Lifted)
        assert lifters(reason, until) != "nobody"


@given(REASONS)
def test_two_who_agree_lift_any_hold_that_can_be_lifted(reason: str) -> None:
    steps = [("ask", "Anna Li", 0), ("lift", "Bo", 0)]
    assert live(Held(reason, None, None, None), steps).lifted_at == NOW


@given(REASONS, st.none() | st.integers(0, 400), st.integers(0, 400))
def test_a_hold_that_nobody_lifted_binds_to_its_end_and_a_lifted_one_never(
    reason: str, days: int | None, later: int
) -> None:
    wanted = hold_for(reason, HERE, NOW, days)
    now = NOW + timedelta(days=later)
    free = wanted.until is not None and now >= wanted.until
    assert (seen(wanted, now, None) == Flags()) is free
    assert seen(wanted, now, NOW) == Flags()


@given(REASONS, st.none() | st.integers(0, 400))
def test_a_hold_lasts_no_less_than_its_kind_and_its_announcement_say(reason: str, days: int | None) -> None:
    until, least = hold_for(reason, HERE, NOW, days).until, kind_of(reason).days
    if days is None or least is None:
        assert until is None
    else:
        assert until == NOW + timedelta(days=max(days, least))


@given(REASONS, st.sampled_from(["person", "debt", "channel", "number", None]), ENDS)
def test_nobody_gives_a_grave_hold_an_early_end(reason: str, scope: str | None, until: datetime | None) -> None:
    made = new_hold(reason, HERE, NOW, scope=scope, until=until)
    if isinstance(made, NewHold):
        kind = kind_of(reason)
        assert made.scope in kind.scopes
        if kind.lift != "one":
            assert made.until == hold_for(reason, HERE, NOW).until


def seen(wanted: NewHold, now: datetime, lifted_at: datetime | None) -> Flags:
    return flags_from([Row(wanted, lifted_at)], [], "account", "chat", "number", now)


class Row:
    """A hold as it is recorded."""

    def __init__(self, wanted: NewHold, lifted_at: datetime | None) -> None:
        self.scope, self.scope_value, self.account_id = wanted.scope, wanted.scope_value, wanted.account_id
        self.reason, self.until, self.lifted_at = wanted.reason, wanted.until, lifted_at
