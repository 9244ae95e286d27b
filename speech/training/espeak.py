"""espeak-ng called directly, for tens of thousands of sentences: samples and the phonemes that were spoken."""

from __future__ import annotations

import ctypes
from pathlib import Path

import espeakng_loader
import numpy as np
import numpy.typing as npt

from speech.training.voices import Voice

# From espeak-ng/speak_lib.h.
_SYNCHRONOUS, _UTF8, _SENTENCE = 2, 1, 0
_RATE, _PITCH, _RANGE = 1, 3, 4
_CALLBACK = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.c_void_p)
_SEPARATED = ord("_") << 8


class Espeak:
    """One a process: the library keeps its state in globals."""

    def __init__(self) -> None:
        """:raises RuntimeError: when the library finds no voices."""
        self._library = ctypes.CDLL(espeakng_loader.get_library_path())
        self._library.espeak_TextToPhonemes.restype = ctypes.c_char_p
        data = str(Path(espeakng_loader.get_data_path()).parent).encode()
        self.rate = self._library.espeak_Initialize(_SYNCHRONOUS, 0, data, 0)
        if self.rate <= 0:
            raise RuntimeError("espeak-ng found no voices in the espeakng-loader package")
        self._heard: list[npt.NDArray[np.int16]] = []
        self._callback = _CALLBACK(self._take)
        self._library.espeak_SetSynthCallback(self._callback)

    def _take(self, samples: ctypes._Pointer[ctypes.c_short], count: int, _events: int) -> int:
        if count > 0:
            self._heard.append(np.ctypeslib.as_array(samples, (count,)).copy())
        return 0

    def speak(self, text: str, voice: Voice) -> npt.NDArray[np.int16]:
        """Samples at `self.rate` Hertz, without the silence around them.

        :raises RuntimeError: when there is no such voice.
        """
        library = self._library
        if library.espeak_SetVoiceByName(voice.name.encode()) != 0:
            raise RuntimeError(f"espeak-ng has no voice {voice.name}")
        for parameter, value in ((_RATE, voice.words_a_minute), (_PITCH, voice.pitch), (_RANGE, voice.pitch_range)):
            library.espeak_SetParameter(parameter, value, 0)
        self._heard.clear()
        encoded = text.encode()
        library.espeak_Synth(encoded, len(encoded) + 1, 0, _SENTENCE, 0, _UTF8, None, None)
        samples = np.concatenate(self._heard) if self._heard else np.zeros(0, np.int16)
        loud = np.flatnonzero(np.abs(samples.astype(np.int32)) > 200)
        return samples[max(0, loud[0] - 400) : loud[-1] + 800] if loud.size else samples[:0]

    def phonemes(self, text: str) -> list[str]:
        """The phonemes of `text` in the voice last spoken with, in espeak-ng's own letters."""
        held = ctypes.create_string_buffer(text.encode())
        left = ctypes.c_void_p(ctypes.addressof(held))
        found: list[str] = []
        while left.value:
            said = self._library.espeak_TextToPhonemes(ctypes.byref(left), _UTF8, _SEPARATED) or b""
            found += [each.strip("',|%=~") for word in said.decode().split() for each in word.split("_")]
        return [each for each in found if each]
