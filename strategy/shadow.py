"""What the draft packs would have done: counted from the decisions that were recorded while they ran in the shadow."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import col, select

from ledger.ledger import UnitOfWork
from ledger.tables import Decision


@dataclass(frozen=True, slots=True)
class ShadowClause:
    """How often one clause of a draft objected, and how often nothing that is in force did."""

    pack: str
    clause: str
    code: str
    objected: int
    alone: int


@dataclass(frozen=True, slots=True)
class Shadow:
    """From `since` (inclusive) to `until` (exclusive), aware UTC. `newly_denied`: allowed, and a draft objected."""

    since: datetime
    until: datetime
    decisions: int
    objected: int
    newly_denied: int
    clauses: tuple[ShadowClause, ...]


def shadow_of(work: UnitOfWork, since: datetime, until: datetime) -> Shadow:
    """Count the objections of draft packs, the most frequent clause first."""
    query = (
        select(Decision.allowed, Decision.packs)
        .where(col(Decision.at) >= since, col(Decision.at) < until)
        .execution_options(yield_per=1000)
    )
    decisions, objected, newly = 0, 0, 0
    every, alone = Counter[tuple[str, str, str]](), Counter[tuple[str, str, str]]()
    for allowed, packs in work.session.exec(query):
        decisions += 1
        found = {(each["pack"], each["clause"], each["code"]) for each in packs.get("shadow", ())}
        every.update(found)
        objected += bool(found)
        if allowed:
            alone.update(found)
            newly += bool(found)
    ordered = sorted(every, key=lambda key: (-every[key], key))
    clauses = tuple(ShadowClause(*key, every[key], alone[key]) for key in ordered)
    return Shadow(since, until, decisions, objected, newly, clauses)
