"""What a call needs from its surroundings: a leg that carries the sound, and the conversation that answers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from bot.session import Reply
from speech.audio import Samples
from speech.hear import Heard


class CallLeg(Protocol):
    """The sound of one call, both ways. A WAV file here; a browser, Asterisk or a carrier behind the same seam."""

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
