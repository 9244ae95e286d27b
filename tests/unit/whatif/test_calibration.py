"""Draws of a calibration, as they change probabilities that are calibrated already."""

from __future__ import annotations

import numpy as np
import pytest

from strategy.whatif.calibration import draws_of

CARD = {
    "calibration": {
        "willingness": {"slope": 1.2, "intercept": 0.3},
        "ability": {"slope": 0.8, "intercept": -0.1},
    },
    "calibration_draws": {"willingness": [[1.2, 0.3], [1.0, 0.5]], "ability": [[0.9, 0.0], [0.8, -0.1], [1, 1]]},
}


def probability(slope: float, intercept: float, log_odds: float) -> float:
    return 1 / (1 + np.exp(-(slope * log_odds + intercept)))


def test_a_draw_turns_what_is_said_now_into_what_it_would_have_said():
    found = draws_of(CARD)
    assert found.willingness[0] == pytest.approx([1, 0])
    assert found.ability[1] == pytest.approx([1, 0])
    raw = 1.7
    said = probability(1.2, 0.3, raw)
    slope, intercept = found.willingness[1]
    assert probability(slope, intercept, np.log(said / (1 - said))) == pytest.approx(probability(1.0, 0.5, raw))
    assert found.willingness.shape == found.ability.shape == (2, 2)


def test_a_card_without_draws_says_nothing():
    assert draws_of({}) is None
    assert draws_of({**CARD, "calibration_draws": {"willingness": [[1, 0]]}}) is None
    assert draws_of({**CARD, "calibration_draws": {"willingness": [], "ability": []}}) is None
