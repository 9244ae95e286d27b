"""Speaking for tools: recordings made one sentence after another need one synthesiser, not one for each core."""

from __future__ import annotations

from speech.speaking import SpeakingPool


class Speaker(SpeakingPool):
    """A pool of few; see `SpeakingPool.say`."""

    def __init__(self, workers: int = 1) -> None:
        super().__init__(workers)
