"""How dispatching stands, scope by scope: what runs, what was stopped by whom, and what the breaker counts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from ledger.ledger import UnitOfWork
from strategy.dispatch.breaker import Counts, count, fresh
from strategy.dispatch.pace import ALL, RUNNING, SCOPES, closed_by
from strategy.dispatch.switches import Switch, covers, read_switches, states, under_way
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
    stopped_with: str | None
    """A wider scope that is stopped, and this one with it."""
    in_use: bool
    """Whether the strategy in force has the bot contact anybody by it."""


@dataclass(frozen=True, slots=True)
class Overview:
    """Every scope, the widest first, and how far back they are counted."""

    window_minutes: int
    scopes: tuple[ScopeNow, ...]

    def worth_telling(self) -> tuple[ScopeNow, ...]:
        """Without the campaigns that are not in use, were never switched, and have nothing under way or counted."""
        return tuple(
            each for each in self.scopes if each.in_use or each.switch or each.under_way or each.counts != Counts()
        )


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

    used = [
        (tier, channel)
        for tier, treatment in settings.treatments.items()
        for channel in treatment.channels
        if treatment.agent == "bot"
    ]

    def line(scope: str) -> ScopeNow:
        in_use = any(covers(scope, tier, channel) for tier, channel in used)
        return _line(scope, switches, on_the_way, counted(scope), in_use)

    return Overview(limits.window_minutes, tuple(line(scope) for scope in (*SCOPES, *unknown)))


def _line(
    scope: str,
    switches: Mapping[str, Switch],
    on_the_way: Mapping[tuple[str, str], int],
    counts: Counts,
    in_use: bool,
) -> ScopeNow:
    switch = switches.get(scope)
    # A scope that nobody knows keeps everything back, so everything under way is its own.
    meant = scope if scope in SCOPES else ALL
    moving = sum(number for (treatment, channel), number in on_the_way.items() if covers(meant, treatment, channel))
    state = switch.state if switch else RUNNING
    return ScopeNow(scope, state, switch, moving, counts, _wider(scope, states(switches)), in_use)


def _wider(scope: str, states: Mapping[str, str]) -> str | None:
    """What wider scope keeps the contacts of this one from beginning."""
    if scope == ALL or scope not in SCOPES:
        return None
    treatment, _, channel = scope.rpartition(":")[2].rpartition("/")
    found = closed_by({each: state for each, state in states.items() if "/" not in each}, channel, treatment)
    return None if found == scope else found
