"""The life of a model at the command line: train, list, read its card, compare, promote, roll back; and explain."""

import json
import shutil
import sqlite3
from contextlib import closing

import polars as pl
import pytest
from scored import AS_OF, NOW, portfolio, trained

from rehearsal.portfolio import make_book
from strategy.models.registry import load, publish
from strategy.models.roles import read_roles
from strategy.scoring.book import check_book
from strategy.scoring.train import train

SIGNED = ("--by", "Li", "--reason", "better on our own accounts")


@pytest.fixture(scope="session")
def second():
    """Another model than that of `scored.trained`."""
    return train(check_book(make_book(6_000, seed=12, as_of=AS_OF)))


@pytest.fixture
def models(amends, tmp_path, second):
    """A home with 300 accounts, a champion and a challenger."""
    file = tmp_path / "portfolio.parquet"
    portfolio().write_parquet(file)
    assert amends("import", file, "--limit", "300").returncode == 0
    registry = tmp_path / "home" / "models"
    publish(registry, trained(), NOW)
    publish(registry, second, NOW)
    return registry


def told(done):
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def references(models, count):
    """The bank's references of some accounts in the ledger."""
    with closing(sqlite3.connect(models.parent / "amends.db")) as database:
        return [ref for (ref,) in database.execute("select external_ref from account order by id limit ?", [count])]


@pytest.mark.slow
def test_training_twice_makes_a_champion_and_nothing_new(amends, tmp_path):
    file = tmp_path / "portfolio.parquet"
    make_book(5_000, seed=3, as_of=AS_OF).write_parquet(file)
    amends("import", file, "--limit", "100")
    first = amends("train", "--outcomes", "none", "--json")
    assert "==> training: reading books" in first.stderr
    assert "==> training: out of time" in first.stderr
    assert "==> training: publishing" in first.stderr
    first = told(first)
    assert first["role"] == "champion"
    assert first["card"]["code"]
    again = told(amends("train", "--outcomes", "none", "--json"))
    assert (again["model_id"], again["role"]) == (first["model_id"], "champion")


def test_models_are_listed_with_their_parts_and_their_problems(amends, models):
    roles = read_roles(models)
    listed = told(amends("models", "list", "--json"))
    assert {each["id"]: each["role"] for each in listed} == {
        roles.champion: "champion",
        roles.challenger: "challenger",
    }
    (models / roles.challenger / "ability.cbm").unlink()
    shown = amends("models", "list").stdout
    assert f"{roles.champion}  champion " in shown
    assert "ability.cbm is missing" in shown


def test_a_card_is_shown_in_both_languages(amends, models):
    champion = read_roles(models).champion
    assert amends("models", "card", champion, "--lang", "en").stdout.startswith(f"# Model card {champion}")
    assert amends("models", "card", champion).stdout.startswith(f"# 模型卡 {champion}")
    assert told(amends("models", "show", champion, "--json"))["data"]["accounts"] == portfolio().height


def test_a_challenger_is_compared_in_the_shadow(amends, models):
    before = told(amends("report", "--json"))
    found = told(amends("models", "compare", "--json"))
    assert (found["accounts"], found["by_both"]) == (300, 300)
    assert 0.3 < found["heads"]["willingness"]["correlation"] < 1
    assert found["heads"]["willingness"]["psi"] > 0
    assert sum(sum(to.values()) for to in found["moves"].values()) == 300
    stayed = sum(to.get(tier, 0) for tier, to in found["moves"].items())
    assert found["moved"] == 300 - stayed > 0
    assert found["figures"]["cure"]["champion"]["auc"] != found["figures"]["cure"]["challenger"]["auc"]
    assert told(amends("report", "--json")) == before
    assert "challenger_mean" in amends("models", "compare").stdout


def test_a_person_promotes_and_rolls_back_and_both_are_on_record(amends, models):
    roles = read_roles(models)
    promoted = told(amends("models", "promote", roles.challenger, *SIGNED, "--json"))
    assert (promoted["champion"], promoted["taken"]["by"]) == (roles.challenger, "Li")
    assert told(amends("score", "--json"))["model_id"] == roles.challenger
    back = told(amends("models", "rollback", *SIGNED, "--json"))
    assert back["champion"] == roles.champion
    assert told(amends("score", "--json"))["model_id"] == roles.champion
    assert amends("audit", "verify").returncode == 0
    assert "no champion before" in amends("models", "rollback", *SIGNED).refusal


