"""The voices of an installation: espeak-ng's, or natural ones where a folder of them is set."""

from __future__ import annotations

from app.settings import Settings
from bot.phrases import templates
from speech.speaking import SpeakingPool
from speech.spoken import spoken


def open_speaking(settings: Settings, workers: int | None = None) -> SpeakingPool:
    """A pool to be closed by who asked for it.

    :raises NoNaturalVoice: when natural voices are asked for and cannot be had; one line says why.
    """
    if settings.natural_voice is None:
        return SpeakingPool(workers)
    from speech.natural import natural_pool

    return natural_pool(settings.natural_voice)


def learn_fixed(pool: SpeakingPool, rate: int) -> None:
    """Let the pool make, when it has nothing else to do, every sentence of the bot that holds no fact."""
    for language in ("zh", "en"):
        fixed = [each.text for each in templates(language).values() if "{" not in each.text]
        pool.learn((spoken(text, language) for text in fixed), language, rate)
