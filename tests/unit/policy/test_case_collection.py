"""Our own collection of policy cases (tests/cases), each written from the text of a rule, both sides of every line."""

import json
from pathlib import Path
from typing import Any

import pytest

from strategy.policy.check import check_case
from strategy.policy.decision import ALLOWED, REASON_CODES
from strategy.policy.packs import shipped_packs

COLLECTION = Path(__file__).parents[2] / "cases"
CASES = [case for path in sorted(COLLECTION.glob("*.json")) for case in json.loads(path.read_text())["cases"]]
ROWS = {
    *("US-WHO", "US-TIME", "US-TZ", "US-KNOWN", "US-WORK", "US-7IN7", "US-WAIT7", "US-MEDIUM", "US-CEASE", "US-ATTY"),
    *("US-EOPT", "US-LCM", "US-MIRANDA", "US-DISP", "US-TBD", "US-3P", "US-AIVOICE", "US-3IN30", "US-REVOKE", "US-MA"),
    *("US-NYC", "US-REC", "US-BOT", "US-BK/SCRA", "CN-TIME", "CN-3DAY", "CN-6TRY", "CN-3P", "CN-LABEL", "UK", "EU"),
    *("India", "Australia", "Indonesia", "Philippines", "Hong Kong", "section 4"),
}
"""The rows of the rule tables that a gate can decide; the others are disclosures, retention and organisation."""
ONE_SIDED = {"US-BK/SCRA", "US-CEASE", "section 4"}
"""Only ever a denial."""


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_a_case_is_decided_as_its_rule_says(case: dict[str, Any]) -> None:
    result = check_case(case, shipped_packs())
    assert result.passed, f"{case['why']}: {', '.join(result.codes)}"


@pytest.mark.parametrize("case", [case for case in CASES if case["row"] != "section 4"], ids=lambda case: case["id"])
def test_a_denial_has_no_other_reason_than_its_own(case: dict[str, Any]) -> None:
    assert check_case(case, shipped_packs()).codes == (case["reason"],)


def test_every_rule_is_tried_on_both_sides_and_every_case_once() -> None:
    assert len({case["id"] for case in CASES}) == len(CASES) >= 120
    assert {case["row"] for case in CASES} == ROWS
    sides = {row: {case["expected"] for case in CASES if case["row"] == row} for row in ROWS}
    assert {row for row, seen in sides.items() if seen != {"allow", "deny"}} == ONE_SIDED
    assert {case["reason"] for case in CASES} <= REASON_CODES | {ALLOWED}
