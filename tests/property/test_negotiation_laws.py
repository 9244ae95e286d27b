"""Whatever a debtor puts forward: never below the floor, only ever further towards them, and soon at an end."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

from hypothesis import assume, given
from hypothesis import strategies as st

from bot.instalments import EVERY, Outside, Plan, PlanBounds, ladder, make, most_parts
from bot.negotiation import (
    Answer,
    Bounds,
    Counter,
    Given,
    Person,
    Proposal,
    Take,
    amounts,
    days,
    given_from,
    weigh,
)
from bot.promises import Floors, Offer
from bot.promises import make as make_promise
from ledger.money import Money

TODAY = date(2026, 11, 23)
MOST_ANSWERS = 7
"""Two steps on the amount, two on the day, one press, the floor once more, and the person."""


def money(cents: int) -> Money:
    return Money(Decimal(cents) / 100, "TWD")


@st.composite
def bounds(draw: st.DrawFn) -> Bounds:
    due = draw(st.integers(2, 3_000_000))
    smallest = draw(st.integers(1, due))
    more = draw(st.integers(0, 3_000_000))
    floors = Floors(money(smallest), money(due), money(due + more), draw(st.integers(0, 60)))
    return Bounds(floors, presses=draw(st.booleans()))


def proposals(most: int = 4_000_000) -> st.SearchStrategy[Proposal]:
    return st.builds(
        Proposal,
        amount=st.none() | st.integers(-500, most).map(lambda cents: Decimal(cents) / 100),
        day=st.none() | st.integers(-5, 90).map(lambda ahead: TODAY + timedelta(days=ahead)),
        lower=st.booleans(),
        later=st.booleans(),
    )


histories = st.lists(proposals(), max_size=12)


def talk_through(history: list[Proposal], within: Bounds) -> list[tuple[Proposal, Answer]]:
    """Every answer up to the person."""
    told, gone = [], Given()
    for said in history:
        answer, gone = weigh(said, given_from(gone.as_facts()), within, TODAY)
        told.append((said, answer))
        if isinstance(answer, Person):
            break
    return told


@given(histories, bounds())
def test_what_is_taken_or_put_forward_is_never_below_the_floor_nor_beyond_the_days(
    history: list[Proposal], within: Bounds
) -> None:
    floors = within.floors
    last = TODAY + timedelta(days=floors.days)
    for _, answer in talk_through(history, within):
        if isinstance(answer, Take):
            assert floors.smallest.amount <= answer.offer.amount.amount <= floors.balance.amount
            assert TODAY <= answer.offer.due_on <= last
        if isinstance(answer, Counter):
            if isinstance(answer.bound, Money):
                assert floors.smallest.amount <= answer.bound.amount <= floors.due.amount
            else:
                assert TODAY <= answer.bound <= last


@given(histories, bounds())
def test_it_only_ever_gives_way(history: list[Proposal], within: Bounds) -> None:
    bounds_put = [answer.bound for _, answer in talk_through(history, within) if isinstance(answer, Counter)]
    sums = [each.amount for each in bounds_put if isinstance(each, Money)]
    ahead = [each for each in bounds_put if isinstance(each, date)]
    assert sums == sorted(sums, reverse=True)
    assert ahead == sorted(ahead)
    # Only the floor is named twice, and only to somebody who comes up towards it.
    again = [one for one, after in pairwise(sums) if one == after]
    assert again in ([], [amounts(within.floors)[-1].amount])
    assert len(set(ahead)) == len(ahead)


@given(bounds(), st.integers(1, 99), st.integers(1, 99))
def test_who_comes_up_towards_the_floor_hears_it_once_more_before_a_person(
    within: Bounds, first: int, second: int
) -> None:
    floor = amounts(within.floors)[-1].amount
    assume(floor >= 1)
    low, then = (Proposal(amount=floor * share / 100) for share in (first, second))
    _, gone = weigh(low, Given(amount_steps=2), within, TODAY)
    answer, gone = weigh(then, gone, within, TODAY)
    comes_up = second > first
    assert isinstance(answer, Counter if comes_up else Person)
    if isinstance(answer, Counter):
        assert answer.last
        assert answer.bound == amounts(within.floors)[-1]
        assert isinstance(weigh(Proposal(amount=floor * Decimal("0.99")), gone, within, TODAY)[0], Person)


@given(st.lists(proposals(), min_size=40, max_size=40), bounds())
def test_it_comes_to_an_end(history: list[Proposal], within: Bounds) -> None:
    refusals = [answer for _, answer in talk_through(history, within) if isinstance(answer, Counter | Person)]
    assert len(refusals) <= MOST_ANSWERS


@given(bounds())
def test_who_only_says_too_much_reaches_a_person_by_way_of_the_floor(within: Bounds) -> None:
    told = [answer for _, answer in talk_through([Proposal(lower=True)] * MOST_ANSWERS, within)]
    assert isinstance(told[-1], Person)
    *counters, floor = [answer for answer in told if isinstance(answer, Counter)]
    assert floor.bound == min(within.floors.smallest, within.floors.due, key=lambda each: each.amount)
    assert floor.last
    assert not any(each.last for each in counters)
    # The floor is never the first word where something lies between it and all that is due.
    assert bool(counters) == (len(amounts(within.floors)) > 2)


@given(histories, bounds())
def test_what_can_be_noted_is_countered_once_at_most_and_then_still_stands(
    history: list[Proposal], within: Bounds
) -> None:
    floors, countered = within.floors, 0
    for said, answer in talk_through(history, within):
        if said.amount is None or said.day is None:
            continue
        inside = isinstance(make_promise(Money(said.amount, "TWD"), said.day, floors, TODAY), Offer)
        if inside and not isinstance(answer, Take):
            countered += 1
            assert isinstance(answer, Counter)
            assert answer.own == Money(said.amount, "TWD")
            taken, _ = weigh(Proposal(day=said.day, lower=True), Given(1, 0, said.amount), within, TODAY)
            assert isinstance(taken, Take)
            assert taken.offer.amount.amount == said.amount
    assert countered <= int(within.presses)


@given(histories, bounds())
def test_the_same_history_has_the_same_answers(history: list[Proposal], within: Bounds) -> None:
    assert talk_through(history, within) == talk_through(history, within)


@given(bounds())
def test_a_counter_that_is_agreed_to_is_taken(within: Bounds) -> None:
    for amount in amounts(within.floors):
        for day in days(within.floors, TODAY):
            answer, _ = weigh(Proposal(amount.amount, day), Given(amount_steps=1), within, TODAY)
            assert isinstance(answer, Take)


@st.composite
def plan_bounds(draw: st.DrawFn) -> PlanBounds:
    due = draw(st.integers(200, 3_000_000))
    return PlanBounds(
        money(due),
        money(draw(st.integers(1, due))),
        draw(st.integers(1, 12)),
        draw(st.integers(7, 365)),
        draw(st.integers(1, 60)),
    )


@given(
    st.integers(0, 40),
    st.none() | st.sampled_from(EVERY),
    st.integers(-5, 400),
    plan_bounds(),
    st.none() | st.integers(1, 3_000_000),
)
def test_a_plan_makes_up_what_is_due_in_parts_and_days_that_are_allowed(
    count: int, every: str | None, ahead: int, within: PlanBounds, each: int | None
) -> None:
    first = TODAY + timedelta(days=ahead)
    sum_of_one = None if each is None else Decimal(each) / 100
    made = make(count, every, first, within, TODAY, sum_of_one)
    if isinstance(made, Outside):
        assert made.most <= within.most
        return
    assert isinstance(made, Plan)
    assert 2 <= len(made.parts) == count <= within.most
    assert sum(part.amount.amount for part in made.parts) == within.due.amount
    assert all(part.amount.amount > 0 for part in made.parts)
    assert all(part.amount.amount >= within.smallest.amount for part in made.parts[:-1])
    on = [part.due_on for part in made.parts]
    assert on == sorted(set(on))
    assert TODAY <= on[0] == first <= TODAY + timedelta(days=within.first_days)
    assert on[-1] <= TODAY + timedelta(days=within.days)


@given(plan_bounds())
def test_every_count_that_is_put_forward_can_be_agreed_to(within: PlanBounds) -> None:
    steps = ladder(within)
    assert list(steps) == sorted(set(steps))
    assert all(2 <= each <= most_parts(within) for each in steps)
    for count in steps:
        made = make(count, None, TODAY, within, TODAY)
        assert isinstance(made, Plan) or made.reason == "too_long"
