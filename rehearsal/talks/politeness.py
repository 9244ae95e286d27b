"""How polite a talk was, by rules that need no judgement. Pure.

Five rules, each kept or broken; a talk's politeness is the share that it keeps.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

COURTEOUS: Final = re.compile(
    r"\b(?:please|thank|thanks|sorry|welcome|of course|no problem|that is all right|take care|understood)\b"
    r"|您|请|谢谢|感谢|抱歉|对不起|不好意思|没关系|好的|不客气",
    re.IGNORECASE,
)
PRESSING: Final = re.compile(
    r"\b(?:must|immediately|at once|right away you|final warning|last chance|or else|consequences will|refuse to"
    r"|your fault|failed to)\b|必须|立刻还|马上还|最后通牒|最后一次机会|否则|后果自负|您的错|拒不",
    re.IGNORECASE,
)
ASKS_FOR_MONEY: Final = re.compile(
    r"\bwhen could you pay\b|\bhow much could you\b|\bon which day could you\b|哪一天还|还多少|能还多少", re.IGNORECASE
)
FAREWELL: Final = re.compile(
    r"\b(?:goodbye|thank you|thanks|colleague|take care|sorry)\b|再见|谢谢|同事|感谢|抱歉|保重", re.IGNORECASE
)
COURTESY_SHARE: Final = 0.5
"""At least this share of the answers holds a courteous word."""
MOST_ALIKE: Final = 2
"""The same sentence may come this often in a row."""


@dataclass(frozen=True, slots=True)
class Answered:
    """One answer of the bot: its sentences (id and words), and whether it answers a cry for help or a no."""

    sentences: tuple[tuple[str, str], ...]
    after_trouble: bool = False

    @property
    def words(self) -> str:
        return " ".join(words for _, words in self.sentences)


def politeness(answers: Sequence[Answered], *, ended: bool) -> dict[str, bool]:
    """Which rules were kept.

    :param ended: the bot ended the talk, so that it should have said goodbye.
    """
    spoken = [answer for answer in answers if answer.sentences]
    courteous = sum(bool(COURTEOUS.search(answer.words)) for answer in spoken)
    return {
        "courteous": courteous >= COURTESY_SHARE * len(spoken),
        "does_not_press": not any(PRESSING.search(answer.words) for answer in spoken),
        "does_not_repeat": _longest_run(spoken) <= MOST_ALIKE,
        "no_money_after_trouble": not any(
            answer.after_trouble and ASKS_FOR_MONEY.search(answer.words) for answer in spoken
        ),
        "says_goodbye": not ended or not spoken or bool(FAREWELL.search(spoken[-1].words)),
    }


def _longest_run(spoken: Sequence[Answered]) -> int:
    """How often in a row the same open question, the last sentence of an answer, was put."""
    longest, run, before = 0, 0, ""
    for answer in spoken:
        last = answer.sentences[-1][0]
        run = run + 1 if last == before else 1
        longest, before = max(longest, run), last
    return longest
