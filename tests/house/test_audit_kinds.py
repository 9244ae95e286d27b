"""Every kind of audit entry that the source writes is in the list of docs/audit.md, and nothing else is."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from ledger.audit import Noted
from strategy.dispatch.switches import AUDITED
from strategy.experiments.review import ENDS

ROOT = Path(__file__).parents[2]
ROOMS = ("app", "bot", "desk", "ledger", "rehearsal", "speech", "strategy")
ROW = re.compile(r"^\| (import|[a-z_]+\.[a-z_]+) \| [^|]+ \| [^|]+ \|$", re.MULTILINE)
WORKED_OUT = {
    "strategy/dispatch/switches.py": set(AUDITED.values()),
    "strategy/experiments/records.py": {f"experiment.{status}" for status in ENDS.values()},
    "strategy/models/promotion.py": {"model.promoted", "model.rolled_back"},
    "ledger/ledger.py": set(),
}
"""Kinds that are no literal where they are written, by file."""


def sources() -> Iterator[tuple[str, ast.Module]]:
    for room in ROOMS:
        for path in sorted((ROOT / room).rglob("*.py")):
            if not path.is_relative_to(ROOT / "bot/rasa"):
                yield str(path.relative_to(ROOT)), ast.parse(path.read_text())


def written() -> dict[str, set[str]]:
    """Kinds by the file that writes them; None stands for one that is worked out."""
    found: dict[str, set[str]] = {}
    for name, tree in sources():
        for call in ast.walk(tree):
            if isinstance(call, ast.Call) and getattr(call.func, "attr", "") in ("audit", "audit_many"):
                kind = call.args[0]
                literal = {str(kind.value)} if isinstance(kind, ast.Constant) else WORKED_OUT[name]
                found.setdefault(name, set()).update(literal)
    return found


def test_the_list_of_kinds_and_the_source_say_the_same() -> None:
    listed = ROW.findall((ROOT / "docs/audit.md").read_text().split("## The kinds")[1].split("\n## ")[0])
    assert len(listed) == len(set(listed))
    assert set(listed) == set().union(*written().values())


def test_kinds_that_are_worked_out_are_still_worked_out_there() -> None:
    assert set(WORKED_OUT) <= set(written())


def test_entries_come_from_units_of_work_alone() -> None:
    makers = {
        name
        for name, tree in sources()
        for call in ast.walk(tree)
        if isinstance(call, ast.Call) and "Noted" in (getattr(call.func, "attr", ""), getattr(call.func, "id", ""))
    }
    assert makers == {"ledger/ledger.py"}


@pytest.mark.parametrize("kind", ["No.capitals", "three.parts.here", "", "with space", "a.b-c"])
def test_no_other_form_of_kind_gets_into_the_chain(kind: str) -> None:
    with pytest.raises(ValueError, match="kind"):
        Noted(at=None, kind=kind, subject="x", facts={})  # type: ignore[arg-type]
