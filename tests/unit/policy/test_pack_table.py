"""docs/packs.md shows every clause of every pack as it stands in the YAML."""

from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

from strategy.policy.pack import Clause, Pack
from strategy.policy.packs import shipped_packs

PAGE = Path(__file__).parents[3] / "docs" / "packs.md"


def clauses(pack: Pack) -> Iterator[tuple[str, Clause]]:
    for section in fields(pack):
        value = getattr(pack, section.name)
        if isinstance(value, tuple):
            yield from ((section.name, clause) for clause in value)


def row_of(pack: Pack, section: str, clause: Clause) -> str:
    until = f" to {clause.effective_to}" if clause.effective_to else ""
    dates = f"{clause.effective_from}{until}"
    return f"| {pack.id} | {clause.id} | {section} | {clause.source} | {clause.confidence} | {dates} |"


def test_the_page_shows_every_clause_as_it_is() -> None:
    packs = sorted(shipped_packs().by_id.values(), key=lambda pack: (pack.status, pack.id))
    rows = [row_of(pack, section, clause) for pack in packs for section, clause in clauses(pack)]
    shown = [
        line
        for line in PAGE.read_text(encoding="utf-8").splitlines()
        if line.startswith("| ") and not line.startswith(("| pack", "|---"))
    ]
    assert shown == rows
