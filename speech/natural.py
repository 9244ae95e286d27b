"""A natural voice in place of espeak-ng's: models of sherpa-onnx, for those who have fetched some.

An extra: `pip install amends[natural]` brings sherpa-onnx (Apache-2.0). Its models have licences of their own. A folder
holds one model for each language, `zh/` and `en/`; a language without one is said by espeak-ng. Two families are known,
both with a lexicon, because sherpa-onnx 2 no longer carries espeak-ng's phonemes: VITS (`*.onnx`, `tokens.txt`,
`lexicon.txt`) and Matcha (the same, and a vocoder `vocos*.onnx` or `hifigan*.onnx`).
"""

from __future__ import annotations

import os
import threading
from pathlib import Path
from typing import Any, Final

import numpy as np

from speech.audio import Samples
from speech.speak_process import VOICES, SpeakFailed, SpeakingProcess, Voice
from speech.speaking import SpeakingPool

_MARK: Final = "natural:"
_VOCODERS = ("vocos*.onnx", "hifigan*.onnx")


class NoNaturalVoice(Exception):
    """Why there is no natural voice, and what to do about it, in one line."""


def natural_pool(folder: Path) -> SpeakingPool:
    """A pool that speaks with the models in `folder`.

    :raises NoNaturalVoice: when sherpa-onnx is not installed or no model can be loaded.
    """
    sherpa = _sherpa()
    found = {language: folder / language for language in VOICES if (folder / language).is_dir()}
    if not found:
        raise NoNaturalVoice(f"{folder} holds no natural voice: put a model into {folder / 'zh'} or {folder / 'en'}")
    models = {f"{_MARK}{language}": _Model(sherpa, of) for language, of in found.items()}
    voices = {name: Voice(f"{_MARK}{name}", 100) if name in found else voice for name, voice in VOICES.items()}
    return SpeakingPool(voices=voices, make=lambda: _Chosen(models))


def _sherpa() -> Any:
    try:
        import sherpa_onnx
    except ImportError:
        raise NoNaturalVoice("a natural voice needs sherpa-onnx: pip install 'amends[natural]'") from None
    return sherpa_onnx


class _Model:
    """One model, said by one thread at a time on all cores."""

    def __init__(self, sherpa: Any, folder: Path) -> None:
        parts = {name: folder / f"{name}.txt" for name in ("tokens", "lexicon")}
        vocoder = next((found for shape in _VOCODERS for found in folder.glob(shape)), None)
        networks = sorted(set(folder.glob("*.onnx")) - {vocoder})
        if len(networks) != 1 or not all(part.is_file() for part in parts.values()):
            raise NoNaturalVoice(f"{folder} needs exactly one model *.onnx, tokens.txt and lexicon.txt")
        given = {name: str(path) for name, path in parts.items()}
        if vocoder:
            matcha = sherpa.OfflineTtsMatchaModelConfig(acoustic_model=str(networks[0]), vocoder=str(vocoder), **given)
            model = sherpa.OfflineTtsModelConfig(matcha=matcha, num_threads=len(os.sched_getaffinity(0)))
        else:
            vits = sherpa.OfflineTtsVitsModelConfig(model=str(networks[0]), **given)
            model = sherpa.OfflineTtsModelConfig(vits=vits, num_threads=len(os.sched_getaffinity(0)))
        rules = ",".join(str(rule) for rule in sorted(folder.glob("*.fst")))
        try:
            self._tts = sherpa.OfflineTts(sherpa.OfflineTtsConfig(model=model, rule_fsts=rules))
        except RuntimeError as fault:
            raise NoNaturalVoice(f"{folder} cannot be loaded: {str(fault).splitlines()[0][:200]}") from None
        self._lock = threading.Lock()

    def synthesise(self, text: str, speed: float) -> tuple[Samples, int]:
        with self._lock:
            made = self._tts.generate(text, sid=0, speed=speed)
        samples = np.asarray(made.samples, np.float32)
        if samples.size == 0:
            raise SpeakFailed(f"the model gave no sound for {len(text)} characters")
        return samples, int(made.sample_rate)


class _Chosen:
    """A synthesiser that says each language with its model, or with espeak-ng where there is none."""

    def __init__(self, models: dict[str, _Model]) -> None:
        self._models = models
        self._espeak = SpeakingProcess()

    def start(self) -> None:
        if len(self._models) < len(VOICES):
            self._espeak.start()

    def synthesise(self, text: str, voice: Voice) -> tuple[Samples, int]:
        model = self._models.get(voice.name)
        return model.synthesise(text, voice.rate / 100) if model else self._espeak.synthesise(text, voice)

    def stop(self) -> None:
        self._espeak.stop()
