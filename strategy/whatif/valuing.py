"""A draft valued from the log of what chance had done: which action it would take with whom. Pure; numpy only.

Only accounts that chance decided about take part: where a hard rule applied there was one thing to do, and still is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from strategy.arms import NO_CONTACT, propensities
from strategy.settings import TIERS, StrategySettings
from strategy.tiers import GRID
from strategy.treatments import Treatment
from strategy.whatif.off_policy import Logged, OffPolicy, predicted_outcomes, value_of

Floats = NDArray[np.float64]

FEWEST_LOGGED = 200
"""Rows below which nothing is estimated at all."""


@dataclass(frozen=True, slots=True, order=True)
class Action:
    """What is done with an account, as far as it may change what comes of it. Two treatments alike are one action."""

    name: str
    agent: str = ""
    channels: tuple[str, ...] = ()
    cadence_days: int = 0
    tone: str = ""


LEFT_ALONE = Action(NO_CONTACT)


def possible_in(tier: str, settings: StrategySettings) -> frozenset[Action]:
    """All that chance may do with an account of this tier."""
    return frozenset(_action(given, settings) for given, chance in propensities(tier, settings).items() if chance > 0)


def _action(given: str, settings: StrategySettings) -> Action:
    return LEFT_ALONE if given == NO_CONTACT else action_of(settings.treatments[given])


def action_of(treatment: Treatment) -> Action:
    return Action(treatment.name, treatment.agent, treatment.channels, treatment.cadence_days, treatment.tone)


@dataclass(frozen=True)
class Log:
    """Accounts that chance decided about, and what came of each; all columns of the same length."""

    actions: tuple[Action, ...]
    """By row."""
    possible: tuple[frozenset[Action], ...]
    """By row: all that chance might have done with the account then."""
    propensity: Floats
    outcome: Floats
    """Paid within the window, in the currency of most."""
    willingness: Floats
    """As scored when it was done."""
    ability: Floats
    not_known_yet: int
    """Accounts left out: their window is not over, or no newer statement says what they paid."""
    window_days: int

    def __len__(self) -> int:
        return len(self.actions)


@dataclass(frozen=True)
class TooLittle:
    """No estimate: the log is too short for one."""

    rows: int
    not_known_yet: int

    def __str__(self) -> str:
        return (
            f"{self.rows} accounts in the log have a known outcome, and {self.not_known_yet} have none yet; at least "
            f"{FEWEST_LOGGED} are needed. Publish a strategy with arms, and import newer statements as they come."
        )


def value_draft(log: Log, draft: StrategySettings) -> OffPolicy | TooLittle:
    """Mean amount paid per account under the draft, its own arms included, had it ruled when the log was written."""
    if len(log) < FEWEST_LOGGED:
        return TooLittle(len(log), log.not_known_yet)
    actions = _all_actions(log.actions, draft)
    place = {action: index for index, action in enumerate(actions)}
    logged = Logged(np.array([place[action] for action in log.actions]), log.propensity, log.outcome)
    features = np.column_stack([log.willingness, log.ability, log.willingness * log.ability])
    predicted = predicted_outcomes(features, logged, len(actions))
    return value_of(logged, _target(log, draft, place), predicted, _names(actions), _possible(log, place))


def _all_actions(logged: Sequence[Action], draft: StrategySettings) -> tuple[Action, ...]:
    return tuple(sorted({*logged, LEFT_ALONE, *(action_of(draft.treatments[tier]) for tier in TIERS)}))


def _names(actions: tuple[Action, ...]) -> tuple[str, ...]:
    """Told apart by cadence where a draft keeps a treatment's name and changes what it does."""
    names = [action.name for action in actions]
    return tuple(
        action.name if names.count(action.name) == 1 else f"{action.name}, {action.cadence_days} days, {action.tone}"
        for action in actions
    )


def _target(log: Log, draft: StrategySettings, place: dict[Action, int]) -> Floats:
    target = np.zeros((len(log), len(place)))
    willing, able = log.willingness >= draft.w_high, log.ability >= draft.a_high
    for (is_willing, is_able), tier in GRID.items():
        rows = (willing == is_willing) & (able == is_able)
        for given, chance in propensities(tier, draft).items():
            target[rows, place[_action(given, draft)]] += chance
    return target


def _possible(log: Log, place: dict[Action, int]) -> NDArray[np.bool_]:
    sets = {each: index for index, each in enumerate(dict.fromkeys(log.possible))}
    by_set = np.array([[action in each for action in place] for each in sets])
    return by_set[[sets[each] for each in log.possible]]
