"""`amends import --mapping` and `amends fairness`, as a person calls them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

DATA = Path(__file__).parents[3] / "data"
LOANS, LOANS_MAP = DATA / "example_loans_long.csv", DATA / "mappings" / "loans_long.yaml"
TRAITS = """
protected:
  sex: {column: Purpose, words: {car: male, furniture: female, travel: female}}
  age: {column: Net income, missing: [-1], bands: [3000, 5000]}
"""


def with_traits(tmp_path: Path) -> Path:
    """Traits made up from other columns, which are then no features."""
    text = LOANS_MAP.read_text(encoding="utf-8")
    without = [line for line in text.splitlines() if not line.startswith(("  income:", "  purpose:"))]
    mapping = tmp_path / "map.yaml"
    mapping.write_text("\n".join(without) + TRAITS, encoding="utf-8")
    return mapping


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


def test_without_traits_fairness_says_that_it_is_not_measured(amends):
    done = json.loads(amends("import", LOANS, "--mapping", LOANS_MAP, "--json").stdout)
    assert (done["accounts"], done["unused_columns"]) == (88, [])
    assert amends("fairness", "--lang", "en").stdout.startswith("Not measured: no traits in the data.")
    assert json.loads(amends("fairness", "--json").stdout)["measured"] is False


@pytest.mark.slow
def test_traits_of_a_mapped_file_are_measured_after_training(amends, tmp_path):
    assert amends("import", LOANS, "--mapping", with_traits(tmp_path)).returncode == 0
    trained = json.loads(amends("train", "--outcomes", "none", "--json").stdout)
    assert {row["trait"] for row in trained["card"]["fairness"]} == {"sex", "age"}
    assert amends("score").returncode == 0
    told = json.loads(amends("fairness", "--json").stdout)
    shares = told["in_force"]["shares"]
    assert sum(group["accounts"] for group in shares["sex"]) == 88
    assert told["in_force"]["model"]["how"] == "out_of_time"
    assert "predicted" in told["in_force"]["model"]["groups"][0]
    english, chinese = amends("fairness", "--lang", "en").stdout, amends("fairness").stdout
    assert "women" in english
    assert "Findings" in english
    assert "性别" in chinese


@pytest.mark.slow
def test_a_model_that_was_never_measured_by_group_blocks_until_a_second_person_accepts(amends, tmp_path):
    amends("import", LOANS, "--mapping", with_traits(tmp_path))
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
    assert version["accepted"]["findings"][0]["measure"] == "unmeasured"
    amends("fairness")
    assert "unmeasured" not in amends("fairness", "--json").stdout
