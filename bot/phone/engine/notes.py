"""One turn of a call as it happens: what was heard, what was answered, and when the answer could be heard."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field

from bot.phone.engine.on_air import Sentence
from bot.phone.record import CallTurn, StageTimes, Understood
from bot.phone.turn_rules import GUESS_AFTER
from bot.session import Reply


@dataclass(slots=True)
class TurnNote:
    """Everything but `sentences` is set by the part of the call that knows it.

    :param answered_at: when the talk's answer was there, on the clock of `time.perf_counter`.
    """

    understood: Understood
    reply: Reply
    intent: str | None
    dialogue_ms: float
    answered_at: float
    sentences: list[Sentence] = field(default_factory=list)

    @property
    def first_sound_at(self) -> float | None:
        """When the first sound of the answer was handed to the leg."""
        return min((each.begun_at for each in self.sentences if each.begun_at is not None), default=None)

    def as_turn(self, heard: Collection[Sentence]) -> CallTurn:
        """The turn as it stands now; `heard` are the sentences of the call that were heard to their end."""
        understood, reply = self.understood, self.reply
        first = self.first_sound_at
        synthesis = 0.0 if first is None else (first - self.answered_at) * 1000
        # Recognition runs while the silence is waited for; only what it takes longer is waited for besides.
        guessed = understood.by == "voice"
        waited = max(understood.waiting_ms, GUESS_AFTER * 1000 + understood.recognition_ms if guessed else 0.0)
        return CallTurn(
            heard_by=understood.by,
            text=understood.text.removesuffix("#") if understood.by == "keys" else understood.text,
            confidence=understood.confidence,
            clear=understood.clear,
            language=reply.language,
            intent=self.intent,
            bot_text=tuple(line.text for line in reply.lines),
            bot_templates=tuple(line.template for line in reply.lines),
            stage=reply.stage,
            ms=StageTimes(
                activity=round(understood.activity_ms, 1),
                waiting=round(understood.waiting_ms, 1),
                recognition=round(understood.recognition_ms, 1),
                dialogue=round(self.dialogue_ms, 1),
                synthesis=round(synthesis, 1),
                first_audio=0.0 if self.first_sound_at is None else round(waited + self.dialogue_ms + synthesis, 1),
            ),
            interrupted=any(sentence not in heard for sentence in self.sentences),
            heard_to_end=tuple(each.line.template for each in self.sentences if each in heard),
        )
