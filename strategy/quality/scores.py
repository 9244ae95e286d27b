"""The check of a scoring run: what it saw and what it said, against what its model learnt from."""

from __future__ import annotations

from pathlib import Path

from ledger.ledger import UnitOfWork
from strategy.models.model_files import Model
from strategy.quality.arrival import own_limits
from strategy.quality.feed import SCORE, record
from strategy.quality.findings import Finding
from strategy.quality.limits import LimitsUnreadable, limits_of
from strategy.quality.profile import Drift

ENOUGH = 200_000
"""PSI of so many accounts is known to a thousandth; of a larger book every second one is counted, or every third ..."""


def drift_of(model: Model) -> Drift | None:
    """A count against the model's own profile; None where its card has none that can be read."""
    try:
        return Drift(model.card["profile"])
    except (KeyError, TypeError, ValueError):
        return None


def every(accounts: int) -> int:
    """Of which step the accounts of a run are counted."""
    return -(-accounts // ENOUGH) if accounts else 1


def usable_scores(work: UnitOfWork, run_id: str, drift: Drift | None, home: Path) -> bool:
    """Record what the run's scores look like. False: they are worth nothing, and the run must throw them away."""
    if drift is None:
        # Who made a model without a profile is asked for one; until then its scores are watched by nothing.
        findings = [Finding("profile", "", "warn", None, None, None, 0)]
    else:
        try:
            findings = drift.findings(limits_of(own_limits(home)))
        except LimitsUnreadable:
            findings = [Finding("limits", "", "broken", None, None, None, 0)]
        if not findings:
            return True  # nobody could be scored, so there is nothing to throw away
    check = record(work, run_id, SCORE, findings)
    return check.status != "broken" or bool(check.accepted_by)
