"""What packs there are, what stands in them on a day, and which of their calendars are about to end."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from datetime import date, timedelta
from typing import Any, Final

from strategy.policy.clocks import Span
from strategy.policy.pack import Clause, Pack
from strategy.policy.packs import Packs

WARN_DAYS: Final = 60
"""So many days before a calendar ends somebody has to verify the next year."""
_PAPERS: Final = frozenset({"id", "source", "confidence", "effective_from", "effective_to", "dates"})


@dataclass(frozen=True, slots=True)
class PackRow:
    """One pack. `warnings` are sentences; a `broken` pack says why and nothing else."""

    id: str
    name: str
    version: str
    status: str
    under: str | None
    clauses: int
    verified_through: date | None
    warnings: tuple[str, ...]
    broken: str | None = None


@dataclass(frozen=True, slots=True)
class ClauseRow:
    """One clause in force; `values` is what it says, without its papers."""

    section: str
    id: str
    values: Mapping[str, Any]
    source: str
    confidence: str
    effective_from: date
    effective_to: date | None


def pack_rows(packs: Packs, today: date) -> list[PackRow]:
    """Every pack, the broken ones last."""
    rows = []
    for pack in packs.by_id.values():
        ends = [rule.verified_through for rule in pack.holidays if rule.in_force(today)]
        warnings = [_warning(end, today) for end in ends if end - today <= timedelta(days=WARN_DAYS)]
        if pack.under is not None and pack.under not in packs.by_id:
            warnings.append(f"lies over {pack.under}, which cannot be read: it denies everything")
        count = sum(len(clauses) for _, clauses in pack.sections())
        end = min(ends, default=None)
        rows.append(PackRow(pack.id, pack.name, pack.version, pack.status, pack.under, count, end, tuple(warnings)))
    broken = [PackRow(name, "", "", "broken", None, 0, None, (), why) for name, why in packs.broken.items()]
    return [*rows, *broken]


def clauses_on(pack: Pack, day: date) -> list[ClauseRow]:
    """What the pack says on a day, section by section."""
    return [
        ClauseRow(
            section,
            clause.id,
            {name: _spelled(value) for name, value in _values(clause).items()},
            clause.source,
            clause.confidence,
            clause.effective_from,
            clause.effective_to,
        )
        for section, clauses in pack.sections()
        for clause in clauses
        if clause.in_force(day)
    ]


def _values(clause: Clause) -> dict[str, Any]:
    """Every field that says something: what is left at its default says nothing."""
    return {
        field.name: value
        for field in fields(clause)
        if field.name not in _PAPERS and (value := getattr(clause, field.name)) != field.default
    }


def _spelled(value: Any) -> Any:
    if isinstance(value, Span):
        return str(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, tuple):
        return [asdict(item) if hasattr(item, "text") else _spelled(item) for item in value]
    return value


def _warning(end: date, today: date) -> str:
    if end < today:
        return f"its holidays are verified through {end} only: it denies everything"
    left = (end - today).days
    return f"its holidays are verified through {end} only, {left} days from now: after that it denies everything"
