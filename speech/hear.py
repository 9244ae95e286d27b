"""Hearing: an utterance to text with faster-whisper, and whether it may be believed."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, replace
from pathlib import Path

from faster_whisper.transcribe import Segment

from speech.activity import voice_seconds
from speech.asr_model import ModelMissing as ModelMissing
from speech.asr_model import ShortWindowModel, hints, load_model, usual_window
from speech.asr_model import Window as Window
from speech.audio import RATE, Samples, seconds_of
from speech.invented import Evidence, Why, why_not_believed, written_in
from speech.prompts import prompt_for

LANGUAGES = ("zh", "en")
_LONGEST_ANSWER_TOKENS = 60
# Too little audio for one analysis frame is nothing said.
_LEAST_SAMPLES = RATE // 20
# So sure the model must be that the other language is spoken than the one a call is in.
_SURELY_THE_OTHER = 0.8


@dataclass(frozen=True)
class Heard:
    """What was understood.

    :param confidence: 0 to 1, the geometric mean of the probabilities of the words' tokens.
    :param no_speech: 0 to 1, how likely the model thinks it is that nobody spoke.
    :param clear: whether a decision may rest on it; if not, ask again.
    :param recognition_ms: milliseconds spent.
    :param why: why it is not clear; None when it is.
    :param sure_from: the confidence from which it need not be asked back.
    """

    text: str
    language: str
    confidence: float
    no_speech: float
    clear: bool
    audio_seconds: float
    recognition_ms: float
    why: Why | None = None
    sure_from: float = 0.6

    @property
    def sure(self) -> bool:
        """Whether it can be acted on without asking back. What is clear and not sure is asked back, whatever it is."""
        return self.clear and self.confidence >= self.sure_from


@dataclass(frozen=True)
class HearSettings:
    """How utterances are recognised.

    :param model: a folder with a CTranslate2 Whisper model, or a name such as `base`, fetched once by faster-whisper.
    :param window: overrides what the model's own `amends-asr.json` or its size says.
    :param window_seconds: overrides the floor of that window alone.
    :param least_confidence: under this a hearing is not clear.
    :param sure_confidence: under this a hearing that is clear is asked back.
    :param most_no_speech: over this a hearing is not clear.
    :param threads: processor threads of one recognition.
    :param at_once: recognitions that may run at the same time.
    """

    model: str | None
    window: Window | None = None
    window_seconds: float | None = None
    least_confidence: float = 0.4
    sure_confidence: float = 0.6
    most_no_speech: float = 0.6
    threads: int = 1
    at_once: int = 1


class Recogniser:
    """Hears utterances. Loading it takes a moment; one instance serves all calls, from any thread.

    :ivar folder: where the files of its model lie.
    """

    def __init__(self, settings: HearSettings) -> None:
        """:raises ModelMissing: when there is no such model here and none can be fetched."""
        self._settings = settings
        said = hints(settings.model)
        self._model: ShortWindowModel = load_model(settings.model, threads=settings.threads, at_once=settings.at_once)
        self._knows_prompts = said.prompts or self._model.of_released_size
        self.folder: Path = self._model.folder
        window = settings.window or said.window or usual_window(self._model)
        floor = settings.window_seconds
        self.window = window if floor is None else replace(window, floor_seconds=floor)

    @property
    def caution(self) -> str | None:
        """What a user should know of this model, in one line; None for the released sizes."""
        if self._model.of_released_size:
            return None
        return (
            f"this model is {self._model.width} wide, smaller than any released Whisper: it knows what it was trained "
            "on, and is sure of itself with everything else too"
        )

    def hear(self, samples: Samples, language: str | None, expecting: str = "anything") -> Heard:
        """Recognise one utterance of at most 30 s.

        What comes back in the writing of the other language, and sounds like it, is heard once more in that one.

        :param samples: 16 kHz.
        :param language: "zh" or "en"; None when it is not known yet, which costs a little more.
        :param expecting: what was asked for, see `speech.prompts`.
        """
        began = time.perf_counter()
        if samples.size < _LEAST_SAMPLES:
            return not_heard("nothing", language or LANGUAGES[0], seconds_of(samples))
        self._model.use_window(self.window.frames(seconds_of(samples)))
        spoken = language or self._likelier(samples)[0]
        heard = self._heard(samples, spoken, expecting, began)
        if language is not None and heard.text and not written_in(heard.text, language):
            other, share = self._likelier(samples)
            if other != language and share >= _SURELY_THE_OTHER:
                return self._heard(samples, other, expecting, began)
        return heard

    def language_of(self, samples: Samples) -> tuple[str, float]:
        """Which of the two languages is spoken, and how likely it is compared with the other (0.5 to 1).

        :param samples: 16 kHz.
        """
        if samples.size < _LEAST_SAMPLES:
            return LANGUAGES[0], 0.5
        self._model.use_window(self.window.frames(seconds_of(samples)))
        return self._likelier(samples)

    def _likelier(self, samples: Samples) -> tuple[str, float]:
        shares = self._model.languages(samples)
        known = {language: shares.get(language, 0.0) for language in LANGUAGES}
        likelier = max(LANGUAGES, key=lambda language: known[language])
        whole = sum(known.values())
        return likelier, round(known[likelier] / whole, 3) if whole else 0.5

    def _heard(self, samples: Samples, language: str, expecting: str, began: float) -> Heard:
        prompt = prompt_for(language, expecting) if self._knows_prompts else None
        segments = self._segments(samples, language, prompt)
        text = " ".join(segment.text.strip() for segment in segments).strip()
        confidence = math.exp(min((segment.avg_logprob for segment in segments), default=-math.inf))
        no_speech = max((segment.no_speech_prob for segment in segments), default=1.0)
        why = why_not_believed(
            text,
            language,
            Evidence(
                voice_seconds=voice_seconds(samples),
                confidence=confidence,
                no_speech=no_speech,
                compression=max((segment.compression_ratio for segment in segments), default=0.0),
                prompt=prompt,
            ),
            least_confidence=self._settings.least_confidence,
            most_no_speech=self._settings.most_no_speech,
        )
        return Heard(
            text=text,
            language=language,
            confidence=round(confidence, 3),
            no_speech=round(no_speech, 3),
            clear=why is None,
            audio_seconds=round(seconds_of(samples), 3),
            recognition_ms=round((time.perf_counter() - began) * 1000, 1),
            why=why,
            sure_from=self._settings.sure_confidence,
        )

    def _segments(self, samples: Samples, language: str, prompt: str | None) -> list[Segment]:
        return list(
            self._model.transcribe(
                samples,
                language=language,
                beam_size=1,
                temperature=0.0,
                without_timestamps=True,
                condition_on_previous_text=False,
                vad_filter=False,
                max_new_tokens=_LONGEST_ANSWER_TOKENS,
                initial_prompt=prompt,
                # faster-whisper would drop or decode again by these; the numbers are judged afterwards instead.
                no_speech_threshold=None,
                log_prob_threshold=None,
                compression_ratio_threshold=None,
            )[0]
        )


def not_heard(why: Why, language: str, audio_seconds: float) -> Heard:
    """Nothing that could be told was heard, for this reason."""
    return Heard("", language, 0.0, 1.0, False, round(audio_seconds, 3), 0.0, why)
