"""What a text means though no pattern knows its words: a linear model over hashed pieces of the text, and a
small network over the same.

The weights are numbers in `model.npz`, written by `python -m bot.triggers.training` and read without pickle.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from bot.triggers.features import BUCKETS, Features, Table
from bot.triggers.lexicon import Priority, entries

MODEL = Path(__file__).parent / "model.npz"
REMEDY = "restore bot/triggers/model.npz from the repository, or make it: python -m bot.triggers.training"
PRIORITIES: tuple[Priority, ...] = ("P0", "P1", "P2")
# How the classes begin that are no trigger: ordinary talk, by what is wanted, and what only sounds like a trigger.
ORDINARY = "ordinary"
NEAR_MISS = "near_miss/"


class NoModel(Exception):
    """The weights are missing or cannot be used; the message says what to do."""


Shares = Mapping[Priority, float]


@dataclass(frozen=True, slots=True)
class Classifier:
    """Two models over the same pieces; a class has the mean of the shares that they give it.

    Of the linear one, `weights[place, class] * scale[class] + bias[class]` is the score of a class. A piece adds
    `weights[place, classes + unit]` times `scale` to a unit of the network, which begins at `bias`; `out` makes scores
    of the classes of what is above zero there, beside `out_bias`.

    `place_of` has a place for every bucket; at the last place all weights are zero, for the buckets that say nothing.
    """

    keys: tuple[str, ...]
    place_of: NDArray[np.int32]
    weights: NDArray[np.int8]
    scale: NDArray[np.float32]
    bias: NDArray[np.float32]
    out: NDArray[np.float32]
    out_bias: NDArray[np.float32]
    features: Features
    fingerprint: str

    def read(self, texts: Sequence[str]) -> list[Reading]:
        """How normalised texts read, such as a turn and the windows over it."""
        odds = self.odds(self.features.of(texts))
        members = _members(self.keys)
        return [
            Reading(
                said,
                {priority: float(row[places].sum()) for priority, places in members.items()},
                {priority: self.keys[places[int(row[places].argmax())]] for priority, places in members.items()},
            )
            for said, row in zip(texts, odds, strict=True)
        ]

    def odds(self, table: Table) -> NDArray[np.float32]:
        """The share of every class in each row; they add up to 1."""
        places = self.place_of[table.buckets]
        # Not a product of matrices: numpy would share so large a one among processors, which wait for each other.
        added = np.add.reduceat(self.weights[places] * table.values[:, None], table.starts[:-1])
        added = (added * self.scale + self.bias).astype(np.float32)
        linear, units = added[:, : len(self.keys)], np.maximum(added[:, len(self.keys) :], 0)
        return np.float32(0.5) * (shares_of(linear) + shares_of(units @ self.out + self.out_bias))


def shares_of(scores: NDArray[np.float32]) -> NDArray[np.float32]:
    """Of each row; they add up to 1."""
    odds = np.exp(scores - scores.max(axis=1, keepdims=True))
    shares: NDArray[np.float32] = odds / odds.sum(axis=1, keepdims=True)
    return shares


@dataclass(frozen=True, slots=True)
class Reading:
    """By priority: the share of it and the graver ones (0 to 1), and the likeliest entry among them."""

    said: str
    shares: Shares
    keys: Mapping[Priority, str]


@cache
def _members(keys: tuple[str, ...]) -> dict[Priority, NDArray[np.intp]]:
    """The classes of each priority and of the graver ones, the gravest priority first."""
    priority_of = {entry.key: entry.trigger.priority for entry in entries()}
    return {
        priority: np.array([place for place, key in enumerate(keys) if priority_of.get(key, "P9") <= priority])
        for priority in PRIORITIES
    }


@cache
def classifier(path: Path = MODEL) -> Classifier:
    """The trained model.

    :raises NoModel: it is missing, damaged, or not made for this lexicon.
    """
    try:
        with np.load(path, allow_pickle=False) as stored:
            made = _made(stored)
    except FileNotFoundError:
        raise NoModel(f"no trigger model at {path}; {REMEDY}") from None
    except (OSError, ValueError, KeyError, BadZipFile, EOFError) as error:
        raise NoModel(f"the trigger model {path} cannot be read ({type(error).__name__}); {REMEDY}") from None
    known = {*(name for entry in entries() for name in (entry.key, f"{NEAR_MISS}{entry.key}"))}
    ours = {key for key in made.keys if not key.startswith(ORDINARY)}
    if not known.issuperset(ours) or ORDINARY not in made.keys:
        raise NoModel(f"the trigger model {path} is not of this lexicon; {REMEDY}")
    return made


def _made(stored: Any) -> Classifier:
    keys = tuple(str(key) for key in stored["keys"])
    buckets, out, out_bias = (stored[name] for name in ("buckets", "out", "out_bias"))
    weights = np.concatenate((stored["weights"], stored["hidden"]), axis=1)
    scale = np.concatenate((stored["scale"], stored["hidden_scale"]))
    bias = np.concatenate((stored["bias"], stored["hidden_bias"]))
    columns = len(keys) + len(out)
    if weights.shape != (len(buckets), columns) or not scale.shape == bias.shape == (columns,):
        raise ValueError
    if not out.shape[1:] == out_bias.shape == (len(keys),) or stored["weights"].shape[1] != len(keys):
        raise ValueError
    if not all(np.isfinite(numbers).all() for numbers in (scale, bias, out, out_bias)):
        raise ValueError
    if not len(buckets) or not 0 <= buckets[0] <= buckets[-1] < BUCKETS or (np.diff(buckets) <= 0).any():
        raise ValueError
    place_of = np.full(BUCKETS, len(buckets), np.int32)
    place_of[buckets] = np.arange(len(buckets))
    return Classifier(
        keys=keys,
        place_of=place_of,
        weights=np.concatenate((weights, np.zeros((1, columns), np.int8))),
        scale=scale,
        bias=bias,
        out=out,
        out_bias=out_bias,
        features=Features(dict(zip(str(stored["signs"]), (str(each) for each in stored["sounds"]), strict=True))),
        fingerprint=str(stored["fingerprint"]),
    )
