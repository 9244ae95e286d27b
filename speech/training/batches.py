"""Batches without end: sounds of like length together, each damaged anew, some lines on which nobody speaks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from speech.audio import RATE, Samples
from speech.training.line import nobody_speaks, over_a_bad_line
from speech.training.mel import log_mel
from speech.training.network import IGNORED, Network, prompted, silent
from speech.training.sounds import ESPEAK_RATE, Sounds, Spoken
from speech.training.tokens import Tokens

_POOL = 2400
# Talk beyond the script has most of the words and little of what calls turn on: some of it in every pass is enough.
_SIDE_KIND, _SIDE_SHARE = "trigger", 0.15
_LONGEST_SECONDS = 4.0
_BATCH_SECONDS = 40.0
_NOBODY, _BABBLE, _HIDDEN = 0.02, 0.2, 0.15
_LONG_PAD = 0.15


@dataclass(frozen=True, slots=True)
class Batch:
    """What `Network.losses` takes."""

    mel: Tensor
    rows: Tensor
    scored: Tensor
    sounds: Tensor
    sound_counts: Tensor


class Batches:
    """Draws pools from folders of sounds that may still be growing, and makes batches of them."""

    def __init__(self, folders: Sequence[Path], network: Network, tokens: Tokens, seed: int) -> None:
        self._folders, self._network, self._tokens, self._seed = folders, network, tokens, seed
        self._sound_of = {each: at + 1 for at, each in enumerate(network.phonemes)}

    def __iter__(self) -> Iterator[Batch]:
        draw = np.random.default_rng(self._seed)
        taken: set[tuple[int, int]] = set()
        while True:
            stores = [Sounds(folder) for folder in self._folders]
            everything = [
                (at, row)
                for at, store in enumerate(stores)
                for row, each in enumerate(store.spoken)
                if (each.kind != _SIDE_KIND or draw.random() < _SIDE_SHARE)
                and each.end - each.start < _LONGEST_SECONDS * ESPEAK_RATE
            ]
            fresh = [each for each in everything if each not in taken]
            if len(fresh) < _POOL:
                taken.clear()
                fresh = everything
            pool = [fresh[each] for each in draw.permutation(len(fresh))[:_POOL]]
            taken.update(pool)
            yield from self._of_pool([(stores[at], stores[at].spoken[row]) for at, row in pool], draw)

    def _of_pool(self, pool: list[tuple[Sounds, Spoken]], draw: np.random.Generator) -> Iterator[Batch]:
        pool.sort(key=lambda each: each[1].end - each[1].start)
        cuts: list[list[tuple[Sounds, Spoken]]] = [[]]
        for each in pool:
            longest = (each[1].end - each[1].start) / ESPEAK_RATE + 0.4
            if len(cuts[-1]) and longest * (len(cuts[-1]) + 1) > _BATCH_SECONDS:
                cuts.append([])
            cuts[-1].append(each)
        for at in draw.permutation(len(cuts)):
            yield self.batch(cuts[at], draw)

    def batch(self, chosen: Sequence[tuple[Sounds, Spoken]], draw: np.random.Generator) -> Batch:
        """One batch of these, damaged."""
        mels: list[npt.NDArray[np.float32]] = []
        rows: list[list[int]] = []
        scored: list[list[int]] = []
        sounds: list[list[int]] = []
        for store, spoken in chosen:
            if draw.random() < _NOBODY:
                mels.append(log_mel(nobody_speaks(draw.uniform(0.3, 2.5), draw)))
                one, after = silent(self._network, spoken.language)
                sounds.append([])
            else:
                babble = self._babble(chosen, draw) if draw.random() < _BABBLE else None
                heard = over_a_bad_line(store.samples(spoken), ESPEAK_RATE, draw, babble)
                mels.append(log_mel(heard))
                one, after = prompted(self._network, self._tokens.of(spoken.text, spoken.language), spoken.language)
                sounds.append([self._sound_of[each] for each in spoken.phonemes if each in self._sound_of])
            rows.append(one)
            scored.append(after)
        extra = draw.uniform(0.1, 0.35) if draw.random() > _LONG_PAD else draw.uniform(0.4, 1.5)
        mel = np.zeros((len(mels), 80, max(each.shape[1] for each in mels) + int(extra * 100)), np.float32)
        for at, each in enumerate(mels):
            mel[at, :, : each.shape[1]] = hide_some(each, draw) if draw.random() < _HIDDEN else each
        return Batch(
            torch.from_numpy(mel),
            _padded(rows, 0),
            _padded(scored, IGNORED),
            _padded(sounds, 0),
            torch.tensor([len(each) for each in sounds]),
        )

    @staticmethod
    def _babble(chosen: Sequence[tuple[Sounds, Spoken]], draw: np.random.Generator) -> Samples:
        voices = [chosen[at] for at in draw.integers(0, len(chosen), int(draw.integers(1, 4)))]
        mixed = np.zeros(3 * RATE, np.float32)
        for store, spoken in voices:
            mixed += np.resize(store.samples(spoken), mixed.size)
        return mixed


def hide_some(mel: npt.NDArray[np.float32], draw: np.random.Generator) -> npt.NDArray[np.float32]:
    """Cover one band and two short times with the mean, so that no one clue is relied on."""
    hidden = mel.copy()
    mean = float(mel.mean())
    band = int(draw.integers(0, 14))
    low = int(draw.integers(0, 60 - band))
    hidden[low : low + band] = mean
    for _ in range(2):
        width = int(draw.integers(0, min(14, mel.shape[1] // 6) + 1))
        at = int(draw.integers(0, mel.shape[1] - width))
        hidden[:, at : at + width] = mean
    return hidden


def _padded(lists: Sequence[Sequence[int]], filler: int) -> Tensor:
    longest = max(1, max(len(each) for each in lists))
    return torch.tensor([[*each, *[filler] * (longest - len(each))] for each in lists])
