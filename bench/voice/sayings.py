"""What the callers of the benchmark say: espeak-ng over a telephone line, in a voice that is not the bot's."""

from __future__ import annotations

from typing import Protocol

import numpy as np

from bench.voice.caller import RATE, Saying
from bot.phone.script_wav import DEBTOR_VOICES
from speech.audio import RATE as HEARD_AT
from speech.audio import Samples
from speech.speak_process import Voice
from speech.telephone_line import over_the_line


class Say(Protocol):
    """A text as 16 kHz samples (`speech.speaking.SpeakingPool.say`)."""

    def __call__(self, text: str, language: str, voice: Voice | None = None) -> Samples: ...


LINES = {
    "zh": ("请问你是哪位", "总共多少钱", "请再说一遍", "怎么还款", "会影响征信吗", "听不清楚"),
    "en": ("who is this", "what is the total amount", "please say that again", "how do i pay", "how much do i owe"),
}
"""Questions that a talk answers in any order, so that a call can be as long as one likes."""
_QUIET = 0.01


def sayings(language: str, turns: int, say: Say, seed: int, *, interrupts: bool = False) -> list[Saying]:
    """So many lines of one caller.

    :param seed: of the line's noise, and of the line they begin with.
    :param interrupts: every second line is said into the bot's answer.
    """
    lines = LINES[language]
    return [
        Saying(
            _at_8k(over_the_line(say(lines[(seed + turn) % len(lines)], language, DEBTOR_VOICES[language]), seed)),
            interrupts and turn % 2 == 1,
        )
        for turn in range(turns)
    ]


def _at_8k(samples: Samples) -> bytes:
    """Without the silence around the words: what is measured is the time from the last of them."""
    loud = np.flatnonzero(np.abs(samples) > _QUIET)
    words = samples[loud[0] : loud[-1] + 1]
    return (words[:: HEARD_AT // RATE] * 32767).astype(np.int16).tobytes()
