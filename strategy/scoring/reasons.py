"""Reason codes: which group of features moved an account's score, for and against, in sentences that are true of it.

For all accounts at once. Reasons travel as compact text, ``W:P01-1.20,B11+0.41;A:A01-0.70``: the head, then codes with
their effect in calibrated log-odds, the strongest first (``ledger/reason_text.py``).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
import polars as pl
import yaml
from numpy.typing import NDArray

from ledger.reason_text import LETTERS
from strategy.scoring.features import FeatureSpec
from strategy.scoring.heads import Head
from strategy.scoring.leaf_tables import leaf_tables

Floats = NDArray[np.float64]
Columns = Mapping[str, NDArray[np.floating[Any]]]

NO_HISTORY = "N01"
OTHER = "other"
"""The group of whatever has no codes of its own, such as the columns that a mapped file brings."""

TRACE = 0.05
"""Effects up to this many log-odds (about one percentage point) are not worth a sentence."""

MOST_PER_DIRECTION = 2

_HUNDREDTHS = 1_000
"""Effects are told up to 9.99 log-odds; no probability shows a difference beyond that."""


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


class Explainer:
    """The reasons of one head, tabulated once and then asked for as many accounts as there are."""

    def __init__(self, name: str, head: Head, spec: FeatureSpec) -> None:
        """:param name: one of :data:`ledger.reason_text.LETTERS`.

        :raises NotOblivious: the head's trees cannot be tabulated.
        """
        with_codes = {code.group for code in reason_codes().values()}
        members: dict[str, list[int]] = {}
        for position, feature in enumerate(spec.features):
            members.setdefault(feature.group if feature.group in with_codes else OTHER, []).append(position)
        self.name = name
        self.groups = tuple(members)
        self._names = spec.names
        self._tables = leaf_tables(head.model, list(members.values()))
        self._slope = head.platt.slope

    def effects(self, table: NDArray[np.float32]) -> Floats:
        """(rows, groups) what each of :attr:`groups` adds to the calibrated log-odds."""
        return self._tables.contributions(table) * self._slope

    def reasons(self, table: NDArray[np.float32]) -> pl.Series:
        """For each row of the features its reasons as compact text; null where nothing is worth a sentence."""
        return reason_text(self.name, self.effects(table), dict(zip(self._names, table.T, strict=True)), self.groups)


def reason_text(head: str, effects: Floats, columns: Columns, groups: Sequence[str]) -> pl.Series:
    """Per account the strongest reasons, at most :data:`MOST_PER_DIRECTION` for and as many against.

    :param effects: (rows, groups) calibrated log-odds.
    :param columns: the features of the same rows; a sentence about a feature that is not there is not given.
    """
    codes = {direction: _code_ids(groups, direction, columns, len(effects)) for direction in ("against", "for")}
    order = np.argsort(-np.abs(effects), axis=1)
    room = {"against": np.zeros(len(effects), np.int8), "for": np.zeros(len(effects), np.int8)}
    rows = np.arange(len(effects))
    told: list[pl.Series] = []
    for place in range(len(groups)):
        group = order[:, place]
        effect = effects[rows, group]
        token = np.zeros(len(effects), dtype=np.int64)  # 0 is: nothing to say
        size = np.minimum(np.rint(np.abs(effect) * 100), _HUNDREDTHS - 1).astype(np.int64)
        for direction, sign in (("against", -1), ("for", 1)):
            given = (sign * effect > TRACE) & (room[direction] < MOST_PER_DIRECTION)
            room[direction] += given
            token = np.where(given, codes[direction][rows, group].astype(np.int64) * _HUNDREDTHS + size, token)
        told.append(_words(LETTERS[head] + ":" if place == 0 else ",").gather(token).alias(str(place)))
    # Whatever is told at all begins with the strongest, so that a null there means that nothing is.
    return pl.select(pl.concat_str([pl.lit(each) for each in told], ignore_nulls=False).alias("reasons")).to_series()


@cache
def _words(before: str) -> pl.Series:
    """Every code with every effect as text, at the place ``id * _HUNDREDTHS + hundredths``."""
    nothing = None if before.endswith(":") else ""
    words: list[str | None] = [nothing] * _HUNDREDTHS
    for code in reason_codes().values():
        sign = "+" if code.direction == "for" else "-"
        words += [f"{before}{code.code}{sign}{size / 100:.2f}" for size in range(_HUNDREDTHS)]
    return pl.Series(words, dtype=pl.String)


def _code_ids(groups: Sequence[str], direction: str, columns: Columns, rows: int) -> NDArray[np.uint8]:
    """(rows, groups) the first code of the group and direction whose sentence is true, by its place from 1."""
    known = list(reason_codes())
    ids = np.zeros((rows, len(groups)), dtype=np.uint8)
    for position, group in enumerate(groups):
        wanted = [code for code in reason_codes().values() if (code.group, code.direction) == (group, direction)]
        for code in reversed(wanted):  # the preferred ones are written last, over the others
            true_of = is_true(code.code, columns, rows)
            ids[true_of, position] = known.index(code.code) + 1
    return ids


def is_true(code: str, columns: Columns, rows: int) -> NDArray[np.bool_]:
    """Where the sentence of a code is true; nowhere, if it speaks of a feature that the model does not look at."""
    if code not in WHEN:
        return np.ones(rows, dtype=np.bool_)
    try:
        with np.errstate(invalid="ignore"):
            return np.asarray(WHEN[code](columns))
    except KeyError:
        return np.zeros(rows, dtype=np.bool_)
