"""Simulated outcomes have the measured shares and lengths, and the same seed plays the same."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from played import START, accounts, played

from rehearsal.simulated_outcomes import CALL_SECONDS, SUCCESS_BY_ATTEMPT, Assumed, ends_by, simulate


def many():
    """20,000 accounts."""
    few = accounts()
    copies = [few.with_columns(pl.col("external_ref") + f"-{copy}") for copy in range(20_000 // few.height)]
    return pl.concat(copies)


def test_the_first_try_reaches_most_and_each_further_one_as_measured():
    events = simulate(many(), START, seed=3)
    tries = events.attempts.sort("at").with_columns(number=pl.int_range(pl.len()).over("account_id"))
    shares = tries.group_by("number").agg(pl.col("reached").mean()).sort("number")["reached"].to_list()
    assert shares == pytest.approx(SUCCESS_BY_ATTEMPT, abs=0.01)


def test_calls_last_as_measured():
    events = simulate(many(), START, seed=3)
    seconds = (events.attempts["known_at"] - events.attempts["at"]).dt.total_microseconds().to_numpy() / 1e6
    assert np.log(seconds).mean() == pytest.approx(CALL_SECONDS[0], abs=0.02)
    assert np.log(seconds).std() == pytest.approx(CALL_SECONDS[1], abs=0.02)


def test_promises_are_made_by_the_reached_and_bind_less_when_made_to_a_machine():
    events = simulate(many(), START, seed=3)
    assert events.talks.height == int(events.attempts["reached"].sum())
    # The reached are a little more willing than most, and so promise more.
    assert 0 < events.talks["promised"].mean() - Assumed().promise_rate < 0.1
    assert events.promises.height == int(events.talks["promised"].sum())
    kept = dict(events.promises.group_by("agent").agg(pl.col("kept").mean()).iter_rows())
    assert kept["bot"] < kept["human"]
    assert (events.promises["known_at"] > events.promises["at"]).all()


def test_nobody_is_contacted_while_a_promise_is_open():
    events = played()
    both = events.promises.select("account_id", made="at", judged="known_at").join(events.attempts, on="account_id")
    # Whole days are counted, so the last one may be tried from its morning on.
    open_then = (pl.col("at") > pl.col("made")) & (pl.col("at") < pl.col("judged") - pl.duration(days=1))
    assert both.filter(open_then).is_empty()


def test_the_same_seed_plays_the_same():
    again = simulate(accounts(), START, seed=1)
    other = simulate(accounts(), START, seed=2)
    assert again.attempts.equals(played().attempts)
    assert again.promises.equals(played().promises)
    assert not other.attempts.equals(played().attempts)


def test_it_ends_when_everything_is_known():
    events = played()
    assert events.promises["known_at"].max() < ends_by(events)
    assert events.attempts["settled_at"].max() < ends_by(events)
