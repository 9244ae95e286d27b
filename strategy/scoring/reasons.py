"""Reason codes: which group of features moved an account's score, for and against, in sentences that are true of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
import yaml
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Columns = Mapping[str, NDArray[np.floating[Any]]]
Reason = dict[str, Any]
"""{"head": "willingness" | "ability", "code": str, "effect": log-odds, below zero lowers the score}."""

NO_HISTORY = "N01"

TRACE = 0.05
"""Effects up to this many log-odds (about one percentage point) are not worth a sentence."""

MOST_PER_DIRECTION = 2


@dataclass(frozen=True)
class ReasonCode:
    """One fixed code with its sentences."""

    code: str
    group: str
    direction: str
    """'for' or 'against'."""
    zh: str
    en: str

    def sentence(self, language: str) -> str:
        """:param language: 'zh' or 'en'."""
        return {"zh": self.zh, "en": self.en}[language]


WHEN: dict[str, Callable[[Columns], NDArray[np.bool_]]] = {
    "P01": lambda f: f["miss_run"] >= 2,
    "P02": lambda f: f["miss_share"] > 0.5,
    "P03": lambda f: f["latest_against_earlier"] < 0.5,
    # One miss in three months, and it is the latest: the months before it are clean.
    "P11": lambda f: (f["miss_share"] == 0) | ((f["miss_run"] == 1) & (f["miss_share"] < 0.34)),
    "A01": lambda f: f["best_paid_of_balance"] < 0.05,
    "A11": lambda f: f["best_paid_of_balance"] >= 0.05,
    "B01": lambda f: f["utilisation"] >= 0.9,
    "B02": lambda f: f["utilisation_change_2"] > 0.05,
    "B11": lambda f: f["utilisation"] < 0.5,
    "B12": lambda f: f["utilisation_change_2"] < -0.05,
    "S01": lambda f: f["spending_last"] > 0.1,
    "S11": lambda f: f["spending_last"] <= 0.02,
}
"""When a code's sentence is true of an account. A code that is not here is true of every account."""


@cache
def reason_codes() -> dict[str, ReasonCode]:
    """Every code, in order of preference within a group and direction."""
    text = files("strategy.scoring").joinpath("reasons.yaml").read_text(encoding="utf-8")
    return {entry["code"]: ReasonCode(**entry) for entry in yaml.safe_load(text)}


def choose(
    head: str, contributions: Floats, columns: Columns, groups: Mapping[str, tuple[str, ...]]
) -> list[list[Reason]]:
    """The reasons of each account for one head, the strongest first.

    :param contributions: (rows, features) log-odds by feature.
    :param columns: the features of the same rows, in the same order.
    :param groups: the names of the features of each group; a group without codes gets no sentence.
    """
    rows = len(contributions)
    found: list[list[Reason]] = [[] for _ in range(rows)]
    told = [group for group in groups if any(code.group == group for code in reason_codes().values())]
    position = {name: number for number, name in enumerate(columns)}
    effects = np.column_stack(
        [contributions[:, [position[name] for name in groups[group]]].sum(axis=1) for group in told]
    )
    codes = {
        direction: np.column_stack([_code_of(group, direction, columns, rows) for group in told])
        for direction in ("against", "for")
    }
    order = np.argsort(-np.abs(effects), axis=1)
    for row in range(rows):
        room = {"for": MOST_PER_DIRECTION, "against": MOST_PER_DIRECTION}
        for group in order[row]:
            effect = float(effects[row, group])
            direction = "for" if effect > 0 else "against"
            if abs(effect) > TRACE and room[direction]:
                room[direction] -= 1
                found[row].append({"head": head, "code": str(codes[direction][row, group]), "effect": round(effect, 3)})
    return found


def _code_of(group: str, direction: str, columns: Columns, rows: int) -> NDArray[np.str_]:
    """For each row the first code of the group and direction whose sentence is true."""
    wanted = [code for code in reason_codes().values() if (code.group, code.direction) == (group, direction)]
    with np.errstate(invalid="ignore"):
        true_of = [WHEN[each.code](columns) if each.code in WHEN else np.ones(rows, dtype=bool) for each in wanted]
    return np.asarray(np.select(true_of, [each.code for each in wanted], default=""))
