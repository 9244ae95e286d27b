"""Speak sentences once each in a voice of its own and keep the sounds, so that training only damages them anew."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from random import Random

import numpy as np
import numpy.typing as npt

from speech.training.espeak import Espeak
from speech.training.voices import draw_voice

ESPEAK_RATE = 22_050  # Hertz
_LONGEST_SECONDS = 7.0


@dataclass(frozen=True, slots=True)
class Spoken:
    """One sentence in the store: `start` and `end` are samples of its sound, at `Espeak.rate`."""

    text: str
    language: str
    kind: str
    voice: str
    phonemes: list[str]
    start: int
    end: int


class Sounds:
    """A folder of one pass over the sentences: `sounds.i16` and `spoken.jsonl`, perhaps still growing."""

    def __init__(self, folder: Path) -> None:
        self._samples = np.memmap(folder / "sounds.i16", np.int16, "r")
        # The folder may still be written to: what is not there whole is left for the next look.
        whole, _, _ = (folder / "spoken.jsonl").read_text(encoding="utf-8", errors="replace").rpartition("\n")
        self.spoken = [
            each for line in whole.splitlines() if (each := Spoken(**json.loads(line))).end <= self._samples.size
        ]

    def samples(self, of: Spoken) -> npt.NDArray[np.float32]:
        """The clean sound as espeak-ng made it, full scale 1."""
        return (self._samples[of.start : of.end] / np.float32(32768)).astype(np.float32)


def speak_all(sentences: Iterator[dict[str, str]], held_out: bool, seed: int, folder: Path) -> None:
    """Write a folder for `Sounds`; what is too long for the network's training is left out."""
    folder.mkdir(parents=True, exist_ok=True)
    espeak, draw, written = Espeak(), Random(seed), 0
    with (folder / "sounds.i16").open("wb") as sounds, (folder / "spoken.jsonl").open("w", encoding="utf-8") as rows:
        for each in sentences:
            voice = draw_voice(each["language"], held_out, draw)
            samples = espeak.speak(each["text"], voice)
            if not 0.1 < samples.size / espeak.rate < _LONGEST_SECONDS:
                continue
            phonemes = espeak.phonemes(each["text"])
            row = Spoken(
                each["text"], each["language"], each["kind"], voice.name, phonemes, written, written + samples.size
            )
            sounds.write(samples.tobytes())
            rows.write(json.dumps(asdict(row), ensure_ascii=False) + "\n")
            written += samples.size


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m speech.training.sounds", description=__doc__)
    parser.add_argument("sentences", type=Path, help="JSON lines of rehearsal.hearing")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--held-out", action="store_true", help="the held-out sentences in the held-out voices")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    rows = [json.loads(line) for line in given.sentences.read_text(encoding="utf-8").splitlines()]
    chosen = [row for row in rows if row["held_out"] == given.held_out]
    Random(given.seed).shuffle(chosen)
    speak_all(iter(chosen), given.held_out, given.seed, given.folder)


if __name__ == "__main__":
    main()
