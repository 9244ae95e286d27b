"""A look at a network in training: how much it mishears of what is held out."""

from __future__ import annotations

import numpy as np
import torch

from speech.training.line import over_a_bad_line
from speech.training.mel import log_mel
from speech.training.network import Network
from speech.training.scoring import edits, units
from speech.training.sounds import ESPEAK_RATE, Sounds
from speech.training.tokens import Tokens


def held_out_scores(network: Network, held: Sounds, table: Tokens, count: int) -> dict[str, float]:
    """Error rates on `count` damaged held-out sounds of each language, the same ones and the same damage every time."""
    network.eval()
    scores: dict[str, float] = {}
    for language in ("zh", "en"):
        chosen = [each for each in held.spoken if each.language == language]
        chosen = chosen[:: max(1, len(chosen) // count)][:count]
        draw = np.random.default_rng(5)
        mels = [log_mel(over_a_bad_line(held.samples(each), ESPEAK_RATE, draw)) for each in chosen]
        order = np.argsort([each.shape[1] for each in mels])
        wrong = length = 0
        for start in range(0, len(order), 20):
            part = order[start : start + 20]
            frames = max(mels[at].shape[1] for at in part) + 30
            mel = np.stack([np.pad(mels[at], ((0, 0), (0, frames - mels[at].shape[1]))) for at in part])
            for at, found in zip(part, network.transcribe(torch.from_numpy(mel), language), strict=True):
                said = units(chosen[at].text, language)
                wrong += edits(said, units(table.text(found), language))
                length += len(said)
        scores[language] = wrong / max(1, length)
    network.train()
    return scores
