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

    :raises CasesError: the file cannot be read, or is no list of cases. A case whose facts cannot be read is denied.
    """
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
        cases = document["cases"] if isinstance(document, Mapping) else document
        return [check_case(case, packs or shipped_packs()) for case in cases]
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise CasesError(
            f"{path.name}: no JSON of {{cases: [{{id, given}}]}} ({type(error).__name__}: {error})"
        ) from error


def check_case(case: Mapping[str, Any], packs: Packs) -> CaseResult:
    given = case["given"]
    decision: Decision
    try:
        now = read_time(given["now_utc"])
        decision = decide(read_facts(given), packs, now)
    except FactsError as error:
        decision = Deny((Reason(error.code, HOUSE, str(error)),), None, ())
    except (KeyError, ValueError) as error:
        decision = Deny((Reason("FACTS_UNREADABLE", HOUSE, f"now_utc: {error}"),), None, ())
    return CaseResult(str(case["id"]), decision, case.get("expected"), case.get("reason"))
