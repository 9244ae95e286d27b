"""`amends import --mapping` and `amends fairness`, as a person calls them."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import pytest

DATA = Path(__file__).parents[3] / "data"
LOANS, LOANS_MAP = DATA / "example_loans_long.csv", DATA / "mappings" / "loans_long.yaml"
TRAITS = """
protected:
  sex: {column: Sex, words: {m: male, w: female}}
  age: {column: Age, bands: [30, 50]}
"""


def with_traits(tmp_path: Path) -> Path:
    text = LOANS_MAP.read_text(encoding="utf-8")
    mapping = tmp_path / "map.yaml"
    mapping.write_text(text + TRAITS, encoding="utf-8")
    return mapping


def of_people(tmp_path: Path) -> Path:
    """The loans eight times over, each contract with a made-up sex and age, and a habit that can be learnt: a third pay
    nothing, the others every second month."""
    head, *rows = LOANS.read_text(encoding="utf-8").splitlines()
    lines = [f"{head};Sex;Age"]
    for copy in range(8):
        for row in rows:
            cells = row.split(";")
            number, month = int(cells[0][2:]), int(cells[1][:2])
            pays = (number + copy) % 3 > 0 and (number + month) % 2 == 0
            cells[5] = "-900,00" if pays else "0,00"
            sex, age = "mw"[number % 2], 20 + 7 * number % 45
            lines.append(f"{copy}{';'.join(cells)};{sex};{age}")
    file = tmp_path / "loans.csv"
    file.write_text("\n".join(lines), encoding="utf-8")
    return file


def test_an_error_in_a_mapping_is_one_line_with_its_place(amends, tmp_path):
    mapping = tmp_path / "map.yaml"
    mapping.write_text("name: x\naccount: {ref: Contrakt, as_of: 2020-01-01}\noutcomes: {pays: Arrears}\n")
    told = amends("import", LOANS, "--mapping", mapping).refusal
    assert "map.yaml:2: account.ref: there is no column 'Contrakt' (did you mean 'Contract'?)" in told
    mapping.write_bytes(b"\xff\xfe\x00")
    assert "is UTF-8 text" in amends("import", LOANS, "--mapping", mapping).refusal
    assert (
        "says account.as_of itself" in amends("import", LOANS, "--mapping", LOANS_MAP, "--as-of", "2026-01-01").refusal
    )


def test_a_draft_of_a_mapping_is_printed_and_nothing_is_imported(amends, tmp_path):
    told = amends("import", DATA / "example_outcomes.csv", "--guess")
    assert (told.returncode, told.stdout.startswith("# A draft for example_outcomes.csv")) == (0, True)
    assert "protected:" in told.stdout
    assert not (tmp_path / "home").exists()
    assert "no such file" in amends("import", tmp_path / "none.csv", "--guess").refusal
    (tmp_path / "book.xlsx").write_bytes(b"PK\x03\x04")
    assert "save it as CSV" in amends("import", tmp_path / "book.xlsx", "--guess").refusal


def test_without_traits_fairness_says_that_it_is_not_measured(amends):
    done = json.loads(amends("import", LOANS, "--mapping", LOANS_MAP, "--json").stdout)
    assert (done["accounts"], done["unused_columns"]) == (88, [])
    assert amends("fairness", "--lang", "en").stdout.startswith("Not measured: no traits in the data.")
    assert json.loads(amends("fairness", "--json").stdout)["measured"] is False


@pytest.mark.slow
def test_traits_of_a_mapped_file_are_measured_after_training(amends, tmp_path):
    assert amends("import", of_people(tmp_path), "--mapping", with_traits(tmp_path)).returncode == 0
    trained = json.loads(amends("train", "--outcomes", "none", "--json").stdout)
    assert {row["trait"] for row in trained["card"]["fairness"]} == {"sex", "age"}
    assert amends("score").returncode == 0
    told = json.loads(amends("fairness", "--json").stdout)
    shares = told["in_force"]["shares"]
    assert sum(group["accounts"] for group in shares["sex"]) == 8 * 88
    assert told["in_force"]["model"]["how"] == "out_of_time"
    assert "predicted" in told["in_force"]["model"]["groups"][0]
    english, chinese = amends("fairness", "--lang", "en").stdout, amends("fairness").stdout
    assert "women" in english
    assert "Findings" in english
    assert "性别" in chinese


@pytest.mark.slow
def test_a_model_that_was_never_measured_by_group_blocks_until_a_second_person_accepts(amends, tmp_path):
    amends("import", of_people(tmp_path), "--mapping", with_traits(tmp_path))
    amends("train", "--outcomes", "none")
    amends("score")
    draft = tmp_path / "draft.json"
    draft.write_text(json.dumps({**json.loads(amends("strategy", "show").stdout), "w_high": 0.9}))
    number = json.loads(amends("strategy", "draft", draft, "--by", "anna", "--json").stdout)["draft"]
    (figures,) = (tmp_path / "home" / "fairness").glob("*.json")
    figures.write_text("{")
    refused = amends("strategy", "approve", number, "--by", "ben").refusal
    assert "accepted with a reason" in refused
    assert "never measured by group" in refused
    amends("strategy", "approve", number, "--by", "ben", "--reason", "measured elsewhere")
    version = json.loads(amends("strategy", "versions", "--json").stdout)[0]
    assert (version["status"], version["accepted"]["by"]) == ("active", "ben")
    assert "unmeasured" in {each["measure"] for each in version["accepted"]["findings"]}
    amends("fairness")
    assert "unmeasured" not in amends("fairness", "--json").stdout


@pytest.mark.slow
def test_a_file_by_its_mapping_is_scored_and_measured_without_being_recorded(amends, tmp_path):
    lines = (DATA / "example_outcomes.csv").read_text(encoding="utf-8").splitlines()
    learnt, held_out, blind = (tmp_path / f"{name}.csv" for name in ("learnt", "held_out", "blind"))
    learnt.write_text("\n".join(lines[:901]) + "\n", encoding="utf-8")
    held_out.write_text("\n".join([lines[0], *lines[901:], "x"]) + "\n", encoding="utf-8")
    mapping = DATA / "mappings" / "outcomes.yaml"
    assert amends("import", learnt, "--mapping", mapping).returncode == 0
    assert amends("train", "--outcomes", "none").returncode == 0
    out = tmp_path / "scores.parquet"
    told = json.loads(amends("score", "--input", held_out, "--mapping", mapping, "--output", out, "--json").stdout)
    assert (told["accounts"], told["scored"], told["rejected"]) == (300, 300, 1)
    assert told["figures"]["willingness"]["rows"] == 300
    assert told["figures"]["willingness"]["auc"] > 0.6
    assert Path(told["reject_file"]).read_text(encoding="utf-8-sig").startswith('"line","field","reason"\n"302"')
    assert not list(tmp_path.glob(".*"))
    assert len(list((tmp_path / "home" / "book").iterdir())) == 1
    # Who is still to be scored has no outcome, and the file no column of it.
    header = lines[0].replace("paid in next 30 days", "something else")
    blind.write_text("\n".join([header, *lines[901:]]) + "\n", encoding="utf-8")
    first = pl.read_parquet(out)
    told = json.loads(amends("score", "--input", blind, "--mapping", mapping, "--output", out, "--json").stdout)
    assert "figures" not in told
    assert pl.read_parquet(out).equals(first)
    wrong = tmp_path / "map.yaml"
    wrong.write_text(mapping.read_text(encoding="utf-8").replace("  used: {", "  usage: {"), encoding="utf-8")
    assert "x_used" in amends("score", "--input", blind, "--mapping", wrong, "--output", out).refusal
    assert "go together" in amends("score", "--mapping", wrong).refusal


@pytest.mark.slow
def test_an_account_that_lacks_one_of_the_banks_own_columns_is_explained_all_the_same(amends, tmp_path):
    lines = ["ref,lent,owed,days,grade,income,paid"]
    for row in range(600):
        grade, income = row % 5, "" if row % 3 == 0 else str(1_000 + row)
        lines.append(f"A{row},1000,500,30,{grade},{income},{100 if (row // 5) % 6 > grade else 0}")
    (tmp_path / "t.csv").write_text("\n".join(lines) + "\n")
    (tmp_path / "m.yaml").write_text(
        "name: t\naccount: {ref: ref, currency: EUR, as_of: 2026-01-31, credit_limit: lent, balance: owed, dpd: days}\n"
        "features: {grade: {column: grade, group: bureau}, income: income}\noutcomes: {paid: paid}\n"
    )
    assert amends("import", tmp_path / "t.csv", "--mapping", tmp_path / "m.yaml").returncode == 0
    assert amends("train", "--outcomes", "none").returncode == 0
    assert amends("score").returncode == 0
    told = amends("explain", "A0", "--lang", "en")
    assert told.returncode == 0
    assert "credit bureau" in told.stdout
    assert "was trained on columns" not in told.stdout
