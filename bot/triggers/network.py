"""The fit of the trigger model: a network of one hidden layer over hashed pieces of texts, in numpy and scipy.

Only the rows of the first layer that a batch meets are moved (Adam, Kingma and Ba 2015, with what it remembers of a row
standing still meanwhile): a text has some eighty pieces of a hundred thousand. Left-out pieces and units (Srivastava et
al. 2014) keep it from learning sentences by heart, and soft labels (Szegedy et al. 2016) from being certain.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bot.triggers.classifier import shares_of

UNITS = 64
EPOCHS = 9
BATCH = 256
LEARNING_RATE = 4e-3
# A text's views are of length one each; this makes the sums at the units about as large.
INPUT_SCALE = np.float32(3)
LEFT_OUT = 0.3
SOFTNESS = 0.05
FIRST_WEIGHTS = 0.05
MEAN_KEPT, SQUARE_KEPT = np.float32(0.9), np.float32(0.999)

Floats = NDArray[np.float32]


@dataclass(slots=True)
class Network:
    """Scores of the classes are ``relu(INPUT_SCALE * pieces @ hidden + hidden_bias) @ out + out_bias``."""

    hidden: Floats
    hidden_bias: Floats
    out: Floats
    out_bias: Floats


@dataclass(slots=True)
class _Adam:
    """What is remembered of one array's slopes."""

    array: Floats
    mean: Floats = field(init=False)
    square: Floats = field(init=False)

    def __post_init__(self) -> None:
        self.mean, self.square = np.zeros_like(self.array), np.zeros_like(self.array)

    def step(self, slope: Floats, rate: float, steps: int, rows: Any = ...) -> None:
        """Move `rows` down the slope; `steps` counts from 1."""
        mean = MEAN_KEPT * self.mean[rows] + (1 - MEAN_KEPT) * slope
        square = SQUARE_KEPT * self.square[rows] + (1 - SQUARE_KEPT) * slope * slope
        self.mean[rows], self.square[rows] = mean, square
        unbiased = np.sqrt(square / np.float32(1 - float(SQUARE_KEPT) ** steps)) + np.float32(1e-8)
        self.array[rows] -= np.float32(rate / (1 - float(MEAN_KEPT) ** steps)) * mean / unbiased


def fit(table: Any, classes: NDArray[np.intp], weights: Sequence[float], seed: int = 0) -> Network:
    """Learn from `table` (scipy CSR: texts by pieces), whose rows are of `classes` (0 to n - 1).

    :param weights: how much a text of each class counts.
    """
    from scipy.sparse import csr_matrix
    from threadpoolctl import threadpool_limits

    drawn = np.random.default_rng(seed)
    counts = np.array(weights, np.float32)
    texts, pieces = table.shape
    first = (FIRST_WEIGHTS * drawn.standard_normal((pieces, UNITS))).astype(np.float32)
    second = (UNITS**-0.5 * drawn.standard_normal((UNITS, len(counts)))).astype(np.float32)
    network = Network(first, np.zeros(UNITS, np.float32), second, np.zeros(len(counts), np.float32))
    hidden, hidden_bias, out, out_bias = (
        _Adam(array) for array in (network.hidden, network.hidden_bias, network.out, network.out_bias)
    )
    # Threads of the linear algebra add up in another order each time, and wait for each other.
    with threadpool_limits(1):
        all_steps = EPOCHS * -(-texts // BATCH)
        for step in range(1, all_steps + 1):
            place = (step - 1) % (all_steps // EPOCHS)
            if place == 0:
                order = drawn.permutation(texts)
            some = order[place * BATCH : (place + 1) * BATCH]
            batch, own = table[some], classes[some]
            met, where = np.unique(batch.indices, return_inverse=True)
            kept = (drawn.random(len(batch.data)) >= LEFT_OUT) * (INPUT_SCALE / (1 - LEFT_OUT))
            heard = csr_matrix(((batch.data * kept).astype(np.float32), where, batch.indptr), (len(some), len(met)))
            summed = heard @ network.hidden[met] + network.hidden_bias
            on = ((summed > 0) & (drawn.random(summed.shape) >= LEFT_OUT)).astype(np.float32) / np.float32(1 - LEFT_OUT)
            units = summed * on
            wrong = shares_of(units @ network.out + network.out_bias) - np.float32(SOFTNESS / len(counts))
            wrong[np.arange(len(some)), own] -= np.float32(1 - SOFTNESS)
            wrong *= (counts[own] / len(some))[:, None]
            back = (wrong @ network.out.T) * on
            rate = LEARNING_RATE * (1 - step / all_steps)
            out.step(units.T @ wrong, rate, step)
            out_bias.step(wrong.sum(axis=0), rate, step)
            hidden_bias.step(back.sum(axis=0), rate, step)
            hidden.step(heard.T @ back, rate, step, met)
    return network
