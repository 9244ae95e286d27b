"""Train, publish, load, score, explain; and every way in which a model can be unusable."""

from pathlib import Path

import numpy as np
import polars as pl
import pytest
from scored import AS_OF, NOW, overdue_book, portfolio, trained

from ledger.reason_text import from_text
from rehearsal.portfolio import make_book
from strategy.models.registry import load, publish
from strategy.scoring.book import BookUnusable, check_book
from strategy.scoring.features import STANDARD, feature_table
from strategy.scoring.score import RESULT, score_book
from strategy.scoring.train import NotEnoughHistory, data_hash, train

SIGNED = [(feature.name, head) for feature in STANDARD.features for head in feature.signs]


def columns_of(book: pl.DataFrame) -> dict[str, np.ndarray]:
    return dict(zip(STANDARD.names, feature_table(book).T, strict=True))


@pytest.fixture(scope="module")
def registry(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("models")
    publish(folder, trained(), NOW)
    return folder


@pytest.fixture(scope="module")
def scored(registry) -> pl.DataFrame:
    return score_book(load(registry), overdue_book())


def test_every_account_gets_two_probabilities_in_its_place(scored):
    assert scored["external_ref"].to_list() == overdue_book()["external_ref"].to_list()
    assert dict(scored.schema) == RESULT
    for head in ("willingness", "ability"):
        assert scored[head].is_between(0, 1).all()
        assert scored[head].std() > 0.1


def test_the_card_says_what_the_model_is(registry):
    card = load(registry).card
    assert card["spec"] == STANDARD.to_json()
    assert card["trained_at"] == NOW.isoformat()
    assert card["data"]["sha256"] == data_hash(check_book(portfolio()))
    assert card["out_of_time"]["tested_on"] not in card["out_of_time"]["trained_on"]
    assert card["out_of_time"]["cure"]["auc"] > 0.65


def test_a_small_book_trains_and_its_card_says_how_little_it_was_measured_on():
    card = train(check_book(make_book(4_000, seed=5, as_of=AS_OF))).card
    assert card["out_of_time"]["cure"]["rows"] < 400
    assert card["out_of_time"]["accounts_never_seen"]["cure"]["rows"] == card["out_of_time"]["cure"]["rows"]


def test_the_data_hash_sees_values_and_not_the_order_of_rows():
    book = overdue_book()
    assert data_hash(book.reverse()) == data_hash(book)
    assert data_hash(book.with_columns(pl.col("paid_1") + 1)) != data_hash(book)


def test_progress_reaches_the_end(registry):
    steps = []
    score_book(load(registry), overdue_book(), lambda done, total: steps.append((done, total)))
    assert steps[0] == (0, overdue_book().height)
    assert steps[-1] == (overdue_book().height,) * 2


def test_too_short_a_history_has_no_score(registry):
    young = overdue_book().head(3).with_columns(billed_2=None)
    scored = score_book(load(registry), young)
    assert scored["willingness"].to_list() == [None] * 3
    assert {reason["code"] for reason in from_text(scored["reasons"][0])} == {"N01"}


def test_an_empty_book_gives_an_empty_result(registry):
    assert score_book(load(registry), overdue_book().clear()).height == 0


def test_other_columns_than_a_book_are_refused(registry):
    with pytest.raises(BookUnusable, match="columns missing"):
        score_book(load(registry), pl.DataFrame({"age": [34]}))


def test_too_few_overdue_accounts_to_learn_from():
    with pytest.raises(NotEnoughHistory, match="at least 20 are needed"):
        train(check_book(make_book(300, seed=1, as_of=AS_OF)))
    with pytest.raises(NotEnoughHistory, match="willingness: 0 rows in all"):
        train(
            overdue_book().with_columns(paid_1=pl.lit(1e6), paid_2=pl.lit(1e6), paid_3=pl.lit(1e6), paid_4=pl.lit(1e6))
        )


# Monotone constraints


@pytest.mark.parametrize(("name", "head"), SIGNED)
def test_the_score_moves_the_way_the_field_knows(name, head):
    sign = dict(zip(STANDARD.names, STANDARD.monotone(head), strict=True))[name]
    table = feature_table(overdue_book())
    higher = table.copy(order="F")
    higher[:, STANDARD.names.index(name)] += 0.5
    moved = trained().heads[head].log_odds(higher) - trained().heads[head].log_odds(table)
    assert (moved * sign >= -1e-9).all()
