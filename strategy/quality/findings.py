"""What a check found: a code, a column, a level and the figures behind it. Counts and shares, never a value. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final, Literal, cast

Level = Literal["ok", "warn", "broken"]
LEVELS: Final[tuple[Level, ...]] = ("ok", "warn", "broken")
STATUS: Final[Mapping[Level, str]] = {"ok": "ok", "warn": "warned", "broken": "broken"}
"""What a check as a whole is called, by its worst finding."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One check of one column."""

    check: str
    """A code; its words are in strategy/quality/words.yaml."""
    column: str
    """The book's column, a feature, a model's head, or empty where the whole file is meant."""
    level: Level
    figure: float | None
    """What was measured; None where nothing could be."""
    usual: float | None
    """The same figure of the reference; None where there is none."""
    limit: float | None
    """From where on it is worth a warning."""
    rows: int
    """How many rows it was measured on."""

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


def from_json(found: Mapping[str, Any]) -> Finding:
    """The finding as it was recorded."""
    return Finding(
        check=str(found["check"]),
        column=str(found["column"]),
        # A level that nobody knows is read as the worst.
        level=cast(Level, found["level"]) if found["level"] in LEVELS else "broken",
        figure=found.get("figure"),
        usual=found.get("usual"),
        limit=found.get("limit"),
        rows=int(found.get("rows") or 0),
    )


def status_of(findings: Iterable[Finding]) -> str:
    """'ok', 'warned' or 'broken': the worst of them. Nothing found at all means that nothing was looked at: broken."""
    worst = max((LEVELS.index(finding.level) for finding in findings), default=len(LEVELS) - 1)
    return STATUS[LEVELS[worst]]


def by_severity(findings: Iterable[Finding]) -> list[Finding]:
    """The worst first; within a level in the order of the checks."""
    return sorted(findings, key=lambda finding: -LEVELS.index(finding.level))


def broken_parts(findings: Iterable[Finding]) -> frozenset[tuple[str, str]]:
    """(check, column) of all that is broken."""
    return frozenset((finding.check, finding.column) for finding in findings if finding.level == "broken")
