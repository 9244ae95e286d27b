"""Who has answered: a person, a voicemail, or a machine that asks in the person's place who is calling.

Judged by the first words and by the tone that follows them. A person who says more than "hello" is a person: only what
machines say, or a tone after a long text, makes a machine. Pure; nothing is disclosed to either.
"""

from __future__ import annotations

import re
from typing import Final, Literal

import numpy as np
import numpy.typing as npt

from bot.said_nothing import is_answering_machine
from bot.wording import normalise

Answered = Literal["person", "voicemail", "screening"]

LONG_TEXT_SECONDS: Final = 4.0
"""People who pick up say less than this before they wait."""
BEEP_SECONDS: Final = 0.19
_BEEP_HERTZ: Final = (350.0, 2200.0)
_LEAST_LEVEL: Final = 0.02
_LEAST_SHARE: Final = 0.8
"""Of the energy that a tone carries at one pitch; a voice spreads it."""

_SCREENING: Final = re.compile(
    r"\b(?:say|state|record|give|leave) your name,?(?: and| along with)? (?:the |a )?(?:reason|purpose|why)"
    r"|\b(?:say|state|record) (?:your name|who is calling|the reason)\b(?!.{0,40}\b(?:after|at) the (?:tone|beep))"
    r"|\bscreening (?:service|this call|your call|calls)|\bcall (?:screening|assistant?)\b|\bvirtual assistant\b"
    r"|\b(?:before i|i will) (?:try to )?(?:connect|put you through|see if)|\bwhy (?:you are|are you) calling"
    r"|(?:说出|报一下|留下|说明|说一下)(?:您的?|你的?)?(?:姓名|名字|来电(?:原因|事由|目的))(?!.{0,12}留言)"
    r"|(?:通话|来电|电话)(?:助理|助手|秘书)|来电(?:原因|事由|目的)|为机主(?:代接|接听)|机主的?(?:智能)?(?:助理|秘书)"
)
_AWAY: Final = re.compile(
    r"\b(?:message|voice ?mail|mailbox|get back to you|call you back|return your call|not available|unable)\b"
    r"|留言|回电|回复您|无法接听|不方便接听|不在|稍后再拨"
)


def who_answered(text: str, speech_seconds: float, *, beeped: bool) -> Answered:
    """What the first words of a call make of it.

    :param speech_seconds: how long they were.
    :param beeped: a tone was heard after them.
    """
    said = normalise(text)
    if _SCREENING.search(said):
        return "screening"
    if is_answering_machine(text):
        return "voicemail"
    long = speech_seconds >= LONG_TEXT_SECONDS
    return "voicemail" if long and (beeped or _AWAY.search(said)) else "person"


class BeepListener:
    """Finds the tone of an answering machine in a stream: one pitch, loud, for a fifth of a second."""

    def __init__(self, rate: int) -> None:
        self._rate = rate
        self._pitch = 0.0
        self._seconds = 0.0

    def process(self, chunk: npt.NDArray[np.int16]) -> bool:
        """Take the next piece of about 32 ms; whether a tone has now lasted long enough."""
        samples = chunk / 32768.0
        pitch = self._pitch_of(samples)
        if pitch is None:
            self._seconds = 0.0
            return False
        same = abs(pitch - self._pitch) <= 2 * self._rate / samples.size
        self._seconds = (self._seconds if same else 0.0) + samples.size / self._rate
        self._pitch = pitch
        return self._seconds >= BEEP_SECONDS

    def _pitch_of(self, samples: npt.NDArray[np.float64]) -> float | None:
        """The one pitch that carries nearly all of it, in Hertz."""
        if float(np.abs(samples).max()) < _LEAST_LEVEL:
            return None
        power = np.abs(np.fft.rfft(samples * np.hanning(samples.size))) ** 2
        top = int(np.argmax(power))
        hertz = top * self._rate / samples.size
        share = float(power[max(0, top - 2) : top + 3].sum() / power.sum())
        return hertz if share >= _LEAST_SHARE and _BEEP_HERTZ[0] <= hertz <= _BEEP_HERTZ[1] else None
