"""The recogniser of an installation, as its settings want it."""

from __future__ import annotations

from app.settings import Settings
from speech.hear import HearSettings, Recogniser
from speech.hearing import cores


def open_recogniser(settings: Settings) -> Recogniser:
    """Load the model, for as many recognitions at a time as there are cores.

    :raises speech.asr_model.ModelMissing: there is none.
    """
    return Recogniser(
        HearSettings(model=settings.asr_model, at_once=cores(), window_seconds=settings.asr_window_seconds)
    )
