"""The frames of our own that travel through a call. An interruption drops those that it may."""

from __future__ import annotations

from dataclasses import dataclass, field

from pipecat.frames.frames import DataFrame

from bot.phone.engine.on_air import Sentence
from bot.phone.record import Understood


@dataclass
class DebtorTurn(DataFrame):
    """What the debtor has said, keyed, or left unsaid. It reaches the talk whatever is said meanwhile."""

    understood: Understood
    interruptible: bool = field(default=False, init=False)


@dataclass
class Say(DataFrame):
    """A sentence to be made into sound."""

    sentence: Sentence

    def __post_init__(self) -> None:
        super().__post_init__()  # type: ignore[no-untyped-call]
        self.interruptible = not self.sentence.locked


@dataclass
class SentenceEnd(DataFrame):
    """All sound of a sentence is before this: the leg is asked for its mark."""

    sentence: Sentence

    def __post_init__(self) -> None:
        super().__post_init__()  # type: ignore[no-untyped-call]
        self.interruptible = not self.sentence.locked
