"""What a text means though no pattern knows its words: a linear model over hashed pieces of the text.

The weights are numbers in `model.npz`, written by `python -m bot.triggers.training` and read without pickle.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from bot.triggers.features import Features, Hashed
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
    """`weights[place, class]` times `scale[class]`, plus `bias[class]`, is the score of a class.

    `buckets`, in rising order, are those that the weights' places stand for; others say nothing.
    """

    keys: tuple[str, ...]
    buckets: NDArray[np.int32]
    weights: NDArray[np.int8]
    scale: NDArray[np.float32]
    bias: NDArray[np.float32]
    features: Features
    fingerprint: str

    def read(self, said: str, hashed: Hashed | None = None) -> Reading:
        """How a normalised text reads; `hashed` is shared by the windows of one text."""
        buckets, values = self.features.of(said, hashed)
        places = np.minimum(np.searchsorted(self.buckets, buckets), len(self.buckets) - 1)
        known = self.buckets[places] == buckets
        scores = (values[known] @ self.weights[places[known]]) * self.scale + self.bias
        odds = np.exp(scores - scores.max())
        odds /= odds.sum()
        members = _members(self.keys)
        return Reading(
            said,
            {priority: float(odds[places].sum()) for priority, places in members.items()},
            {priority: self.keys[places[int(odds[places].argmax())]] for priority, places in members.items()},
        )


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
    buckets, weights, scale, bias = (stored[name] for name in ("buckets", "weights", "scale", "bias"))
    if weights.shape != (len(buckets), len(keys)) or not scale.shape == bias.shape == (len(keys),):
        raise ValueError
    if not len(buckets) or (np.diff(buckets) <= 0).any() or not (np.isfinite(scale) & np.isfinite(bias)).all():
        raise ValueError
    return Classifier(
        keys=keys,
        buckets=buckets,
        weights=weights,
        scale=scale,
        bias=bias,
        features=Features(dict(zip(str(stored["signs"]), (str(each) for each in stored["sounds"]), strict=True))),
        fingerprint=str(stored["fingerprint"]),
    )
