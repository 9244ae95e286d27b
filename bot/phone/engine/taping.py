"""What a recording is told of a call: both sides as they were heard, on the call's clock."""

from __future__ import annotations

from collections import deque

from bot.disclosures import told_by
from bot.phone.engine.on_air import Sentence
from bot.phone.ports import Tape


class Taping:
    """The tape of one call, or none. Our sound lies ahead of what is heard, and some of it is dropped again."""

    def __init__(self, tape: Tape | None, rate: int) -> None:
        self._tape = tape
        self._rate = rate
        self._ahead: deque[tuple[float, bytes]] = deque()
        self._until = 0.0

    def begin(self, conversation_id: str) -> None:
        if self._tape is not None:
            self._tape.begin(conversation_id, self._rate)

    def debtor(self, at: float, pcm: bytes) -> None:
        """Sound of the debtor that began at `at`; with it, what was heard of ours by then is certain."""
        if self._tape is None:
            return
        self._tape.debtor(at, pcm)
        while self._ahead and self._ahead[0][0] + self._seconds(self._ahead[0][1]) <= at:
            self._tape.bot(*self._ahead.popleft())

    def sent(self, now: float, pcm: bytes) -> float:
        """Sound of ours was handed to the leg; when it will be heard."""
        at = max(now, self._until)
        self._until = at + self._seconds(pcm)
        if self._tape is not None:
            self._ahead.append((at, pcm))
        return at

    def cleared(self, now: float) -> None:
        """What has not been heard by now never will be."""
        self._until = now
        if self._tape is not None:
            for at, pcm in self._ahead:
                if heard := pcm[: 2 * round(max(0.0, now - at) * self._rate)]:
                    self._tape.bot(at, heard)
        self._ahead.clear()

    def sentence_over(self, sentence: Sentence, now: float, *, heard: bool) -> None:
        """A sentence of ours is over. The first that tells of the recording lets it begin."""
        if self._tape is None:
            return
        if sentence.turn_id is not None and sentence.begins is not None:
            self._tape.spoken(sentence.turn_id, sentence.begins, min(now, sentence.begins + sentence.seconds))
        if heard and "recorded" in told_by(sentence.line.template, "voice"):
            self._tape.resume(now)

    def said(self, turn_id: str, begins: float, ends: float) -> None:
        """Where something the debtor said lies."""
        if self._tape is not None:
            self._tape.spoken(turn_id, begins, ends)

    def leave_out(self, begins: float, ends: float) -> None:
        """Keep nothing of what was said there."""
        if self._tape is not None:
            self._tape.pause(begins)
            self._tape.resume(ends)

    def close(self, now: float) -> None:
        self.cleared(now)
        if self._tape is not None:
            self._tape.close()

    def _seconds(self, pcm: bytes) -> float:
        return len(pcm) / 2 / self._rate
