"""What the bot is saying: every sentence from when it is decided until it was heard, or dropped.

Pure bookkeeping; a mark behind each sentence (`bot.phone.seam.Played`) tells that it was heard to the end.
"""

from __future__ import annotations

from dataclasses import dataclass

from bot.phrases import Line


@dataclass(slots=True, eq=False)
class Sentence:
    """One sentence on its way to the debtor.

    :param mark: its name on the leg, once only in a call.
    :param locked: nothing the debtor says stops it: the law wants it told, or the call ends with it.
    :param turn_id: the turn it stands for in the record, where that is known.
    :param breath: a pause belongs before it.
    :param begun_at: when its first sound was handed to the leg, on the clock of `time.perf_counter`.
    :param begins: the second of the call at which it begins to be heard.
    :param sent: all of it has; from then on only the mark is waited for.
    :param due: the second of the call by which its mark must have come back.
    """

    mark: str
    line: Line
    language: str
    locked: bool
    turn_id: str | None = None
    breath: bool = False
    begun_at: float | None = None
    begins: float | None = None
    sent: bool = False
    seconds: float = 0.0
    due: float | None = None


class OnAir:
    """The sentences of one call that are not over, in their order; and those that were heard to the end."""

    def __init__(self) -> None:
        self._coming: list[Sentence] = []
        self._count = 0
        self.heard: list[Sentence] = []
        self.unheard: list[Sentence] = []

    def queue(
        self, line: Line, language: str, *, locked: bool, turn_id: str | None = None, breath: bool = False
    ) -> Sentence:
        """Take up one more sentence."""
        self._count += 1
        sentence = Sentence(f"s{self._count}", line, language, locked, turn_id, breath)
        self._coming.append(sentence)
        return sentence

    @property
    def speaking(self) -> bool:
        """Whether anything is still to be heard."""
        return bool(self._coming)

    @property
    def waiting_for_sound(self) -> bool:
        """Whether sound of ours has still to be made or sent."""
        return any(not sentence.sent for sentence in self._coming)

    @property
    def locked(self) -> bool:
        """Whether a sentence that nothing may stop has still to be heard to its end."""
        return any(sentence.locked for sentence in self._coming)

    @property
    def may_be_cleared(self) -> bool:
        """Whether what was sent may be dropped: there is nothing in it that must be heard."""
        return not any(sentence.locked and sentence.begun_at is not None for sentence in self._coming)

    @property
    def being_sent(self) -> Sentence | None:
        """The sentence whose sound is being handed to the leg."""
        return next((sentence for sentence in self._coming if not sentence.sent), None)

    def coming(self, mark: str) -> Sentence | None:
        """The sentence of that mark, unless it is over."""
        return next((sentence for sentence in self._coming if sentence.mark == mark), None)

    def played(self, mark: str) -> Sentence | None:
        """The leg says that everything before `mark` was heard; None for a sentence that is over already."""
        sentence = self.coming(mark)
        if sentence is not None:
            self._coming.remove(sentence)
            self.heard.append(sentence)
        return sentence

    def drop(self) -> list[Sentence]:
        """Give up every sentence that is not locked, because the debtor speaks."""
        return self._give_up([sentence for sentence in self._coming if not sentence.locked])

    def drop_all(self) -> list[Sentence]:
        """Give up everything: there is nobody left to hear it, or nothing left to say it with."""
        return self._give_up(list(self._coming))

    def overdue(self, now: float) -> list[Sentence]:
        """Give up sentences whose mark should have come back by second `now` of the call: nothing proves them heard."""
        return self._give_up([sentence for sentence in self._coming if sentence.due is not None and sentence.due < now])

    def _give_up(self, sentences: list[Sentence]) -> list[Sentence]:
        for sentence in sentences:
            self._coming.remove(sentence)
        self.unheard.extend(sentences)
        return sentences
