"""What of a sentence still stands: of several days or amounts, not those the debtor ruled out or corrected."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Generic, TypeVar

Value = TypeVar("Value")

_CLAUSE_END = re.compile(r"[,;!?:]|\.(?!\d)|\b(?:but|though)\b|但是?|可是|不过|只能|只有")
_NOT_BEFORE = re.compile(
    r"(?:\b(?:not|never|no way|instead of|rather than)\b|(?<!是)不是|(?<!能)不能|(?<!行)不行|不要|没法|没办法"
    r"|付不起|还不起|还不了|拿不出|(?<!有)没有)"
    # "not before Friday", "no more than 300" and "not sure about Friday" keep what follows.
    r"(?!.*(?:\b(?:before|until|till|more|less|later|earlier|sure|problem|only)\b|超过|多于|晚于|之前|才|问题|确定))"
)
_NOT_AFTER = re.compile(
    r"[^,;!?|]{0,10}?(?:(?<!行)不行|(?<!可)不可以|(?<!能)不能|没法|没办法|还不了|还不起|还不上|付不了|付不起|来不及"
    r"|不方便|没空|没钱|拿不出|太[多少]|太高|太早|太快|太近|\btoo (?:much|little|few|many|soon|early|high)\b"
    r"|\bis impossible\b|\b(?:will|does|would|is) not (?:work|possible|be possible|good|suit)\b)"
)
_CORRECTED = re.compile(
    r"\b(?:no|sorry|actually|wait|rather|i mean|make (?:it|that))\b|不对|说错|错了|改[成到为]"
    r"|(?:^|[,.;])\s*[哦噢啊诶]?不[,.;\s]|算了|应该是"
)


@dataclass(frozen=True, slots=True)
class Mention(Generic[Value]):
    """One expression in a sentence, `said[start:end]`, and the values it may mean; none when it is too vague."""

    start: int
    end: int
    options: tuple[Value, ...]


def standing(mentions: Sequence[Mention[Value]], said: str) -> list[Mention[Value]]:
    """The mentions that are neither ruled out ("not Friday", 三百不行) nor corrected ("Friday, no, Saturday")."""
    ordered = sorted(mentions, key=lambda each: each.start)
    meant = [each for at, each in enumerate(ordered) if not _ruled_out(ordered, at, said)]
    corrected = {one for one, after in pairwise(meant) if _CORRECTED.search(said[one.end : after.start])}
    return [each for each in meant if each not in corrected]


def _ruled_out(ordered: Sequence[Mention[Value]], at: int, said: str) -> bool:
    mention = ordered[at]
    since = ordered[at - 1].end if at else 0
    clause = _CLAUSE_END.split(said[since : mention.start])[-1]
    until = ordered[at + 1].start if at + 1 < len(ordered) else len(said)
    return bool(_NOT_BEFORE.search(clause) or _NOT_AFTER.match(said[mention.end : until]))


def options(mentions: Sequence[Mention[Value]]) -> tuple[Value, ...]:
    """Every value once, in the order said."""
    return tuple(dict.fromkeys(value for mention in mentions for value in mention.options))
