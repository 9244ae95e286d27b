"""Hearing: an utterance to text with faster-whisper, on a window no longer than the utterance needs.

Whisper pads everything to 30 s; that padding is most of the work. CTranslate2 takes fewer frames, so `_ShortWindow`
hands it the utterance and a little silence. How short the window may be depends on the model, see `Window`.
"""

from __future__ import annotations

import json
import math
import threading
import time
from dataclasses import dataclass
from pathlib import Path

import ctranslate2
import numpy as np
import numpy.typing as npt
from faster_whisper import WhisperModel, available_models

from speech.audio import RATE, Samples, seconds_of

HINT_FILE = "amends-asr.json"
_FRAMES_A_SECOND = 100
_WHISPER_FRAMES = 3000
# The narrowest released Whisper (tiny) is 384 wide. A narrower one was made to be small, and was trained on windows
# as short as its utterances: on a long window it hears little.
_TINY_WIDTH = 384
_LONGEST_ANSWER_TOKENS = 60
# Put before Chinese speech so that Whisper answers in simplified characters.
_SIMPLIFIED_PROMPT = "请用简体中文写下这段话。"


class ModelMissing(Exception):
    """No recognition model can be loaded. The message says what to do."""


@dataclass(frozen=True)
class Window:
    """How much audio the encoder sees.

    :param floor_seconds: at least this much; released Whisper models lose accuracy on much less than 10 s.
    :param padding_seconds: silence after the utterance.
    """

    floor_seconds: float = 10.0
    padding_seconds: float = 1.0

    def frames(self, audio_seconds: float) -> int:
        """Log-mel frames (10 ms each) for an utterance of this length."""
        wanted = max(self.floor_seconds, audio_seconds + self.padding_seconds)
        return min(_WHISPER_FRAMES, math.ceil(wanted * _FRAMES_A_SECOND))


_SHORT = Window(floor_seconds=2.0, padding_seconds=0.3)


@dataclass(frozen=True)
class Heard:
    """What was understood.

    :param confidence: 0 to 1, the geometric mean of the probabilities of the words' tokens.
    :param no_speech: 0 to 1, how likely the model thinks it is that nobody spoke.
    :param clear: whether a decision may rest on it; if not, ask again.
    :param recognition_ms: milliseconds spent.
    """

    text: str
    language: str
    confidence: float
    no_speech: float
    clear: bool
    audio_seconds: float
    recognition_ms: float


@dataclass(frozen=True)
class HearSettings:
    """How utterances are recognised.

    :param model: a folder with a CTranslate2 Whisper model, or a name such as `base`, fetched once by faster-whisper.
    :param window: overrides what the model's own `amends-asr.json` or its size says.
    :param least_confidence: under this a hearing is not clear.
    :param most_no_speech: over this a hearing is not clear.
    :param threads: processor threads of one recognition.
    :param at_once: recognitions that may run at the same time.
    """

    model: str | None
    window: Window | None = None
    least_confidence: float = 0.4
    most_no_speech: float = 0.6
    threads: int = 1
    at_once: int = 1


class Recogniser:
    """Hears utterances. Loading it takes a moment; one instance serves all calls, from any thread."""

    def __init__(self, settings: HearSettings) -> None:
        """:raises ModelMissing: when there is no such model here and none can be fetched."""
        self._settings = settings
        self._model = _load(settings)
        # Released models write traditional characters at times; small models do not know prompts.
        self._is_released_size = self._model.width >= _TINY_WIDTH
        self.window = (
            settings.window or _hinted_window(settings.model) or (Window() if self._is_released_size else _SHORT)
        )

    @property
    def caution(self) -> str | None:
        """What a user should know of this model, in one line; None for the released sizes."""
        if self._is_released_size:
            return None
        return (
            f"this model is {self._model.width} wide, smaller than any released Whisper: it knows what it was trained "
            "on, and is sure of itself with everything else too"
        )

    def hear(self, samples: Samples, language: str) -> Heard:
        """Recognise one utterance of at most 30 s.

        :param samples: 16 kHz.
        :param language: "zh" or "en"; it is given, for guessing it costs a second pass.
        """
        began = time.perf_counter()
        audio_seconds = seconds_of(samples)
        self._model.use_window(self.window.frames(audio_seconds))
        # Too little audio for one analysis frame is nothing said.
        segments = (
            []
            if samples.size < RATE // 20
            else list(
                self._model.transcribe(
                    samples,
                    language=language,
                    beam_size=1,
                    temperature=0.0,
                    without_timestamps=True,
                    condition_on_previous_text=False,
                    vad_filter=False,
                    max_new_tokens=_LONGEST_ANSWER_TOKENS,
                    initial_prompt=_SIMPLIFIED_PROMPT if language == "zh" and self._is_released_size else None,
                    # faster-whisper would drop or decode again by these; the numbers are judged below instead.
                    no_speech_threshold=None,
                    log_prob_threshold=None,
                    compression_ratio_threshold=None,
                )[0]
            )
        )
        text = " ".join(segment.text.strip() for segment in segments).strip()
        confidence = math.exp(min((segment.avg_logprob for segment in segments), default=-math.inf))
        no_speech = max((segment.no_speech_prob for segment in segments), default=1.0)
        return Heard(
            text=text,
            language=language,
            confidence=round(confidence, 3),
            no_speech=round(no_speech, 3),
            clear=bool(text)
            and confidence >= self._settings.least_confidence
            and no_speech <= self._settings.most_no_speech,
            audio_seconds=round(audio_seconds, 3),
            recognition_ms=round((time.perf_counter() - began) * 1000, 1),
        )


