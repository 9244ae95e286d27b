"""The voices of an installation: espeak-ng's, or natural ones where a folder of them is set."""

from __future__ import annotations

from app.settings import Settings
from speech.speaking import SpeakingPool


def open_speaking(settings: Settings, workers: int | None = None) -> SpeakingPool:
    """A pool to be closed by who asked for it.

    :raises NoNaturalVoice: when natural voices are asked for and cannot be had; one line says why.
    """
    if settings.natural_voice is None:
        return SpeakingPool(workers)
    from speech.natural import natural_pool

    return natural_pool(settings.natural_voice)
