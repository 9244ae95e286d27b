"""Arms: the few accounts that chance decides about, so that what the others get can be measured. Pure; numpy only.

==============  ==================================================================================================
``champion``    what the grid says; almost everybody
``hold_out``    nobody contacts them first, for as long as they are overdue; whoever gets in touch is served
``human_first`` a person takes them, whatever the grid says
``explore``     a random treatment among those that weigh no heavier than their own, spoken by the same agent
==============  ==================================================================================================

Who is in which arm hangs on the account's id and the settings' salt alone, so that an account stays in its arm over
runs and versions; a larger share only adds accounts. Hard rules come first: an account they apply to is never drawn.
Each placement records the propensity of what was done: the probability, over all arms, that chance would do exactly
that to an account of this tier. With :func:`propensities` it is what inverse-propensity weighting needs.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import polars as pl
from numpy.typing import NDArray

from strategy.settings import TIERS, Arms, StrategySettings
from strategy.treatments import TONES, Treatment

ARMS = ("champion", "hold_out", "human_first", "explore")

NO_CONTACT = "none"
"""What is done in the hold-out, where :func:`propensities` lists what may be done."""

STARTS = {"hold_out": 0.0, "explore": 0.3, "human_first": 0.8}
"""Where each arm's stretch of [0, 1) starts. It reaches up to the next one, so that no arm grows into another."""

Uniforms = NDArray[np.float64]


def arm_of(account_id: str, shares: Arms) -> str:
    """The arm of one account that no hard rule applies to."""
    drawn, _ = draws([account_id], shares.salt)
    return ARMS[int(arm_indexes(drawn, shares)[0])]


def arm_indexes(drawn: Uniforms, shares: Arms) -> NDArray[np.int8]:
    """Positions in :data:`ARMS`, for draws from [0, 1)."""
    arms = np.zeros(len(drawn), dtype=np.int8)
    for arm, start in STARTS.items():
        arms[(drawn >= start) & (drawn < start + getattr(shares, arm))] = ARMS.index(arm)
    return arms


def draws(account_ids: Sequence[str] | pl.Series, salt: str) -> tuple[Uniforms, Uniforms]:
    """Two independent draws from [0, 1) for each account: one for its arm, one for what it is given there.

    The ids are hashed in bulk under a key made from the salt; always the same for the same id and salt.
    """
    ids = account_ids if isinstance(account_ids, pl.Series) else pl.Series(account_ids, dtype=pl.String)
    text = np.frombuffer((ids.str.join("").item() or "").encode() if len(ids) else b"", dtype=np.uint8)
    lengths = ids.str.len_bytes().to_numpy().astype(np.int64)
    starts = np.cumsum(lengths) - lengths
    key = np.frombuffer(hashlib.blake2b(salt.encode(), digest_size=16).digest(), dtype="<u8")
    first = np.empty(len(ids), dtype=np.uint64)
    # Ids are mostly of one length, so that whole columns of eight letters are hashed at once.
    for length in np.unique(lengths):
        rows = np.flatnonzero(lengths == length)
        letters = np.zeros((len(rows), -(-int(length) // 8) * 8), dtype=np.uint8)
        letters[:, :length] = text[starts[rows, None] + np.arange(length)]
        state = np.full(len(rows), key[0] ^ np.uint64(length), dtype=np.uint64)
        for word in letters.view("<u8").T:
            state = _mixed(state ^ word)
        first[rows] = state
    second = _mixed(first ^ key[1])
    return _unit(_mixed(first)), _unit(second)


def _mixed(state: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """One step of SplitMix64 (Steele, Lea, Flood 2014): every bit of the state reaches every bit of the result."""
    state = state + np.uint64(0x9E3779B97F4A7C15)
    state = (state ^ (state >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    state = (state ^ (state >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return state ^ (state >> np.uint64(31))


def _unit(state: NDArray[np.uint64]) -> Uniforms:
    return (state >> np.uint64(11)).astype(np.float64) * 2.0**-53


def may_explore(tier: str, settings: StrategySettings) -> tuple[str, ...]:
    """The tiers whose treatment an account of `tier` may be given by chance, its own first.

    Same agent, at least as many days between contacts, no firmer tone, no channel that its own has not. Two treatments
    of one name count as one.
    """
    own = settings.treatments[tier]
    allowed = {own.name: tier}
    for other in TIERS:
        if other != "people" and _no_heavier(settings.treatments[other], own):
            allowed.setdefault(settings.treatments[other].name, other)
    return tuple(allowed.values())


def _no_heavier(other: Treatment, own: Treatment) -> bool:
    return (
        other.agent == own.agent
        and other.cadence_days >= own.cadence_days
        and TONES.index(other.tone) <= TONES.index(own.tone)
        and set(other.channels) <= set(own.channels)
    )


def given_in(arm: str, tier: str, drawn: float, settings: StrategySettings) -> str:
    """The tier whose treatment an account of `tier` is given in `arm`; `drawn` from [0, 1) picks among the allowed."""
    if arm == "human_first":
        return _with_a_person(tier, settings)
    if arm == "explore":
        allowed = may_explore(tier, settings)
        return allowed[int(drawn * len(allowed))]
    return tier


def _with_a_person(tier: str, settings: StrategySettings) -> str:
    return tier if settings.treatments[tier].agent == "human" else "people"


def propensities(tier: str, settings: StrategySettings) -> Mapping[str, float]:
    """How likely chance does each thing to an account of `tier` that no hard rule applies to; they sum to 1.

    By the tier whose treatment is given, and by :data:`NO_CONTACT`. One treatment may be given in several arms.
    """
    shares = settings.arms
    chances = {NO_CONTACT: shares.hold_out, tier: 1 - shares.hold_out - shares.human_first - shares.explore}
    person = _with_a_person(tier, settings)
    chances[person] = chances.get(person, 0.0) + shares.human_first
    allowed = may_explore(tier, settings)
    for other in allowed:
        chances[other] = chances.get(other, 0.0) + shares.explore / len(allowed)
    return chances


def tier_given(tier: str, name: str, arm: str, settings: StrategySettings) -> str:
    """The tier whose treatment was recorded by its name for an account of `tier` in `arm`.

    A name that these settings do not know is read as the tier's own: it was given under an earlier version.
    """
    if arm == "human_first":
        return _with_a_person(tier, settings)
    if name == settings.treatments[tier].name:
        return tier
    others = (other for other in may_explore(tier, settings)[1:] if settings.treatments[other].name == name)
    return next(others, tier)


def treatment_given(tier: str, name: str, arm: str, settings: StrategySettings) -> Treatment:
    """The treatment that was recorded by its name for an account of `tier` in `arm`.

    One given by exploring changes how the account is contacted; what may be agreed to, and the hours of its own tier,
    stay.
    """
    own = settings.treatments[tier]
    given = settings.treatments[tier_given(tier, name, arm, settings)]
    if given is own or arm == "human_first":
        return given
    return replace(
        given,
        offers=own.offers,
        promise_days=own.promise_days,
        part_floor=own.part_floor,
        plan_parts=own.plan_parts,
        plan_days=own.plan_days,
        hours=own.hours,
    )
