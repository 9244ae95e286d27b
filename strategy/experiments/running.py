"""The experiments that run, for whoever places accounts or asks how one is treated."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from ledger.ledger import UnitOfWork
from strategy.arms import ARMS
from strategy.experiments.design import Design
from strategy.experiments.drawing import join, label
from strategy.experiments.records import arm_settings, running
from strategy.experiments.treatments import ArmUnusable
from strategy.settings import TIERS, StrategySettings


@dataclass(frozen=True)
class Experiments:
    """The designs, and the settings under which each arm is treated, read once for many accounts."""

    in_force: StrategySettings
    designs: Mapping[str, Design]
    """By experiment id."""
    by_label: Mapping[str, StrategySettings]

    @classmethod
    def read(cls, work: UnitOfWork, in_force: StrategySettings) -> Experiments:
        """Those that run now. An arm that cannot be read is treated like everybody else."""
        designs = running(work)
        by_label = {}
        for experiment_id, design in designs.items():
            for arm in design.arms:
                try:
                    by_label[label(experiment_id, arm.name)] = arm_settings(work, arm, in_force)
                except ArmUnusable:
                    by_label[label(experiment_id, arm.name)] = in_force
        return cls(in_force, designs, by_label)

    def settings_for(self, arm: str) -> StrategySettings:
        """The settings for an account by its ``TierAssignment.arm``: those in force, unless an experiment that runs
        says otherwise for the arm. What an experiment that is over has said counts no more."""
        return self.by_label.get(arm, self.in_force)

    def draw(self, placed: pl.DataFrame, debtor_ids: pl.Series) -> pl.DataFrame:
        """The placements, with the champion's accounts of an experiment's tiers drawn into its arms.

        :param placed: account_id, tier, treatment, arm, propensity among its columns: the strategy's own placements.
        :param debtor_ids: of each row.
        """
        if not self.designs or placed.is_empty():
            return placed
        tiers = placed["tier"].replace_strict(list(TIERS), range(len(TIERS)), return_dtype=pl.Int64).to_numpy()
        free = (placed["arm"] == ARMS[0]).to_numpy()
        drawn, chance = join(self.designs, tiers, free, placed["account_id"], debtor_ids)
        given = pl.DataFrame(
            [
                (arm, tier, treatment.name)
                for arm, settings in self.by_label.items()
                for tier, treatment in settings.treatments.items()
            ],
            schema=["arm", "tier", "name"],
            orient="row",
        )
        named = placed.select("tier", drawn.alias("arm")).join(given, ["arm", "tier"], "left", maintain_order="left")
        return placed.with_columns(
            arm=pl.coalesce(pl.lit(drawn), "arm"),
            treatment=pl.coalesce(pl.lit(named["name"]), "treatment"),
            propensity=pl.col("propensity") * pl.lit(pl.Series(chance)),
        )
