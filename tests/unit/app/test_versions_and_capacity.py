"""Strategy versions and the day's capacity from the command line."""

from __future__ import annotations

import json
from pathlib import Path

EXAMPLE = Path(__file__).parents[3] / "data" / "example_accounts.csv"


def test_a_draft_is_approved_by_a_second_person_and_rolled_back(amends, tmp_path):
    amends("import", EXAMPLE)
    amends("score")
    file = tmp_path / "draft.json"
    shown = json.loads(amends("strategy", "show").stdout)
    file.write_text(json.dumps({**shown, "w_high": 0.95}))
    number = json.loads(amends("strategy", "draft", file, "--by", "anna", "--json").stdout)["draft"]
    assert json.loads(amends("strategy", "show").stdout) == shown
    assert "other than the author" in amends("strategy", "approve", number, "--by", "Anna").refusal
    approved = json.loads(amends("strategy", "approve", number, "--by", "ben", "--json").stdout)
    assert approved["in_force"] == number
    assert approved["accounts"] > 0
    assert json.loads(amends("strategy", "show").stdout)["w_high"] == 0.95
    assert "no such draft" in amends("strategy", "approve", number, "--by", "ben").refusal
    assert "no version 99" in amends("strategy", "approve", 99, "--by", "ben").refusal
    assert "in force already" in amends("strategy", "rollback", number, "--by", "anna").refusal
    again = json.loads(amends("strategy", "rollback", 1, "--by", "carl", "--json").stdout)
    assert json.loads(amends("strategy", "show").stdout) == shown
    listed = json.loads(amends("strategy", "versions", "--json").stdout)
    assert [(each["version"], each["status"]) for each in listed] == [
        (again["in_force"], "active"),
        (number, "retired"),
        (1, "retired"),
    ]
    assert listed[1]["approved_by"] == "ben"
    assert "rolled back to 1" in amends("strategy", "versions").stdout
    assert json.loads(amends("audit", "verify", "--json").stdout)["intact"]


def test_a_draft_has_an_author(amends, tmp_path):
    file = tmp_path / "draft.json"
    file.write_text(amends("strategy", "show").stdout)
    assert "--by" in amends("strategy", "draft", file, "--by", " ").refusal


def test_the_day_shows_hours_prices_and_what_it_assumes(amends):
    amends("import", EXAMPLE)
    amends("score")
    day = json.loads(amends("capacity", "--hours", "1", "--contacts", "3", "--json").stdout)
    assert day["capacity"] == {"people_hours": 1, "bot_contacts": 3}
    # A case was opened for everybody today, at ten minutes each: that time is spoken for.
    assert day["taken_already"]["people_hours"] > 0
    assert day["people_hours_used"] < day["taken_already"]["people_hours"]
    assert day["accounts"] == sum(day["actions"].values()) > 0
    # Without a model every account is people's; each has its case already, so that nothing is left for today.
    assert day["actions"]["bot_chat"] == day["actions"]["bot_voice"] == 0
    assert {each["source"] for each in day["what_a_contact_is_taken_to_do"].values()} == {"assumed"}
    assert day["value_against_doing_nothing"] <= day["value_at_most"]
    assert "one_more_hour_of_people_is_worth" in amends("capacity").stdout
