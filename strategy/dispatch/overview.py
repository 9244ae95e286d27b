"""How dispatching stands, scope by scope: what runs, what was stopped by whom, and what the breaker counts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from ledger.ledger import UnitOfWork
from strategy.dispatch.breaker import Counts, count, fresh
from strategy.dispatch.pace import ALL, RUNNING, SCOPES
from strategy.dispatch.switches import Switch, covers, read_switches, under_way
from strategy.dispatch.watch import seen_since
from strategy.settings import TIERS
from strategy.treatments import CHANNELS
from strategy.versions import active


@dataclass(frozen=True, slots=True)
class ScopeNow:
    """One scope. `switch` is None where nobody ever switched it; `counts` are of the breaker's window."""

    scope: str
    state: str
    switch: Switch | None
    under_way: int
    """Contacts that have not ended: a drained scope is empty when it has none."""
    counts: Counts


@dataclass(frozen=True, slots=True)
class Overview:
    """Every scope, the widest first, and how far back they are counted."""

    window_minutes: int
    scopes: tuple[ScopeNow, ...]


def overview(work: UnitOfWork) -> Overview:
    """:raises StrategyUnreadable: there are no limits to count by."""
    _, settings = active(work)
    limits = settings.breaker
    switches, on_the_way = read_switches(work), under_way(work)
    resumed = {scope: each.at for scope, each in switches.items() if each.state == RUNNING}
    seen = seen_since(work, work.now - timedelta(minutes=limits.window_minutes))
    news = fresh(seen, resumed, limits, work.now)
    unknown = [scope for scope in switches if scope not in SCOPES]

    def counted(scope: str) -> Counts:
        parts = [
            count(news, channel, tuple(tier for tier in (*TIERS, "") if covers(scope, tier, channel)))
            for channel in CHANNELS
        ]
        return Counts(*(sum(getattr(part, name) for part in parts) for name in ("contacts", "failures", "complaints")))

    return Overview(
        limits.window_minutes,
        tuple(_line(scope, switches.get(scope), on_the_way, counted(scope)) for scope in (*SCOPES, *unknown)),
    )


def _line(scope: str, switch: Switch | None, on_the_way: Mapping[tuple[str, str], int], counts: Counts) -> ScopeNow:
    # A scope that nobody knows keeps everything back, so everything under way is its own.
    meant = scope if scope in SCOPES else ALL
    moving = sum(number for (treatment, channel), number in on_the_way.items() if covers(meant, treatment, channel))
    return ScopeNow(scope, switch.state if switch else RUNNING, switch, moving, counts)
