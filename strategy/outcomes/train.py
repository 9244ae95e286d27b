"""Train the heads for contact, promise and promise kept, and say on the card where their outcomes came from."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

import numpy as np

from strategy.outcomes.history import OUTCOME_SPEC
from strategy.outcomes.rows import Rows
from strategy.scoring.fitting import NotEnoughHistory, fit_head, grow
from strategy.scoring.heads import OUTCOME_HEADS, Head
from strategy.scoring.metrics import figures, no_better_than_chance

Source = Literal["observed", "simulated"]

ENOUGH: Final = 200
"""Observed rows of the rarer answer from which a head is trained on what was observed: an AUC is then known to about
four points either way. Until then a head is trained on simulated outcomes, or not at all."""

LATEST: Final = 0.25
"""The last quarter of the rows by time, on which the others are tested."""

MOST_ROWS: Final = 6_000
"""The latest this many rows of a head are learnt from: more cost time and teach little."""


@dataclass(frozen=True)
class OutcomeHeads:
    """The heads there was enough for, and what the card says of them."""

    heads: Mapping[str, Head]
    card: dict[str, Any]
    """{"outcomes": {"spec", "heads": {head: {"source", "rows", "out_of_time", "problem"}}}, "simulated_heads",
    "absent_heads": {head: why}}."""


def train_outcomes(
    observed: Mapping[str, Rows],
    simulated: Mapping[str, Rows],
    wanted: str = "auto",
    step: Callable[[int, int], None] = lambda _done, _all: None,
) -> OutcomeHeads:
    """Each head from observed rows if there are :data:`ENOUGH`, else from simulated ones; or from those wanted alone.

    A head for which neither is enough, or that guesses on the rows held out, is left out, with the reason on the card.
    The two are never mixed in one head.
    """
    heads: dict[str, Head] = {}
    told: dict[str, dict[str, Any]] = {}
    for done, name in enumerate(OUTCOME_HEADS):
        step(done, len(OUTCOME_HEADS))
        source, rows = _chosen(name, observed, simulated, wanted)
        told[name] = {"source": source, "rows": len(rows)}
        try:
            head, told[name]["out_of_time"] = _trained(name, rows)
        except NotEnoughHistory as error:
            told[name]["problem"] = str(error)
            continue
        problem = no_better_than_chance(name, told[name]["out_of_time"])
        if problem:
            told[name]["problem"] = problem
        else:
            heads[name] = head
    step(len(OUTCOME_HEADS), len(OUTCOME_HEADS))
    card = {
        "outcomes": {"spec": OUTCOME_SPEC.to_json(), "heads": told},
        "simulated_heads": [name for name in heads if told[name]["source"] == "simulated"],
        "absent_heads": {name: each["problem"] for name, each in told.items() if "problem" in each},
    }
    return OutcomeHeads(heads, card)


def _chosen(name: str, observed: Mapping[str, Rows], simulated: Mapping[str, Rows], wanted: str) -> tuple[Source, Rows]:
    if wanted == "observed" or (wanted == "auto" and observed[name].rarer >= ENOUGH):
        return "observed", observed[name]
    return "simulated", simulated[name]


def _trained(name: str, rows: Rows) -> tuple[Head, dict[str, Any]]:
    """Measured on the latest rows, of accounts that the trees never saw, then trained on all."""
    rows = rows.where(np.arange(len(rows)) >= len(rows) - MOST_ROWS)
    if rows.rarer < ENOUGH:
        raise NotEnoughHistory(f"{name}: {rows.rarer} rows of the rarer answer of {ENOUGH} needed")
    cut = np.sort(rows.at)[int(len(rows) * (1 - LATEST))]
    earlier, later = rows.where(rows.at < cut), rows.where(rows.at >= cut)
    fitted = fit_head(earlier.table, earlier.happened, OUTCOME_SPEC, name, earlier.account)
    said = fitted.probability_unseen(later.table, later.account, ahead=False)
    measured = {**figures(later.happened, said, later.account), "from": str(cut.astype("datetime64[D]"))}
    # The trees that stay are grown on all rows, with the calibration that was just measured.
    one_time = np.zeros(len(rows), dtype=np.int64)
    return Head(grow(rows.table, rows.happened, one_time, OUTCOME_SPEC, name), fitted.head.platt), measured
