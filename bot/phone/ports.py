"""What a call needs from its surroundings: a leg that carries the sound, and the conversation that answers."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from typing import Protocol

from bot.phone.seam import CallLeg
from bot.session import Reply
from speech.audio import Samples
from speech.hear import Heard


class RecordedLeg(Protocol):
    """The sound of one call that nobody waits for: the debtor's side comes from a recording."""

    def receive(self) -> Samples | None:
        """The next 512 samples (32 ms at 16 kHz) of the debtor's voice; None once the debtor has hung up."""

    def play(self, samples: Samples) -> None:
        """Let the debtor hear this (16 kHz). Returns when it has been handed over."""

    def hang_up(self) -> None:
        """End the call from our side. Harmless when it has ended already."""


class Ears(Protocol):
    """Recognition (`speech.hear.Recogniser`)."""

    def hear(self, samples: Samples, language: str) -> Heard: ...


class Mouth(Protocol):
    """Synthesis (`speech.speak.Speaker`)."""

    def say(self, text: str, language: str) -> Samples: ...


class Talks(Protocol):
    """The conversations (`bot.session.Sessions`). A failure is answered, not raised: the talk ends."""

    def start(self, account_id: str, channel: str, language: str, attempt_id: str | None = None) -> Reply: ...

    def turn(self, conversation_id: str, text: str) -> Reply: ...

    def unheard(self, conversation_id: str, in_a_row: int) -> Reply: ...

    def hung_up(self, conversation_id: str) -> None: ...


LastIntent = Callable[[str], str | None]
"""The intent that was read from the debtor's last words in this conversation, if it was recorded."""


class Hears(Protocol):
    """Recognition for many calls at once (`speech.hearing.HearingPool`): a call that waits blocks no other."""

    async def hear(self, samples: Samples, language: str, expecting: str = "anything") -> Heard:
        """One utterance to text.

        :param samples: 16 kHz.
        :param expecting: what the talk has just asked for: "amount", "date", "yes_no" or "anything".
        """


class Speaks(Protocol):
    """Synthesis for many calls at once (`speech.speaking.SpeakingPool`)."""

    def synthesize(self, text: str, language: str, rate: int) -> AsyncIterator[bytes]:
        """Spelled-out text as sound, 16-bit samples at `rate`, the first piece as soon as there is one."""


class Tape(Protocol):
    """What a recording is told (`bot.phone.recording`). Both sides are on the call's clock; `at` is its seconds."""

    def debtor(self, at: float, pcm: bytes) -> None: ...

    def bot(self, at: float, pcm: bytes) -> None:
        """Sound of ours that the debtor has heard, or that was sent and not cleared."""

    def spoken(self, turn_id: str, begins: float, ends: float) -> None:
        """Where a turn of the transcript lies in the recording."""

    def pause(self, at: float) -> None:
        """From here on nothing is kept: somebody is about to say, or has said, what must not be."""

    def resume(self, at: float) -> None: ...

    def close(self) -> None: ...


class Handover(Protocol):
    """People who can take a call (`desk`, handed in by the wiring)."""

    async def collector(self, conversation_id: str, language: str, patience_seconds: float) -> CallLeg | None:
        """Offer the call, with its case on the screen; the leg of whoever accepts, None if nobody is in time."""