def test_what_cannot_be_promoted_is_refused_in_one_line(amends, models):
    roles = read_roles(models)
    assert "is champion already" in amends("models", "promote", roles.champion, *SIGNED).refusal
    assert "is missing" in amends("models", "promote", "0" * 12, *SIGNED).refusal
    assert "no model id" in amends("models", "promote", "../../etc", *SIGNED).refusal
    assert "--by" in amends("models", "promote", roles.challenger, "--reason", "x").refusal
    unsigned = amends("models", "promote", roles.challenger, "--by", " ", "--reason", "x")
    assert "say who (--by) and why (--reason)" in unsigned.refusal
    (models / roles.challenger / "willingness.cbm").write_bytes(b"")
    assert "the champion stays" in amends("models", "promote", roles.challenger, *SIGNED).refusal
    assert read_roles(models) == roles


def test_there_is_nothing_to_compare_with_or_to_show(amends, models):
    roles = read_roles(models)
    amends("models", "promote", roles.challenger, *SIGNED)
    assert "there is no challenger" in amends("models", "compare").refusal
    assert "is missing" in amends("models", "show", "0" * 12).refusal
    assert told(amends("models", "compare", roles.champion, "--json"))["challenger"] == roles.champion


def test_an_account_is_explained_in_words(amends, models):
    amends("score")
    found = [told(amends("explain", ref, "--lang", "en", "--json")) for ref in references(models, 12)]
    assert {each["next_tier"]["found"]["code"] for each in found} >= {"change"}
    for each in found:
        assert 0 <= each["willingness"] <= 1
        assert each["tier"] == each["next_tier"]["found"]["now"] or each["arm"] != "champion"
        assert all(reason["says"] for reason in each["reasons"])
        assert each["next_tier"]["says"]
    page = amends("explain", found[0]["account"]).stdout
    assert "意愿" in page
    assert "什么会让它移动" in page
    assert "no open account has the reference" in amends("explain", "nobody").refusal


def test_a_score_that_was_given_is_still_explained_when_the_model_is_gone(amends, models):
    amends("score")
    (ref,) = references(models, 1)
    shutil.rmtree(models / read_roles(models).champion)
    found = told(amends("explain", ref, "--json"))
    assert found["willingness"] is not None
    assert "is missing" in found["next_tier"]["problem"]


def test_a_file_is_scored_into_a_file_and_the_ledger_is_left_alone(amends, models, tmp_path):
    before = told(amends("report", "--json"))
    book = check_book(portfolio())
    book.write_parquet(tmp_path / "book.parquet")
    out = tmp_path / "scores.parquet"
    done = told(amends("score", "--input", tmp_path / "book.parquet", "--output", out, "--json"))
    assert done["model_id"] == load(models).id
    written = pl.read_parquet(out)
    assert done["accounts"] == written.height == book.height
    assert done["scored"] == written["willingness"].count()
    assert written["willingness"].drop_nulls().is_between(0, 1).all()
    assert told(amends("report", "--json")) == before


def test_a_file_that_cannot_be_scored_is_refused_and_nothing_is_written(amends, models, tmp_path):
    wrong = tmp_path / "wrong.parquet"
    pl.DataFrame({"age": [34]}).write_parquet(wrong)
    garbage = tmp_path / "garbage.parquet"
    garbage.write_bytes(b"nothing")
    out = tmp_path / "out.parquet"
    assert "fits no known layout" in amends("score", "--input", wrong, "--output", out).refusal
    assert "cannot be read" in amends("score", "--input", garbage, "--output", out).refusal
    assert "no such file" in amends("score", "--input", tmp_path / "none.parquet", "--output", out).refusal
    assert "go together" in amends("score", "--input", wrong).refusal
    check_book(portfolio()).write_parquet(wrong)
    nowhere = tmp_path / "nowhere" / "out.parquet"
    assert str(nowhere) in amends("score", "--input", wrong, "--output", nowhere).refusal
    assert not out.exists()
