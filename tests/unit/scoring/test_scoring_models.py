"""Train, publish, load, score, explain; and every way in which a model can be unusable."""

import json
import shutil
from datetime import timedelta
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from catboost import Pool
from scored import AS_OF, NOW, overdue_book, portfolio, trained

from rehearsal.portfolio import make_book
from strategy.scoring.book import BookUnusable, check_book
from strategy.scoring.features import STANDARD, FeatureSpec, feature_table
from strategy.scoring.reasons import WHEN, choose, reason_codes
from strategy.scoring.registry import ModelUnusable, load, publish
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
    assert card["features"] == list(STANDARD.names)
    assert card["trained_at"] == NOW.isoformat()
    assert card["data"]["sha256"] == data_hash(check_book(portfolio()))
    assert card["out_of_time"]["tested_on"] not in card["out_of_time"]["trained_on"]
    assert card["out_of_time"]["cure"]["auc"] > 0.65


def test_a_small_book_trains_and_its_card_says_how_little_it_was_measured_on():
    card = train(check_book(make_book(4_000, seed=5, as_of=AS_OF))).card
    assert card["out_of_time"]["cure"]["rows"] < 400
    assert card["out_of_time"]["accounts_never_seen"]["cure"]["rows"] < 120


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
    assert {reason["code"] for reason in scored["reasons"][0]} == {"N01"}


def test_an_empty_book_gives_an_empty_result(registry):
    assert score_book(load(registry), overdue_book().clear()).height == 0


def test_other_columns_than_a_book_are_refused(registry):
    with pytest.raises(BookUnusable, match="columns missing"):
        score_book(load(registry), pl.DataFrame({"age": [34]}))


def test_too_few_overdue_accounts_to_learn_from():
    with pytest.raises(NotEnoughHistory, match="at least 20 are needed"):
        train(check_book(make_book(300, seed=1, as_of=AS_OF)))
    with pytest.raises(NotEnoughHistory, match="at least two months"):
        train(
            overdue_book().with_columns(paid_1=pl.lit(1e6), paid_2=pl.lit(1e6), paid_3=pl.lit(1e6), paid_4=pl.lit(1e6))
        )


# The registry


def damaged(registry: Path, tmp_path: Path) -> tuple[Path, Path]:
    copy = tmp_path / "models"
    shutil.copytree(registry, copy)
    return copy, copy / (copy / "current").read_text().strip()


def test_no_model_yet(tmp_path):
    with pytest.raises(ModelUnusable, match="run `amends train`"):
        load(tmp_path)


@pytest.mark.parametrize("content", ["../elsewhere", "", "nothing-here"])
def test_current_must_hold_an_id(registry, tmp_path, content):
    models, _ = damaged(registry, tmp_path)
    (models / "current").write_text(content)
    with pytest.raises(ModelUnusable, match="does not hold a model id"):
        load(models)


def test_a_damaged_model_file_is_never_loaded(registry, tmp_path):
    models, folder = damaged(registry, tmp_path)
    (folder / "ability.cbm").write_bytes((folder / "ability.cbm").read_bytes()[:-9])
    with pytest.raises(ModelUnusable, match=r"ability\.cbm is not the file that was published"):
        load(models)


@pytest.mark.parametrize("name", ["willingness.cbm", "card.json"])
def test_a_missing_file(registry, tmp_path, name):
    models, folder = damaged(registry, tmp_path)
    (folder / name).unlink()
    with pytest.raises(ModelUnusable, match=name):
        load(models)


@pytest.mark.parametrize("content", ["{", "[]", "{}"])
def test_an_unreadable_card(registry, tmp_path, content):
    models, folder = damaged(registry, tmp_path)
    (folder / "card.json").write_text(content)
    with pytest.raises(ModelUnusable, match=r"card\.json"):
        load(models)


def test_a_changed_calibration_is_noticed(registry, tmp_path):
    models, folder = damaged(registry, tmp_path)
    card = json.loads((folder / "card.json").read_text())
    card["calibration"]["willingness"]["intercept"] += 1
    (folder / "card.json").write_text(json.dumps(card))
    with pytest.raises(ModelUnusable, match="has been changed"):
        load(models)


def test_a_model_of_other_columns_is_refused(registry, monkeypatch):
    monkeypatch.setattr("strategy.scoring.features.STANDARD", FeatureSpec(STANDARD.features[:-1]))
    with pytest.raises(ModelUnusable, match="trained on other columns"):
        load(registry)


def test_publishing_again_keeps_the_id_and_mends_the_files(registry, tmp_path):
    models, folder = damaged(registry, tmp_path)
    (folder / "ability.cbm").write_bytes(b"")
    assert publish(models, trained(), NOW + timedelta(days=1)) == folder.name
    assert load(models).id == folder.name
    assert sorted(path.name for path in models.iterdir()) == sorted([folder.name, "current"])


