"""What the debtors of the benchmark say: a talk to a promise, and a long one of questions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

PROMISE: Final[Mapping[str, tuple[str, ...]]] = {
    "zh": (
        "{identity}",
        "我一共欠多少钱？",
        "利息是怎么算的？",
        "怎么还款？",
        "我忘记还了，不好意思",
        "明天还{amount}元",
        "对",
        "没有了，谢谢",
    ),
    "en": (
        "{identity}",
        "How much do I owe in total?",
        "How is the interest worked out?",
        "How can I pay?",
        "Sorry, I forgot about it",
        "I will pay {amount} tomorrow",
        "yes",
        "No, thank you",
    ),
}
"""A whole talk. The first line answers the right-party question."""
QUESTIONS: Final[Mapping[str, tuple[str, ...]]] = {language: lines[1:5] for language, lines in PROMISE.items()}


@dataclass(frozen=True, slots=True)
class Debtor:
    """Somebody with a chat link. `amount` is all that is due, as a plain number."""

    token: str
    language: str
    identity: str
    amount: str

    def promise(self) -> list[str]:
        lines = PROMISE[self.language]
        return [line.format(identity=self.identity, amount=self.amount) for line in lines]

    def long_talk(self, turns: int) -> list[str]:
        """The answer to the right-party question and `turns` - 1 questions."""
        questions = QUESTIONS[self.language]
        return [self.identity, *(questions[number % len(questions)] for number in range(turns - 1))]
