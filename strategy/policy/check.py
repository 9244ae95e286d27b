"""Policy cases: what does the gate say to each case of a file? Behind `amends policy check`."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from strategy.policy.decision import ALLOWED, Allow, Decision, Deny, Reason, decision_json
from strategy.policy.facts_json import read_facts
from strategy.policy.flags import FactsError, read_time
from strategy.policy.gate import decide
from strategy.policy.pack import HOUSE
from strategy.policy.packs import Packs, shipped_packs


class CasesError(ValueError):
    """The file is not a list of policy cases: {why}."""


@dataclass(frozen=True, slots=True)
class CaseResult:
    """`passed` is None for a case that states no expectation."""

    id: str
    decision: Decision
    expected: str | None
    expected_reason: str | None

    @property
    def codes(self) -> tuple[str, ...]:
        return (ALLOWED,) if isinstance(self.decision, Allow) else self.decision.codes

    @property
    def passed(self) -> bool | None:
        if self.expected is None:
            return None
        decided = "allow" if isinstance(self.decision, Allow) else "deny"
        return decided == self.expected and (self.expected_reason in (None, *self.codes))

    def as_json(self) -> dict[str, Any]:
        reasons = list(self.codes)
        return {"id": self.id, **decision_json(self.decision), "reason_codes": reasons, "passed": self.passed}


def check_cases(path: Path, packs: Packs | None = None) -> list[CaseResult]:
    """Decide every case of the file, in its order.

    A case that cannot be read is denied, and the others are decided.
    :raises CasesError: the file cannot be read, or is no list of cases.
    """
    try:
        document = json.loads(path.read_text(encoding="utf-8"), object_pairs_hook=_each_once)
        cases = document["cases"] if isinstance(document, Mapping) else document
        if not isinstance(cases, list):
            raise TypeError("no list of cases")
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise CasesError(
            f"{path.name}: no JSON of {{cases: [{{id, given}}]}} ({type(error).__name__}: {error})"
        ) from error
    known = packs or shipped_packs()
    return [check_case(case, known, f"case {number}") for number, case in enumerate(cases, start=1)]


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Of a word said twice JSON keeps the last: a stop could be lost that way."""
    said = dict(pairs)
    if len(said) < len(pairs):
        twice = next(name for name, _ in pairs if [each for each, _ in pairs].count(name) > 1)
        raise ValueError(f"{twice!r} is said twice in one place")
    return said


def check_case(case: Any, packs: Packs, name: str = "case") -> CaseResult:
    """`name` is what to call a case that has no id."""
    if not isinstance(case, Mapping):
        return CaseResult(name, _unreadable("case: must be a mapping of id and given"), None, None)
    return CaseResult(str(case.get("id") or name), _decide(case, packs), case.get("expected"), case.get("reason"))


def _decide(case: Mapping[str, Any], packs: Packs) -> Decision:
    given = case.get("given")
    if not isinstance(given, Mapping):
        return _unreadable("given: must be a mapping of names to values")
    try:
        facts, now = read_facts(given), read_time(given["now_utc"])
    except FactsError as error:
        return _unreadable(str(error), error.code)
    except (KeyError, ValueError, OverflowError) as error:
        return _unreadable(f"now_utc: {error}")
    try:
        return decide(facts, packs, now)
    except ValueError as error:
        return _unreadable(f"now_utc: {error}")


def _unreadable(why: str, code: str = "FACTS_UNREADABLE") -> Deny:
    return Deny((Reason(code, HOUSE, why),), None, ())
