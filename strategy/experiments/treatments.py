"""What an arm does to the treatments in force, held to the same rules as a manager's settings. Pure."""

from __future__ import annotations

import dataclasses

from strategy.experiments.design import Arm
from strategy.settings import InvalidSettings, StrategySettings, from_json, to_json


def settings_in(arm: Arm, in_force: StrategySettings, of_version: StrategySettings | None) -> StrategySettings:
    """The settings by which the arm's accounts are treated: other treatments, and nothing else.

    Thresholds, hard rules and capacity stay those in force, so that an arm changes no account's tier by itself.

    :param of_version: the settings of ``arm.strategy_version``, where it names one.
    :raises ArmUnusable: says what is wrong, such as a bot for a tier that belongs to people.
    """
    if arm.strategy_version is not None:
        if of_version is None:
            raise ArmUnusable(f"arm {arm.name}: there is no strategy version {arm.strategy_version}")
        return dataclasses.replace(in_force, treatments=of_version.treatments)
    told = to_json(in_force)
    for tier, changes in arm.treatments.items():
        told["treatments"][tier] = {**told["treatments"][tier], **changes}
    changed = from_json(told)
    if isinstance(changed, InvalidSettings):
        raise ArmUnusable(f"arm {arm.name}: {changed}")
    return changed


class ArmUnusable(Exception):
    """An arm that asks for a treatment which no strategy may have."""
