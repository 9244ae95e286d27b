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
from strategy.reasons.leaf_tables import leaf_tables
from strategy.scoring.features import FeatureSpec
from strategy.scoring.heads import Head

Floats = NDArray[np.float64]
Columns = Mapping[str, NDArray[np.floating[Any]]]

NO_HISTORY = "N01"
OTHER = "other"
"""The group of whatever has no codes of its own: the columns that a mapped file brings, and proxies."""

TRACE = 0.05
"""Effects up to this many log-odds (about one percentage point) are not worth a sentence."""

MOST_PER_DIRECTION = 2

ITS_SHARE = 0.5
"""A sentence is given only where what it speaks of makes up this share of its group's effect, or more."""

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
    causes: tuple[str, ...] = ()
    """The features that the sentence speaks of, where it does not speak of the whole group."""
    retired: bool = False
    """Given no more; old scores have it."""

    def sentence(self, language: str) -> str:
        """:param language: 'zh' or 'en'."""
        return {"zh": self.zh, "en": self.en}[language]


WHEN: dict[str, Callable[[Columns], NDArray[np.bool_]]] = {
    "P01": lambda f: f["miss_run"] >= 2,
    "P02": lambda f: f["miss_share"] > 0.5,
    # One miss in three months, and it is the latest: the months before it are clean.
    "P11": lambda f: (f["miss_share"] == 0) | ((f["miss_run"] == 1) & (f["miss_share"] < 0.34)),
    "A01": lambda f: f["best_paid_of_balance"] < 0.05,
    "A11": lambda f: f["best_paid_of_balance"] >= 0.05,
    "B03": lambda f: ~np.isnan(f["balance_log"]),
    "B13": lambda f: ~np.isnan(f["balance_log"]),
    "B01": lambda f: f["utilisation"] >= 0.9,
    "B11": lambda f: f["utilisation"] < 0.5,
}
"""When a code's sentence is true of an account. A code that is not here is true of every account."""


@cache
def reason_codes() -> dict[str, ReasonCode]:
    """Every code, in order of preference within a group and direction."""
    text = files("strategy.reasons").joinpath("codes.yaml").read_text(encoding="utf-8")
    entries = [{**entry, "causes": tuple(entry.get("causes", ()))} for entry in yaml.safe_load(text)]
    return {entry["code"]: ReasonCode(**entry) for entry in entries}


class Explainer:
    """The reasons of one head, tabulated once and then asked for as many accounts as there are."""

    def __init__(self, name: str, head: Head, spec: FeatureSpec) -> None:
        """:param name: one of :data:`ledger.reason_text.LETTERS`.

        :raises NotOblivious: the head's trees cannot be tabulated.
        """
        codes = [code for code in reason_codes().values() if not code.retired]
        with_codes = {code.group for code in codes}
        # Features of one group that the same sentences speak of share a column of the tables.
        parts: dict[tuple[str, ...], list[int]] = {}
        for position, feature in enumerate(spec.features):
            group = feature.group if feature.group in with_codes else OTHER
            told = [code.code for code in codes if feature.name in code.causes]
            parts.setdefault((group, *told), []).append(position)
        self.name = name
        self.groups = tuple(dict.fromkeys(group for group, *_ in parts))
        self._of_group = {group: [n for n, part in enumerate(parts) if part[0] == group] for group in self.groups}
        self._of_cause = {
            code.code: [n for n, part in enumerate(parts) if code.code in part[1:]] for code in codes if code.causes
        }
        self._names = spec.names
        self._tables = leaf_tables(head.model, list(parts.values()))
        self._slope = head.platt.slope

    def effects(self, table: NDArray[np.float32]) -> tuple[Floats, dict[str, Floats]]:
        """(rows, groups) what each of :attr:`groups` adds to the calibrated log-odds; by code, what its causes add."""
        parts = self._tables.contributions(table) * self._slope
        groups = np.column_stack([parts[:, those].sum(axis=1) for those in self._of_group.values()])
        return groups, {code: parts[:, those].sum(axis=1) for code, those in self._of_cause.items()}

    def reasons(self, table: NDArray[np.float32]) -> pl.Series:
        """For each row of the features its reasons as compact text; null where nothing is worth a sentence."""
        effects, causes = self.effects(table)
        return reason_text(self.name, effects, causes, dict(zip(self._names, table.T, strict=True)), self.groups)


def reason_text(
    head: str, effects: Floats, causes: Mapping[str, Floats], columns: Columns, groups: Sequence[str]
) -> pl.Series:
    """Per account the strongest reasons, at most :data:`MOST_PER_DIRECTION` for and as many against.

    :param effects: (rows, groups) calibrated log-odds.
    :param causes: by code, the part of its group's effect that comes from what its sentence speaks of.
    :param columns: the features of the same rows; a sentence about a feature that is not there is not given.
    """
    rows = len(effects)
    codes = np.zeros(effects.shape, dtype=np.uint8)
    for place, group in enumerate(groups):
        codes[:, place] = _code_ids(group, effects[:, place], causes, columns)
    sizes = np.minimum(np.rint(np.abs(effects) * 100), _HUNDREDTHS - 1).astype(np.int32)
    tokens = codes * np.int32(_HUNDREDTHS) + sizes
    order = np.argsort(-np.abs(effects), axis=1)
    each = np.arange(rows)
    lowers, raises = np.zeros(rows, dtype=np.int8), np.zeros(rows, dtype=np.int8)
    told: list[pl.Expr] = []
    for place in range(len(groups)):
        group_of = order[:, place]
        effect = effects[each, group_of]
        down = (effect < -TRACE) & (lowers < MOST_PER_DIRECTION)
        up = (effect > TRACE) & (raises < MOST_PER_DIRECTION)
        lowers += down
        raises += up
        token = np.where(down | up, tokens[each, group_of], 0)  # 0 is: nothing to say
        told.append(pl.lit(_words(LETTERS[head] + ":" if place == 0 else ",").gather(token)))
    # Whatever is told at all begins with the strongest, so that a null there means that nothing is.
    return pl.select(pl.concat_str(told, ignore_nulls=False).alias("reasons")).to_series()


@cache
def _words(before: str) -> pl.Series:
    """Every code with every effect as text, at the place ``id * _HUNDREDTHS + hundredths``."""
    nothing = None if before.endswith(":") else ""
    words: list[str | None] = [nothing] * _HUNDREDTHS
    for code in reason_codes().values():
        sign = "+" if code.direction == "for" else "-"
        words += [f"{before}{code.code}{sign}{size / 100:.2f}" for size in range(_HUNDREDTHS)]
    return pl.Series(words, dtype=pl.String)


def _code_ids(group: str, effect: Floats, causes: Mapping[str, Floats], columns: Columns) -> NDArray[np.uint8]:
    """For each row the place, from 1, of the first code of the group that is true and has a hand in the effect."""
    known = list(reason_codes())
    ids = np.zeros(len(effect), dtype=np.uint8)
    against = effect < 0
    for code in reversed(reason_codes().values()):  # the preferred ones are written last, over the others
        if code.group == group and not code.retired:
            fits = is_true(code.code, columns, len(effect)) & (against == (code.direction == "against"))
            if code.causes:
                part = np.zeros(len(effect)) if code.code not in causes else causes[code.code]
                fits &= np.where(against, -part, part) >= ITS_SHARE * np.abs(effect)
            ids[fits] = known.index(code.code) + 1
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
