"""The recognition model: found, loaded, and given a window no longer than the utterance needs.

Whisper pads everything to 30 s; that padding is most of the work. CTranslate2 takes fewer frames, so `ShortWindowModel`
hands it the utterance and a little silence. How short the window may be depends on the model, see `Window`.
"""

from __future__ import annotations

import json
import math
import threading
from dataclasses import dataclass
from pathlib import Path

import ctranslate2
import numpy as np
import numpy.typing as npt
from faster_whisper import WhisperModel, available_models, download_model
from faster_whisper.audio import pad_or_trim
from scipy.sparse import csr_array

from speech.audio import Samples

HINT_FILE = "amends-asr.json"
OFFLINE_MODEL = Path(__file__).parent / "offline_model"
"""The model that comes with Amends: it heard synthetic voices alone, see its MODEL_CARD.md."""
NO_MODEL = "none"
"""Names no model at all: the installation then has no telephone."""
_FRAMES_A_SECOND = 100
_WHISPER_FRAMES = 3000
# The narrowest released Whisper (tiny) is 384 wide. A narrower one was made to be small, and was trained on windows
# as short as its utterances: on a long window it hears little.
_TINY_WIDTH = 384


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
class Hints:
    """What a model says of itself in `amends-asr.json`; None or False where it says nothing.

    :param prompts: it was trained with texts put before the speech, as released Whisper models were.
    """

    window: Window | None = None
    prompts: bool = False


class ShortWindowModel(WhisperModel):  # type: ignore[misc]  # faster-whisper ships no types
    """faster-whisper whose encoder sees only the frames it was told to, instead of always 3000."""

    def __init__(self, folder: Path, **options: object) -> None:
        super().__init__(str(folder), **options)
        self.folder = folder
        # Each filter touches a few of the 201 frequencies. As a dense product it goes to BLAS, whose threads then
        # wait for the next one by spinning: on two cores that doubles the processor time of a recognition.
        self.feature_extractor.mel_filters = csr_array(self.feature_extractor.mel_filters)
        # A thread recognises one utterance at a time, and calls share the model.
        self._here = threading.local()
        silent = np.zeros((self.feature_extractor.mel_filters.shape[0], 2 * _FRAMES_A_SECOND), np.float32)
        self.width = int(super().encode(silent).shape[-1])

    @property
    def of_released_size(self) -> bool:
        """Whether it may be one of OpenAI's; a narrower one was made for something smaller than all speech."""
        return self.width >= _TINY_WIDTH

    def use_window(self, frames: int) -> None:
        """How much the encoder sees of what this thread lets it encode from here on."""
        self._here.frames = frames
        self._here.encoded = None

    def languages(self, samples: Samples) -> dict[str, float]:
        """How likely each language is, by its code. What was encoded for it serves this thread's next `transcribe`."""
        # The last frame is dropped as `transcribe` drops it.
        encoded = self.encode(pad_or_trim(self.feature_extractor(samples)[..., :-1]))
        self._here.encoded = encoded
        return {token[2:-2]: share for token, share in self.model.detect_language(encoded)[0]}

    def encode(self, features: npt.NDArray[np.float32]) -> ctranslate2.StorageView:
        """Called by faster-whisper, once for an utterance."""
        if self._here.encoded is None:
            return super().encode(np.ascontiguousarray(features[..., : self._here.frames]))
        return self._here.encoded


def load_model(model: str | None, *, threads: int, at_once: int) -> ShortWindowModel:
    """The model of this name or folder, the one that comes with Amends when neither is given.

    :raises ModelMissing: when there is no such model here and none can be fetched.
    """
    if model == NO_MODEL:
        raise ModelMissing(
            f"AMENDS_ASR_MODEL={NO_MODEL} wants no recognition model: leave it unset for the one that comes with "
            "Amends, or set it to a folder or a name such as base"
        )
    model = model or str(OFFLINE_MODEL)
    options = {"device": "cpu", "compute_type": "int8", "cpu_threads": threads, "num_workers": at_once}
    if _looks_like_folder(model):
        folder = Path(model).expanduser()
        if not (folder / "model.bin").is_file():
            raise ModelMissing(f"AMENDS_ASR_MODEL names the folder {model}, which holds no model.bin of CTranslate2")
        try:
            return ShortWindowModel(folder, **options)
        except (RuntimeError, OSError, ValueError) as fault:
            raise ModelMissing(f"the model in AMENDS_ASR_MODEL={model} cannot be loaded: {fault}") from fault
    if "/" not in model and model not in available_models():
        raise ModelMissing(
            f"AMENDS_ASR_MODEL={model} is neither a folder here nor one of: {', '.join(available_models())}"
        )
    try:
        return ShortWindowModel(Path(download_model(model)), **options)
    except Exception as fault:  # the download passes on whatever its network libraries raise
        raise ModelMissing(
            f"the model {model} is not on this machine and could not be fetched ({type(fault).__name__}): connect to a "
            "network once, or set AMENDS_ASR_MODEL to a folder with a faster-whisper (CTranslate2) model"
        ) from fault


def hints(model: str | None) -> Hints:
    """What `amends-asr.json` beside the model says: {"window_floor_seconds": 2.0, "window_padding_seconds": 0.3,
    "prompts": false}; the last may be left out.

    :raises ModelMissing: it is there and says something else.
    """
    path = (Path(model).expanduser() if model else OFFLINE_MODEL) / HINT_FILE
    if not path.is_file():
        return Hints()
    try:
        said = json.loads(path.read_text(encoding="utf-8"))
        window = Window(float(said["window_floor_seconds"]), float(said["window_padding_seconds"]))
        return Hints(window, prompts=said.get("prompts", False) is True)
    except (ValueError, KeyError, TypeError, AttributeError) as fault:
        raise ModelMissing(f"{path} must give window_floor_seconds and window_padding_seconds as numbers") from fault


def usual_window(model: ShortWindowModel) -> Window:
    """The window of a model that says nothing of it."""
    return Window() if model.of_released_size else _SHORT


def _looks_like_folder(model: str) -> bool:
    return Path(model).expanduser().is_dir() or model.startswith(("/", ".", "~")) or model.count("/") > 1
