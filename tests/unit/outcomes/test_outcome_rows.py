"""Rows of each head: what is learnt from, what is left out, and the two sources kept apart."""

from __future__ import annotations

import dataclasses
from datetime import timedelta

import numpy as np
import polars as pl
import pytest
from played import START, books, played

from rehearsal.simulated_outcomes import ends_by
from strategy.outcomes.events import UTC as MOMENT
from strategy.outcomes.history import NAMES, OUTCOME_SPEC
from strategy.outcomes.rows import training_rows
from strategy.outcomes.train import ENOUGH, train_outcomes
from strategy.scoring.features import FeatureSpec
from strategy.scoring.heads import OUTCOME_HEADS


def rows(until=None, known=None):
    return training_rows(played(), books() if known is None else known, until or ends_by(played()))


def test_every_settled_attempt_talk_and_promise_is_a_row():
    found, events = rows(), played()
    assert {head: len(each) for head, each in found.items()} == {
        "contact": events.attempts.height,
        "promise": events.talks.height,
        "kept": events.promises.height,
    }
    assert found["contact"].happened.sum() == events.attempts["reached"].sum()
    assert found["kept"].table.shape[1] == len(OUTCOME_SPEC.names)
    assert (np.diff(found["contact"].at.astype(np.int64)) >= 0).all()


def test_what_is_not_settled_yet_is_no_row_whatever_it_will_be():
    until = START + timedelta(days=12)
    found, events = rows(until), played()
    assert len(found["contact"]) == events.attempts.filter(pl.col("settled_at") <= until).height
    assert 0 < len(found["kept"]) < events.promises.filter(pl.col("at") <= until).height


def test_a_success_known_early_does_not_come_in_before_the_failures_of_its_day():
    events = played()
    slow = dataclasses.replace(
        events, attempts=events.attempts.with_columns(settled_at=pl.col("at") + timedelta(days=3))
    )
    until = START + timedelta(days=9)
    found = training_rows(slow, books(), until)["contact"]
    assert len(found) == events.attempts.filter(pl.col("at") <= until - timedelta(days=3)).height


def test_an_account_is_seen_as_the_book_was_then():
    half_way = START + timedelta(days=10)
    richer = books().with_columns(in_at=pl.lit(half_way).cast(MOMENT), credit_limit=pl.col("credit_limit") * 100)
    found = rows(known=pl.concat([books(), richer]))["contact"]
    limit = found.table[:, OUTCOME_SPEC.names.index("limit_log")]
    before, after = limit[found.at <= np.datetime64("2026-03-12")], limit[found.at > np.datetime64("2026-03-12")]
    assert after.min() > before.mean()
    assert len(rows(known=richer)["contact"]) == len(after)


def test_the_history_stands_in_the_table():
    found = rows()["contact"]
    tried = found.table[:, OUTCOME_SPEC.names.index("contact_attempts")]
    assert sorted(set(tried.tolist())) == list(range(8))
    hour = found.table[:, OUTCOME_SPEC.names.index("contact_hour")]
    assert hour.min() >= 9
    assert hour.max() <= 19
    assert set(NAMES) <= set(OUTCOME_SPEC.names)


def test_the_spec_survives_its_json():
    assert FeatureSpec.from_json(OUTCOME_SPEC.to_json()) == OUTCOME_SPEC


def test_too_few_rows_train_no_head_and_the_card_says_why():
    few = training_rows(played(), books(), START + timedelta(days=2))
    found = train_outcomes(few, few, "observed")
    assert found.heads == {}
    assert "of 200 needed" in found.card["outcomes"]["heads"]["kept"]["problem"]
    assert found.card["simulated_heads"] == []


def test_a_head_that_guesses_is_not_kept():
    made_up = rows()
    lots = np.random.default_rng(4).permutation(len(made_up["contact"]))
    drawn = {**made_up, "contact": dataclasses.replace(made_up["contact"], happened=made_up["contact"].happened[lots])}
    none = {head: each.where(np.zeros(len(each), dtype=np.bool_)) for head, each in made_up.items()}
    found = train_outcomes({**none, "contact": drawn["contact"]}, none, "observed")
    assert found.heads == {}
    assert "contact: on rows held out" in found.card["absent_heads"]["contact"]
    assert found.card["outcomes"]["heads"]["contact"]["out_of_time"]["auc_interval"][0] <= 0.5


@pytest.mark.slow
def test_heads_say_where_their_outcomes_come_from_and_what_they_know():
    made_up, nothing = rows(), training_rows(played(), books(), START)
    simulated = train_outcomes(nothing, made_up)
    assert set(simulated.heads) == set(OUTCOME_HEADS) - set(simulated.card["absent_heads"]) >= {"contact"}
    for head, why in simulated.card["absent_heads"].items():
        assert ("no better than chance" in why) == (made_up[head].rarer >= ENOUGH)
    assert simulated.card["simulated_heads"] == list(simulated.heads)
    told = simulated.card["outcomes"]["heads"]["contact"]
    assert told["source"] == "simulated"
    assert told["out_of_time"]["auc_interval"][0] > 0.5
    observed = train_outcomes(made_up, nothing)
    assert observed.card["outcomes"]["heads"]["contact"]["source"] == "observed"
    assert observed.card["simulated_heads"] == []
    # More tries never raise the chance of contact: the field knows that sign.
    table = made_up["contact"].table[:200].copy()
    place = OUTCOME_SPEC.names.index("contact_attempts")
    said = []
    for tries in range(8):
        table[:, place] = tries
        said.append(simulated.heads["contact"].probability(table))
    assert (np.diff(np.array(said), axis=0) <= 1e-12).all()
