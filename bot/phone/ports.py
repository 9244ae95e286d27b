"""What a call needs from its surroundings: a leg that carries the sound, and the conversation that answers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from speech.audio import Samples


class CallLeg(Protocol):
    """The sound of one call, both ways. A WAV file here; a browser, Asterisk or a carrier behind the same seam."""

    def receive(self) -> Samples | None:
        """The next 512 samples (32 ms at 16 kHz) of the debtor's voice; None once the debtor has hung up."""

    def play(self, samples: Samples) -> None:
        """Let the debtor hear this (16 kHz). Returns when it has been handed over."""

    def hang_up(self) -> None:
        """End the call from our side. Harmless when it has ended already."""


class Line(Protocol):
    """One approved sentence of the bot."""

    @property
    def template(self) -> str: ...

    @property
    def text(self) -> str: ...


class Reply(Protocol):
    """What the conversation answers to one turn (`bot.session.Reply`)."""

    @property
    def conversation_id(self) -> str: ...

    @property
    def lines(self) -> Sequence[Line]: ...

    @property
    def language(self) -> str: ...

    @property
    def stage(self) -> str: ...

    @property
    def ended(self) -> bool: ...

    @property
    def escalated(self) -> bool: ...


class PhoneSessions(Protocol):
    """The conversations of the bot (`bot.session.Sessions`)."""

    def start(self, account_id: str, channel: str, language: str, attempt_id: str | None = None) -> Reply: ...

    def turn(self, conversation_id: str, text: str) -> Reply: ...


LastIntent = Callable[[str], str | None]
"""The intent that was read from the debtor's last words in this conversation, if it was recorded."""
