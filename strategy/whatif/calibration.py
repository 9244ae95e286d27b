"""How unsure the calibration in use is, read off the model's card. Pure; numpy only."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from strategy.whatif.recovery import CalibrationDraws

HEADS = ("willingness", "ability")


def draws_of(card: Mapping[str, Any]) -> CalibrationDraws | None:
    """What a card's ``calibration_draws`` (by head, [[slope, intercept], ...] on the model's own log-odds) do to the
    probabilities as they are calibrated now; None where the card has none for both heads."""
    drawn, used = card.get("calibration_draws", {}), card.get("calibration", {})
    if any(head not in drawn or head not in used for head in HEADS):
        return None
    relative = []
    for head in HEADS:
        slope, intercept = float(used[head]["slope"]), float(used[head]["intercept"])
        each = np.array(drawn[head], dtype=np.float64).reshape(-1, 2)
        factor = each[:, 0] / slope
        relative.append(np.column_stack([factor, each[:, 1] - factor * intercept]))
    rows = min(len(each) for each in relative)
    return CalibrationDraws(relative[0][:rows], relative[1][:rows]) if rows else None