class _ShortWindow(WhisperModel):  # type: ignore[misc]  # faster-whisper ships no types
    """faster-whisper whose encoder sees only the frames it was told to, instead of always 3000."""

    def __init__(self, path: str, **options: object) -> None:
        super().__init__(path, **options)
        # A thread recognises one utterance at a time, and calls share the model.
        self._wanted = threading.local()
        silent = np.zeros((self.feature_extractor.mel_filters.shape[0], 2 * _FRAMES_A_SECOND), np.float32)
        self.width = int(super().encode(silent).shape[-1])

    def use_window(self, frames: int) -> None:
        self._wanted.frames = frames

    def encode(self, features: npt.NDArray[np.float32]) -> ctranslate2.StorageView:
        return super().encode(np.ascontiguousarray(features[..., : self._wanted.frames]))


def _load(settings: HearSettings) -> _ShortWindow:
    model = settings.model
    if not model:
        raise ModelMissing(
            "no recognition model is set: set AMENDS_ASR_MODEL to a folder with a faster-whisper (CTranslate2) model, "
            "or, on a machine with a network, to a name such as base, which is then fetched once"
        )
    options = {
        "device": "cpu",
        "compute_type": "int8",
        "cpu_threads": settings.threads,
        "num_workers": settings.at_once,
    }
    if _looks_like_folder(model):
        folder = Path(model).expanduser()
        if not (folder / "model.bin").is_file():
            raise ModelMissing(f"AMENDS_ASR_MODEL names the folder {model}, which holds no model.bin of CTranslate2")
        try:
            return _ShortWindow(str(folder), **options)
        except (RuntimeError, OSError, ValueError) as fault:
            raise ModelMissing(f"the model in AMENDS_ASR_MODEL={model} cannot be loaded: {fault}") from fault
    if "/" not in model and model not in available_models():
        raise ModelMissing(
            f"AMENDS_ASR_MODEL={model} is neither a folder here nor one of: {', '.join(available_models())}"
        )
    try:
        return _ShortWindow(model, **options)
    except Exception as fault:  # the download passes on whatever its network libraries raise
        raise ModelMissing(
            f"the model {model} is not on this machine and could not be fetched ({type(fault).__name__}): connect to a "
            "network once, or set AMENDS_ASR_MODEL to a folder with a faster-whisper (CTranslate2) model"
        ) from fault


def _looks_like_folder(model: str) -> bool:
    return Path(model).expanduser().is_dir() or model.startswith(("/", ".", "~")) or model.count("/") > 1


def _hinted_window(model: str | None) -> Window | None:
    """What `amends-asr.json` beside the model says: {"window_floor_seconds": 2.0, "window_padding_seconds": 0.3}."""
    path = Path(model or "").expanduser() / HINT_FILE
    if not model or not path.is_file():
        return None
    try:
        hint = json.loads(path.read_text(encoding="utf-8"))
        return Window(float(hint["window_floor_seconds"]), float(hint["window_padding_seconds"]))
    except (ValueError, KeyError, TypeError) as fault:
        raise ModelMissing(f"{path} must give window_floor_seconds and window_padding_seconds as numbers") from fault
