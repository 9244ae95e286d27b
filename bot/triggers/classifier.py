"""What a text means though no pattern knows its words: a linear model over hashed pieces of the text.

The weights are numbers in `model.npz`, written by `python -m bot.triggers.training` and read without pickle.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from bot.triggers.features import BUCKETS, Features
from bot.triggers.lexicon import Priority, entries

MODEL = Path(__file__).parent / "model.npz"
REMEDY = "restore bot/triggers/model.npz from the repository, or make it: python -m bot.triggers.training"
# A class that is no trigger: ordinary talk and what only sounds like a trigger.
NONE = ""


class NoModel(Exception):
    """The weights are missing or cannot be used; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Likely:
    """`key` is the likeliest lexicon entry at `priority`; `share` the probability of that priority or a graver one."""

    key: str
    priority: Priority
    share: float


@dataclass(frozen=True, slots=True)
class Classifier:
    """`weights[bucket, class]` times `scale[class]`, plus `bias[class]`. `thresholds`: least share, by priority."""

    keys: tuple[str, ...]
    weights: NDArray[np.int8]
    scale: NDArray[np.float32]
    bias: NDArray[np.float32]
    features: Features
    thresholds: dict[Priority, float]
    fingerprint: str

    def probabilities(self, said: str) -> NDArray[np.float32]:
        """One per class, in the order of `keys`, for a normalised text; they add up to 1."""
        buckets, values = self.features.of(said)
        scores = (values @ self.weights[buckets]) * self.scale + self.bias
        odds = np.exp(scores - scores.max())
        shares: NDArray[np.float32] = odds / odds.sum()
        return shares

    def likely(self, said: str) -> Likely | None:
        """The gravest priority that is likely enough, and the likeliest entry of it or of a graver one."""
        return self.above(self.probabilities(said), self.thresholds)

    def above(self, probabilities: NDArray[np.float32], thresholds: dict[Priority, float]) -> Likely | None:
        for priority, members in _members(self.keys).items():
            share = float(probabilities[members].sum())
            if share >= thresholds[priority]:
                key = self.keys[members[int(probabilities[members].argmax())]]
                return Likely(key, priority, share)
        return None


@cache
def _members(keys: tuple[str, ...]) -> dict[Priority, NDArray[np.intp]]:
    """The classes of each priority and of the graver ones, the gravest priority first."""
    priority_of = {entry.key: entry.trigger.priority for entry in entries()}
    priorities: tuple[Priority, ...] = ("P0", "P1", "P2")
    return {
        priority: np.array([place for place, key in enumerate(keys) if key != NONE and priority_of[key] <= priority])
        for priority in priorities
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
    unknown = set(made.keys) - {entry.key for entry in entries()} - {NONE}
    if unknown or NONE not in made.keys:
        raise NoModel(f"the trigger model {path} is not of this lexicon; {REMEDY}")
    return made


def _made(stored: Any) -> Classifier:
    keys = tuple(str(key) for key in stored["keys"])
    if stored["weights"].shape != (BUCKETS, len(keys)) or stored["scale"].shape != stored["bias"].shape != (len(keys),):
        raise ValueError
    thresholds = stored["thresholds"]
    return Classifier(
        keys=keys,
        weights=stored["weights"],
        scale=stored["scale"],
        bias=stored["bias"],
        features=Features(dict(zip(str(stored["signs"]), (str(each) for each in stored["sounds"]), strict=True))),
        thresholds={"P0": float(thresholds[0]), "P1": float(thresholds[1]), "P2": float(thresholds[2])},
        fingerprint=str(stored["fingerprint"]),
    )