# Monotone constraints and reasons


@pytest.mark.parametrize(("name", "head"), SIGNED)
def test_the_score_moves_the_way_the_field_knows(name, head):
    sign = dict(zip(STANDARD.names, STANDARD.monotone(head), strict=True))[name]
    table = feature_table(overdue_book())
    higher = table.copy(order="F")
    higher[:, STANDARD.names.index(name)] += 0.5
    moved = trained().heads[head].log_odds(higher) - trained().heads[head].log_odds(table)
    assert (moved * sign >= -1e-9).all()


def test_reasons_point_the_way_their_code_says(scored):
    codes = reason_codes()
    seen = scored.explode("reasons", empty_as_null=False).unnest("reasons")
    assert seen.height > scored.height
    assert seen["effect"].is_not_null().all()
    for code, effect in seen.select("code", "effect").iter_rows():
        assert (effect > 0) == (codes[code].direction == "for")


def test_a_sentence_is_given_only_where_it_is_true(scored):
    columns = columns_of(overdue_book())
    for row, reasons in enumerate(scored["reasons"].to_list()):
        for reason in reasons:
            if reason["code"] in WHEN:
                one = {name: column[row : row + 1] for name, column in columns.items()}
                assert WHEN[reason["code"]](one)[0], reason["code"]


def test_at_most_two_for_and_two_against_per_head_strongest_first(scored):
    codes = reason_codes()
    for reasons in scored["reasons"].to_list():
        for head in ("willingness", "ability"):
            mine = [reason for reason in reasons if reason["head"] == head]
            assert [abs(r["effect"]) for r in mine] == sorted((abs(r["effect"]) for r in mine), reverse=True)
            for direction in ("for", "against"):
                assert sum(codes[reason["code"]].direction == direction for reason in mine) <= 2


def test_effects_are_catboosts_own_in_calibrated_log_odds(registry):
    """Base value and all contributions, scaled, add up to the calibrated log-odds."""
    model = load(registry)
    pool = Pool(feature_table(overdue_book().head(50)))
    head = model.willingness
    shap = np.asarray(head.model.get_feature_importance(pool, type="ShapValues")) * head.platt.slope
    probability = head.probability(pool)
    np.testing.assert_allclose(
        shap.sum(axis=1) + head.platt.intercept, np.log(probability / (1 - probability)), atol=1e-6
    )
    reasons = choose("willingness", shap[:, :-1], columns_of(overdue_book().head(50)), STANDARD.groups)
    by_group = np.column_stack(
        [shap[:, [STANDARD.names.index(name) for name in group]].sum(axis=1) for group in STANDARD.groups.values()]
    )
    for given, effects in zip(reasons, by_group, strict=True):
        assert given[0]["effect"] == pytest.approx(effects[np.argmax(np.abs(effects))], abs=1e-3)


def test_every_code_has_a_fallback_and_both_languages():
    codes = reason_codes()
    for group in STANDARD.groups:
        for direction in ("for", "against"):
            mine = [code for code in codes.values() if (code.group, code.direction) == (group, direction)]
            assert mine[-1].code not in WHEN
            assert all(code.code in WHEN for code in mine[:-1])
    assert set(WHEN) <= set(codes)
    assert all(code.sentence("zh").strip() and code.sentence("en").strip() for code in codes.values())


def test_no_sentence_speaks_of_a_trait():
    barred = ("age", "sex", "gender", "married", "school", "年龄", "性别", "婚", "学历", "民族")
    for code in reason_codes().values():
        words = code.en.lower().replace(",", " ").split()
        assert not set(barred) & set(words), code.code
        assert not any(word in code.zh for word in barred), code.code


def test_missing_a_payment_lowers_willingness_and_is_said(registry):
    """Move the cause and watch both the score and the sentence."""
    model = load(registry)
    good = check_book(
        overdue_book()
        .head(1)
        .with_columns(
            credit_limit=pl.lit(100_000.0),
            **{f"billed_{month}": pl.lit(50_000.0) for month in range(1, 7)},
            **{f"paid_{month}": pl.lit(5_000.0) for month in range(1, 7)},
        )
    )
    bad = good.with_columns(paid_1=pl.lit(0.0), paid_2=pl.lit(0.0), paid_3=pl.lit(0.0))
    scored_good, scored_bad = score_book(model, good), score_book(model, bad)
    assert scored_bad["willingness"][0] < scored_good["willingness"][0]
    assert "P01" in {reason["code"] for reason in scored_bad["reasons"][0]}
