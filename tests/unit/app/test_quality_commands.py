"""`amends quality`: the report that people read, and a person's word against it."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path

import polars as pl

from rehearsal.portfolio import make_book


def write(tmp_path: Path, name: str, frame: pl.DataFrame) -> Path:
    file = tmp_path / name
    frame.write_parquet(file)
    return file


def test_before_any_import_there_is_nothing_to_tell(amends):
    assert amends("quality", "--lang", "en").stdout == "nothing has been imported and checked yet\n"


def test_a_broken_import_is_told_in_plain_words_and_accepted_by_a_person(amends, tmp_path):
    book = make_book(600, seed=3, as_of=date(2026, 1, 31))
    later = book.with_columns(as_of=pl.col("as_of") + timedelta(days=28), paid_1=pl.lit(0.0))
    assert json.loads(amends("import", write(tmp_path, "a.parquet", book), "--json").stdout)["feed"] == "warned"
    done = json.loads(amends("import", write(tmp_path, "b.parquet", later), "--json").stdout)
    assert done["feed"] == "broken"
    accounts = done["accounts"]
    report = json.loads(amends("report", "--json").stdout)
    assert (report["feed"], report["waiting_for_feed"]) == ("broken", accounts)
    assert report["tiers"] == {"people": accounts}

    english = amends("quality", "--lang", "en").stdout
    assert "payments of the latest month: 100 % are zero; usually 1" in english
    assert english.index("broken") < english.index("100 % are zero") < english.index("look at")
    assert f"{accounts} accounts wait for people" in english
    assert "最近一个月的还款：100 % 为零；平常 1" in amends("quality", "show").stdout
    assert len(amends("quality", "show", "--all").stdout.splitlines()) > 80

    told = json.loads(amends("quality", "--json").stdout)
    (check,) = told["checks"]
    assert (told["feed"], told["waiting_for_people"], check["status"]) == ("broken", accounts, "broken")
    assert check["findings"][0]["check"] == "zero"

    assert "is warned" not in amends("quality", "accept", "nothing", "--by", "Wang", "--reason", "x").refusal
    accepted = amends("quality", "accept", check["id"], "--by", "Wang", "--reason", "the banks were closed", "--json")
    assert json.loads(accepted.stdout) == {"check": check["id"], "accepted_by": "Wang", "feed": "accepted"}
    assert json.loads(amends("report", "--json").stdout)["waiting_for_feed"] == 0
    assert "accepted by Wang: the banks were closed" in amends("quality", "--lang", "en").stdout
    assert (
        "accepted before, by Wang"
        in amends("quality", "accept", check["id"], "--by", "Li", "--reason", "me too").refusal
    )


def test_models_do_not_learn_from_what_came_in_broken(amends, tmp_path):
    cents = make_book(600, seed=3, as_of=date(2026, 1, 31)).with_columns(pl.col("^(billed|paid)_.$") * 100)
    assert json.loads(amends("import", write(tmp_path, "c.parquet", cents), "--json").stdout)["feed"] == "broken"
    assert "every book came in broken" in amends("train").refusal


def test_a_language_nobody_speaks_here_is_refused(amends):
    assert "--lang must be zh or en" in amends("quality", "show", "--lang", "fr").refusal
