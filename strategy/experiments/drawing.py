"""Who is in which arm: a keyed hash, the same every time it is asked, whatever else is drawn. Pure."""

from __future__ import annotations

import hashlib

from strategy.experiments.design import Design

SEPARATOR = ":"


def arm_in(design: Design, salt: str, unit_id: str) -> tuple[str, float] | None:
    """The arm of one debtor or account with the probability it had, or None: it does not take part.

    Ask only for accounts that no hard rule and no permanent arm has taken; the caller multiplies by the probability
    of that.

    :param salt: the experiment's id, made at its start. Nobody can pick a plan whose draw they have seen, and no two
        experiments, nor the permanent hold-out, draw alike.
    :param unit_id: the debtor's or the account's id, as `Design.unit` says.
    """
    if _share_of(salt, "part", unit_id) >= design.share:
        return None
    drawn, passed = _share_of(salt, "arm", unit_id), 0.0
    for arm in design.arms:
        passed += arm.share
        if drawn < passed:
            return arm.name, design.share * arm.share
    last = design.arms[-1]  # the shares sum to 1 but for rounding
    return last.name, design.share * last.share


def label(experiment_id: str, arm: str) -> str:
    """How the arm stands in ``TierAssignment.arm``."""
    return f"{experiment_id}{SEPARATOR}{arm}"


def read_label(text: str) -> tuple[str, str] | None:
    """(experiment id, arm) of a label; None for one of the permanent arms."""
    experiment_id, found, arm = text.partition(SEPARATOR)
    return (experiment_id, arm) if found else None


def _share_of(salt: str, what: str, unit_id: str) -> float:
    """0 up to 1, evenly spread."""
    digest = hashlib.sha256(f"{salt}|{what}|{unit_id}".encode()).digest()
    return int.from_bytes(digest[:8], "big") / 2**64
