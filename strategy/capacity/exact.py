"""The same assignment as an integer programme, solved by HiGHS: for small books, and to check the prices against."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array, eye_array, kron, vstack

from strategy.settings import ACTIONS

Floats = NDArray[np.float64]


def solve_exactly(values: Floats, minutes: Floats, people_minutes: float, bot_contacts: float) -> NDArray[np.int8]:
    """The best action for each account, as positions in ``settings.ACTIONS``; see ``assignment.best_actions``.

    :raises RuntimeError: HiGHS found no solution, which cannot be: doing nothing is one.
    """
    accounts, actions = values.shape
    if accounts == 0:
        return np.empty(0, dtype=np.int8)
    allowed = np.isfinite(values)
    by_bot = np.array([action.startswith("bot_") for action in ACTIONS], dtype=np.float64)
    one_each = kron(eye_array(accounts), np.ones((1, actions)))
    uses = csr_array(np.vstack([np.tile(minutes, accounts), np.tile(by_bot, accounts)]))
    found = milp(
        c=-np.where(allowed, values, 0).ravel(),
        integrality=np.ones(values.size),
        bounds=Bounds(0, allowed.astype(np.float64).ravel()),
        constraints=LinearConstraint(
            vstack([one_each, uses]).tocsr(),
            np.concatenate([np.ones(accounts), [0, 0]]),
            np.concatenate([np.ones(accounts), [people_minutes, bot_contacts]]),
        ),
        options={"mip_rel_gap": 1e-9},
    )
    if found.x is None:
        raise RuntimeError(f"no assignment found: {found.message}")
    chosen: NDArray[np.int8] = found.x.reshape(accounts, actions).argmax(axis=1).astype(np.int8)
    return chosen
