"""Fairness, wired: the open accounts by group under a strategy, and the champion's figures by group."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from app.settings import Settings, registry_of
from app.simulating import Standing
from ledger.ledger import Ledger, UnitOfWork
from ledger.traits import read_traits
from strategy.fairness.findings import UNMEASURED, Finding
from strategy.fairness.measuring import Measured, measure
from strategy.fairness.publishing import Shares, shares
from strategy.fairness.records import keep, kept
from strategy.models.registry import ModelUnusable, note_on_card
from strategy.models.roles import read_roles
from strategy.scoring.book import read_books, read_own_features
from strategy.settings import StrategySettings


@dataclass(frozen=True)
class Judged:
    """One strategy by group."""

    shares: Shares
    measured: Measured | None
    """None where no model was measured by group, or no trait is known."""
    findings: tuple[Finding, ...]


def judge(standing: Standing, settings: Settings, strategy: StrategySettings, model_id: str | None = None) -> Judged:
    """The findings that publishing `strategy` must be given; none where the data have no traits.

    :param standing: the book, and the strategy in force that `strategy` would follow.
    :param model_id: another model than the champion, to see its figures.
    """
    found = shares(standing.book, strategy, standing.in_force)
    try:
        model_id = model_id or read_roles(registry_of(settings)).champion
    except ModelUnusable:
        # Nobody can tell which model it is, so nobody can say that it was measured.
        return Judged(found, None, (*found.findings, *_findings(None, strategy)) if found.traits else ())
    measured = kept(settings.home, model_id)
    of_model = _findings(measured, strategy) if model_id and found.traits else ()
    return Judged(found, measured, found.findings + of_model)


def findings_on_model(
    work: UnitOfWork, settings: Settings, model_id: str, strategy: StrategySettings
) -> tuple[Finding, ...]:
    """The findings that promoting a model must be given; none where the data have no traits."""
    return _findings(kept(settings.home, model_id), strategy) if has_traits(work, settings) else ()


def _findings(measured: Measured | None, strategy: StrategySettings) -> tuple[Finding, ...]:
    """What was never measured, or can no longer be read, blocks: it is not the same as finding nothing."""
    return measured.findings(strategy) if measured else (UNMEASURED,)


def measure_model(ledger: Ledger, settings: Settings, model_id: str, step: Callable[[], None]) -> Measured | None:
    """Measure by group how a model of this recipe does, keep the figures and add them to the model's card.

    :returns: None where no trait is known.
    :raises BookUnusable, NotEnoughHistory, SealBroken: nothing is kept then.
    """
    with ledger.read() as work:
        traits = read_traits(work, settings.home)
    if traits.width < 2:
        return None
    books = sorted((settings.home / "book").glob("*.parquet"))
    measured = measure(read_books(books), traits, step, read_own_features(books))
    if measured is not None:
        keep(settings.home, model_id, measured)
        note_on_card(registry_of(settings), model_id, "fairness", measured.card())
    return measured


def has_traits(work: UnitOfWork, settings: Settings) -> bool:
    """Whether anything is known of anybody."""
    return read_traits(work, settings.home).width > 1
