"""The mood of a simulated debtor, which the bot moves: it decides whether they stay, bend, lie or leave. Pure."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Final

from rehearsal.debtor_hearing import HARD, KIND, LOST, QUESTIONS

BOILS: Final = 0.85
"""Anger from which somebody says so."""
GIVES_IN: Final = 0.55
"""Trust from which somebody who has been vague names an amount."""
DISTRUSTS: Final = 0.25
"""Trust below which somebody asks whether this is the bank at all."""
TOO_SLOW_S: Final = 5.0
"""Seconds after which an answer is felt to be late."""


@dataclass(frozen=True, slots=True)
class Mood:
    """Trust, anger and patience, 0 to 1 each. Without patience nobody stays."""

    trust: float
    anger: float
    patience: float

    @property
    def leaves(self) -> bool:
        """Enough of this."""
        return self.patience <= 0.0

    @property
    def boils(self) -> bool:
        """Too angry to go on as if nothing were."""
        return self.anger >= BOILS

    @property
    def lies(self) -> bool:
        """Would rather promise anything than go on: worn out, and without trust."""
        return self.patience < 0.3 and self.trust < 0.5

    def after(self, heard: Collection[str], before: Collection[str], seconds: float = 0.0) -> Mood:
        """The mood after an answer of the bot.

        :param heard: the ids of its sentences, and `before` those of its last answer.
        :param seconds: how long it took.
        """
        mood = self._moved(patience=-0.03)
        if any(each in KIND or each.startswith("trigger_") for each in heard):
            mood = mood._moved(trust=0.08, anger=-0.12, patience=0.04)
        if any(each in HARD for each in heard):
            mood = mood._moved(trust=-0.05, anger=0.1, patience=-0.08)
        if any(each in LOST for each in heard):
            mood = mood._moved(trust=-0.06, anger=0.06, patience=-0.14)
        if any(each in QUESTIONS and each in before for each in heard):
            # Asked the same again: nobody seems to listen.
            mood = mood._moved(anger=0.08, patience=-0.12)
        if seconds > TOO_SLOW_S:
            mood = mood._moved(patience=-0.05)
        return mood

    def _moved(self, trust: float = 0.0, anger: float = 0.0, patience: float = 0.0) -> Mood:
        return replace(
            self,
            trust=_within(self.trust + trust),
            anger=_within(self.anger + anger),
            patience=_within(self.patience + patience),
        )


def _within(value: float) -> float:
    return round(min(1.0, max(0.0, value)), 4)
