"""Damage to a policy case: whatever stands in for one of its parts, a denial never becomes an allowed contact."""

import copy
import json
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from strategy.policy.check import check_case, check_cases
from strategy.policy.decision import ALLOWED
from strategy.policy.packs import shipped_packs

PACKS = shipped_packs()
CASES = [
    case
    for path in sorted((Path(__file__).parents[1] / "cases").glob("*.json"))
    for case in json.loads(path.read_text(encoding="utf-8"))["cases"]
]
# Section 4 is of cases that are damaged already: other damage can repair them.
DENIED = [case for case in CASES if case["expected"] == "deny" and case["row"] != "section 4"]
UNREMARKED = {"local_time_note"}
ABSENT = (None, False, "", [], {})
"""A flag, or a part of one, with such a value says that something is not so: another fact, and no damage."""

Place = tuple[str | int, ...]
junk = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=8), inner, max_size=2),
    max_leaves=4,
)


def paths(value: Any, at: Place = ()) -> list[Place]:
    """Every place in a JSON value."""
    inside: list[tuple[str | int, Any]] = []
    if isinstance(value, dict):
        inside = [(key, value[key]) for key in value if key not in UNREMARKED]
    elif isinstance(value, list):
        inside = list(enumerate(value))
    return [at, *(path for key, item in inside for path in paths(item, (*at, key)))]


def at(value: Any, path: Place) -> Any:
    for key in path:
        value = value[key]
    return value


def with_damage(case: dict[str, Any], path: Place, value: Any) -> dict[str, Any]:
    """The case with `value` at this place."""
    damaged = copy.deepcopy(case)
    at(damaged, path[:-1])[path[-1]] = value
    return damaged


def kind(value: Any) -> str:
    """JSON's kinds of value."""
    return "number" if isinstance(value, int | float) and not isinstance(value, bool) else type(value).__name__


@st.composite
def damage(draw: st.DrawFn) -> tuple[dict[str, Any], Place, Any]:
    """A denied case, a place in it, and a value of a kind that does not belong there."""
    case = draw(st.sampled_from(DENIED))
    path = ("given", *draw(st.sampled_from(paths(case["given"]))))
    value = draw(junk)
    its_kind = kind(at(case, path))
    if kind(value) == its_kind:
        value = {"instead": value} if its_kind != "dict" else 7
    if value in ABSENT and path[1:2] in (("flags",), ("consent",)) and len(path) > 2:
        value = {"instead": [7]}
    if isinstance(value, bool) and path[1:2] == ("consent",):
        value = 7  # whether a consent was given may be told by a plain yes or no
    return case, path, value


@given(damage())
def test_damage_never_turns_a_denial_into_an_allowed_contact(damaged: tuple[dict[str, Any], Place, Any]) -> None:
    case, path, value = damaged
    result = check_case(with_damage(case, path, value), PACKS)
    assert ALLOWED not in result.codes
    assert result.codes
    json.dumps(result.as_json())


@given(st.sampled_from(CASES), st.sampled_from(("jurisdictions", "action", "consent", "content", "flags", "history")))
def test_a_case_that_lacks_a_part_is_denied(case: dict[str, Any], part: str) -> None:
    lacking = copy.deepcopy(case)
    lacking["given"].pop(part, None)
    assert ALLOWED not in check_case(lacking, PACKS).codes


@given(junk)
def test_anything_in_the_place_of_a_case_is_denied(instead: Any) -> None:
    assert ALLOWED not in check_case(instead, PACKS).codes


def test_the_other_cases_of_a_file_are_decided_as_without_the_damaged_one(tmp_path: Path) -> None:
    whole, broken = tmp_path / "whole.json", tmp_path / "broken.json"
    some = CASES[::20]
    whole.write_text(json.dumps({"cases": some}))
    broken.write_text(json.dumps({"cases": [some[0], None, {"id": "no-given"}, *some[1:], {"given": 7}]}))
    expected = [result.as_json() for result in check_cases(whole, PACKS)]
    decided = [result.as_json() for result in check_cases(broken, PACKS)]
    assert [decided[0], *decided[3:-1]] == expected
    assert [decided[place]["id"] for place in (1, 2, -1)] == ["case 2", "no-given", f"case {len(decided)}"]
    assert {decided[place]["decision"] for place in (1, 2, -1)} == {"deny"}
