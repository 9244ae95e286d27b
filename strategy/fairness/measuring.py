"""Measure a model by group: what it says of people whose outcome it never saw, beside what they did.

The traits are joined here, in memory, by the bank's reference, and only counts and means of groups leave.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from ledger.traits import REF
from strategy.fairness import predictions
from strategy.fairness.findings import Finding
from strategy.fairness.intervals import deviate
from strategy.fairness.predictions import GroupFit, calibration_finding, group_fits, opportunity_finding
from strategy.fairness.traits import POOLED, grouped, measured_traits
from strategy.scoring.features import spec_of
from strategy.scoring.fitting import NotEnoughHistory
from strategy.scoring.panel import Panel, build_panel, has_outcomes, outcome_panel
from strategy.scoring.train import fit_heads
from strategy.settings import StrategySettings
from strategy.whatif.book import Grouped

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True)
class Measured:
    """Figures by group of models made as the champion is, on rows that they never saw."""

    how: str
    """'out_of_time': trained on earlier months, measured on the latest. 'unseen_accounts': one month, each account by
    trees that never saw it."""
    month: str
    """Of the rows."""
    fits: Mapping[str, Mapping[str, tuple[GroupFit, ...]]]
    """head -> trait -> groups; heads are willingness, ability (of those who paid) and cure."""

    def findings(self, settings: StrategySettings) -> tuple[Finding, ...]:
        """Calibration within groups for every head, and equal opportunity at the strategy's threshold."""
        limits, found = settings.fairness, []
        for head, traits in self.fits.items():
            for trait, groups in traits.items():
                found.append(calibration_finding(trait, head, groups, limits))
                if head == "willingness":
                    found.append(opportunity_finding(trait, groups, settings.w_high, limits))
        return tuple(each for each in found if each is not None)

    def to_json(self) -> dict[str, Any]:
        """Plain values, without anybody's score."""
        return {"how": self.how, "month": self.month, "heads": predictions.to_json(self.fits)}

    @classmethod
    def from_json(cls, stored: Any) -> Measured:
        """:raises ValueError: these are no figures by group."""
        try:
            return cls(str(stored["how"]), str(stored["month"]), predictions.from_json(stored["heads"]))
        except (KeyError, TypeError) as error:
            raise ValueError("these are no figures by group") from error

    def card(self) -> list[dict[str, Any]]:
        """Rows for a model's card: each group of each single trait, with the interval of its gap (95 %)."""
        z = deviate()
        return [
            {
                "head": head,
                "trait": trait,
                "group": group.name,
                "rows": group.rows,
                "predicted": round(group.predicted, 4),
                "observed": round(group.observed, 4),
                "gap": round(group.gap, 4),
                "from": round(group.gap - z * group.error, 4),
                "to": round(group.gap + z * group.error, 4),
                "ece": round(group.ece, 4),
            }
            for head, traits in self.fits.items()
            for trait, groups in traits.items()
            for group in groups
            if group.name != POOLED and "_and_" not in trait
        ]


def measure(
    book: pl.DataFrame,
    traits: pl.DataFrame,
    step: Callable[[], None] = lambda: None,
    told: Mapping[str, Any] | None = None,
) -> Measured | None:
    """Train on what came before, and hold it against the latest month by group; None when no trait is known of it.

    :param book: a checked book, as :func:`strategy.scoring.train.train` takes it.
    :param traits: as :func:`ledger.traits.read_traits` gives them.
    :param told: of the book's own features, as for training.
    :raises NotEnoughHistory: too few rows to train on.
    """
    if traits.width < 2:
        return None
    spec = spec_of(book, told)
    panel = outcome_panel(book, spec) if has_outcomes(book) else build_panel(book, spec)
    if not len(panel):
        raise NotEnoughHistory("no row of the book has a known answer")
    test, said, how = _unseen(panel, spec, step)
    by_trait = measured_traits(_groups(test, traits))
    if not by_trait:
        return None
    fits = {}
    for head, (rows, probability, happened) in _answers(test, said).items():
        those = {trait: Grouped(each.code[rows], each.names) for trait, each in by_trait.items()}
        fits[head] = {trait: group_fits(each, probability[rows], happened[rows]) for trait, each in those.items()}
    year, month = divmod(test.months[-1] - 1, 12)
    return Measured(how, f"{year}-{month + 1:02d}", fits)


def _unseen(panel: Panel, spec: Any, step: Callable[[], None]) -> tuple[Panel, dict[str, Floats], str]:
    first = panel.latest_months[0]
    test = panel.where(panel.month >= first)
    if len(panel.months) > 1:
        try:
            heads, _ = fit_heads(panel.where(panel.month < first), spec, step)
            return test, {name: each.head.probability(test.table) for name, each in heads.items()}, "out_of_time"
        except NotEnoughHistory:
            pass  # the earlier months are too few: then by accounts
    heads, _ = fit_heads(panel, spec, step)
    said = {name: each.probability_unseen(test.table, test.account, ahead=False) for name, each in heads.items()}
    return test, said, "unseen_accounts"


def _answers(test: Panel, said: Mapping[str, Floats]) -> dict[str, tuple[Bools, Floats, Bools]]:
    """head -> (the rows it speaks of, its probabilities, whether it happened)."""
    everybody = np.ones(len(test), dtype=bool)
    found = {"willingness": (everybody, said["willingness"], test.pays)}
    if "ability" in said:
        found["ability"] = (test.pays & test.covers_known, said["ability"], test.covers)
        found["cure"] = (test.covers_known, said["willingness"] * said["ability"], test.covers)
    return found


def _groups(panel: Panel, traits: pl.DataFrame) -> dict[str, Grouped]:
    """The panel knows an account by a number made of its reference."""
    numbers = pl.Series("account", [zlib.crc32(ref.encode()) for ref in traits[REF]], dtype=pl.Int64)
    known = traits.drop(REF).with_columns(numbers).unique("account", keep="last")
    rows = pl.DataFrame({"account": panel.account}).join(known, on="account", how="left", maintain_order="left")
    found = {}
    for trait in rows.columns[1:]:
        found[trait] = grouped(rows[trait].to_list())
    return found
