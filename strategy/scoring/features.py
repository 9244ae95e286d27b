"""What the models see of an account: its bills and payments up to the close of the as-of month, and nothing after.

``feature_table(book, spec, closed)`` looks from the close of month ``closed`` (1 = the book's latest month) and reads
the columns of that month and of older ones only. It uses a few months, so that an account seen from an older month,
with less history in the book, looks the same to the model as one seen today (``history.py``).

A :class:`FeatureSpec` says which features a model was trained on, in which order, and which signs are known of them;
the model's card keeps it. :data:`STANDARD` is what bills and payments give. A book from another layout may bring
columns ``x_<name>`` of its own, which become features as they are (:func:`spec_of`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from strategy.scoring.book import MONTHS
from strategy.scoring.history import history

BOOK = "book"
"""The source of a feature that is computed from bills and payments."""

COLUMN = "column:"
"""The source of a feature that is the book's column ``x_<name>`` begins with this."""

OTHER = "other"
"""The group of the features that a book brings itself."""


class SpecUnknown(Exception):
    """A feature spec asks for what this version does not compute, or cannot be read."""


@dataclass(frozen=True)
class Feature:
    """One input of the models."""

    name: str
    group: str
    """What a reason speaks of: under refits the top group is far steadier than the top feature."""
    signs: Mapping[str, int] = field(default_factory=dict)
    """By head: 1 where more of it never lowers the score, -1 where it never raises it. Absent: free."""
    source: str = BOOK


@dataclass(frozen=True)
class FeatureSpec:
    """The inputs of a model, in the order of its columns."""

    features: tuple[Feature, ...]

    @cached_property
    def names(self) -> tuple[str, ...]:
        return tuple(feature.name for feature in self.features)

    @cached_property
    def groups(self) -> dict[str, tuple[str, ...]]:
        """Group -> the names of its features, groups in the order of their first feature."""
        found: dict[str, tuple[str, ...]] = {}
        for feature in self.features:
            found[feature.group] = (*found.get(feature.group, ()), feature.name)
        return found

    @cached_property
    def columns(self) -> tuple[str, ...]:
        """The columns of the book that are features as they are."""
        return tuple(f"x_{each.source.removeprefix(COLUMN)}" for each in self.features if each.source != BOOK)

    def monotone(self, head: str) -> list[int]:
        """The known sign of each feature for a head; 0 where none is."""
        return [feature.signs.get(head, 0) for feature in self.features]

    def to_json(self) -> list[dict[str, Any]]:
        return [
            {"name": each.name, "group": each.group, "signs": dict(each.signs), "source": each.source}
            for each in self.features
        ]

    @classmethod
    def from_json(cls, entries: Any) -> FeatureSpec:
        """:raises SpecUnknown: not a spec, or it names a feature that this version does not compute."""
        try:
            found = cls(tuple(Feature(e["name"], e["group"], dict(e["signs"]), e["source"]) for e in entries))
        except (TypeError, KeyError, ValueError, AttributeError) as error:
            raise SpecUnknown("the feature spec cannot be read") from error
        known = set(STANDARD.names)
        for feature in found.features:
            if not (feature.name in known if feature.source == BOOK else str(feature.source).startswith(COLUMN)):
                raise SpecUnknown(f"feature {feature.name} is not computed by this version")
        return found


def _standard(group: str, signs: Mapping[str, int], *names: str) -> tuple[Feature, ...]:
    return tuple(Feature(name, group, signs) for name in names)


_FREE: Mapping[str, int] = {}
_LOWERS = {"willingness": -1, "ability": -1}
_RAISES = {"willingness": 1, "ability": 1}

STANDARD = FeatureSpec(
    (
        *_standard("payments", _FREE, "answered_1", "answered_2", "answered_3"),
        *_standard("payments", _LOWERS, "miss_share", "miss_run", "nothing_paid_share", "nothing_paid_run"),
        *_standard("payments", _RAISES, "full_share"),
        *_standard("payments", _FREE, "latest_against_earlier"),
        *_standard("capacity", _FREE, *(f"paid_of_balance_{back}" for back in (1, 2, 3, 4))),
        *_standard("capacity", _RAISES, "best_paid_of_balance", "mean_paid_of_balance", "best_paid_of_limit"),
        # On the list of proxies (strategy/models/proxies.yaml): a group apart, which no reason names.
        *_standard("limit", _FREE, "limit_log"),
        # Free: "owes more, so is less willing" is false.
        *_standard("balance", _FREE, "balance_log", "utilisation"),
        *_standard("balance", _FREE, "utilisation_change_1", "utilisation_change_2", "idle_share"),
        *_standard("spending", _FREE, "spending_last", "spending_mean"),
    )
)
"""What bills and payments give."""


def feature_table(book: pl.DataFrame, spec: FeatureSpec = STANDARD, closed: int = 1) -> NDArray[np.float32]:
    """The features as one (rows, len(spec.names)) table in column order, which CatBoost reads fastest; NaN is unknown.

    :param book: a table that :func:`strategy.scoring.book.check_book` has passed.
    :param closed: the as-of month, in months back. The book's own columns ``x_*`` are known at its as-of date alone,
        so they are unknown for ``closed`` above 1.
    """
    if not 1 <= closed <= MONTHS:
        raise ValueError(f"closed must be 1..{MONTHS}, not {closed}")
    from_history = history(closed)
    wanted = [
        (from_history[each.name] if each.source == BOOK else _own_column(each, closed))
        .cast(pl.Float32)
        .fill_null(float("nan"))
        .alias(each.name)
        for each in spec.features
    ]
    return np.asfortranarray(book.lazy().select(wanted).collect().to_numpy(order="fortran"))


def can_score(book: pl.DataFrame, spec: FeatureSpec = STANDARD) -> NDArray[np.bool_]:
    """Where enough is known for a score: two statements and what was paid between them, or a column of its own."""
    known = [pl.lit(False), *(pl.col(name).is_not_null() for name in spec.columns)]
    if any(each.source == BOOK for each in spec.features):
        known.append(
            pl.col("billed_1").is_not_null() & pl.col("billed_2").is_not_null() & pl.col("paid_1").is_not_null()
        )
    return book.select(pl.any_horizontal(known)).to_series().to_numpy()


def spec_of(book: pl.DataFrame, told: Mapping[str, Any] | None = None) -> FeatureSpec:
    """The standard features and, after them, the book's own columns, without those that nobody has a value of.

    :param told: what the book's files say of its columns, see :func:`strategy.scoring.book.read_own_features`.
    """
    mine = [name.removeprefix("x_") for name in book.columns if name.startswith("x_")]
    if not mine:
        return STANDARD
    spec = FeatureSpec((*STANDARD.features, *(_own(name, (told or {}).get(f"x_{name}", {})) for name in mine)))
    unknown = np.all(np.isnan(feature_table(book, spec)), axis=0)
    return FeatureSpec(tuple(each for each, absent in zip(spec.features, unknown, strict=True) if not absent))


def _own(name: str, told: Any) -> Feature:
    signs = {head: int(sign) for head, sign in told.get("signs", {}).items() if sign in (-1, 1)}
    return Feature(f"x_{name}", str(told.get("group", OTHER)), signs, COLUMN + name)


def _own_column(feature: Feature, closed: int) -> pl.Expr:
    return pl.when(closed == 1).then(pl.col(f"x_{feature.source.removeprefix(COLUMN)}"))
