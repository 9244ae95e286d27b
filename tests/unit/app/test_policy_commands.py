"""The contact policy at the command line: check, list, show, shadow."""

import json
from pathlib import Path

import pytest

CASES = Path(__file__).parents[2] / "cases" / "china.json"


def told(done):
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_our_cases_are_decided_as_they_say(amends):
    results = told(amends("policy", "check", CASES, "--json"))
    assert len(results) == len(json.loads(CASES.read_text())["cases"])
    assert all(result["passed"] for result in results)
    assert "NOT AS EXPECTED" not in amends("policy", "check", CASES).stdout


def test_the_packs_are_listed_with_what_is_about_to_end(amends):
    rows = {row["id"]: row for row in told(amends("policy", "list", "--json"))}
    assert {"US-FED", "US-CA", "US-MA", "US-NYC", "CN", "UK", "EU", "IN", "AU", "ID", "PH", "HK", "HOUSE"} <= set(rows)
    assert (rows["IN-DRAFT"]["status"], rows["IN-DRAFT"]["under"]) == ("draft", "IN")
    assert rows["AU"]["verified_through"] == "2026-12-31"
    assert "HOUSE" in amends("policy", "list").stdout


def test_a_pack_is_shown_as_it_stood_on_a_day(amends):
    before = {row["id"] for row in told(amends("policy", "show", "US-NYC", "--on", "2026-08-31", "--json"))}
    after = {row["id"]: row for row in told(amends("policy", "show", "US-NYC", "--on", "2026-09-01", "--json"))}
    assert "US-NYC-3IN7" not in before
    assert (after["US-NYC-3IN7"]["source"], after["US-NYC-3IN7"]["confidence"]) == ("6 RCNY 5-77", "verified")
    assert after["US-NYC-3IN7"]["values"]["limit"] == 3
    assert "2026-08-02" in amends("policy", "show", "HOUSE", "--on", "2026-11-20").stdout


def test_the_shadow_of_an_empty_ledger_is_nothing(amends):
    assert told(amends("policy", "shadow", "--json"))["decisions"] == 0
    assert "0 decisions" in amends("policy", "shadow", "--days", "7").stdout


@pytest.mark.parametrize(
    ("command", "why"),
    [
        (("check", "nowhere.json"), "no such file"),
        (("show", "ATLANTIS"), "there is no pack 'ATLANTIS'"),
        (("show", "CN", "--on", "tomorrow"), "--on"),
        (("shadow", "--days", "0"), "--days"),
    ],
)
def test_bad_input_is_one_clear_line(amends, command, why):
    assert why in amends("policy", *command).refusal


def test_a_file_of_no_cases_is_refused(amends, tmp_path):
    (tmp_path / "cases.json").write_text('{"cases": 7}')
    assert "no JSON of" in amends("policy", "check", tmp_path / "cases.json").refusal


def test_a_case_that_is_none_is_denied_by_its_place_and_the_others_are_decided(amends, tmp_path):
    (tmp_path / "cases.json").write_text('{"cases": [7, {"id": "b"}, {"given": {}}]}')
    decided = json.loads(amends("policy", "check", tmp_path / "cases.json", "--json").stdout)
    assert [(each["id"], each["decision"]) for each in decided] == [
        ("case 1", "deny"),
        ("b", "deny"),
        ("case 3", "deny"),
    ]
