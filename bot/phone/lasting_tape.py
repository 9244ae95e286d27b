"""A recording that goes on when the bot has done: others speak on the same line after it."""

from __future__ import annotations

from bot.phone.ports import Tape


class LastingTape:
    """A tape that the bot's share of the call does not close."""

    def __init__(self, tape: Tape) -> None:
        self._tape = tape

    def begin(self, conversation_id: str, rate: int) -> None:
        self._tape.begin(conversation_id, rate)

    def debtor(self, at: float, pcm: bytes) -> None:
        self._tape.debtor(at, pcm)

    def bot(self, at: float, pcm: bytes) -> None:
        self._tape.bot(at, pcm)

    def spoken(self, turn_id: str, begins: float, ends: float) -> None:
        self._tape.spoken(turn_id, begins, ends)

    def pause(self, at: float) -> None:
        self._tape.pause(at)

    def resume(self, at: float) -> None:
        self._tape.resume(at)

    def close(self) -> None:
        """Not yet."""

    def close_now(self) -> None:
        self._tape.close()
