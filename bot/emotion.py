"""How the debtor sounds: a small reading by rules, always with the words that it rests on. Calm unless words say more.

It is a hint for the colleague who takes over and decides nothing: no offer, no hold and no priority depends on it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Literal

from bot.wording import normalise

Mood = Literal["calm", "upset", "angry", "distressed"]
LOUD: Final = re.compile(r"[!！]{2,}|\b[A-Z]{4,}(?:\s+[A-Z']{2,}){2,}")

# The gravest first; the first that is found is the mood.
_SIGNS: Final[tuple[tuple[Mood, re.Pattern[str]], ...]] = (
    (
        "distressed",
        re.compile(
            r"\b(?:can not (?:cope|take (?:it|this|any ?more)|go on|sleep|breathe)|desperate|hopeless|crying|in tears"
            r"|panick?(?:ing|ed)?|terrified|so scared|at my wits|breaking down|falling apart|overwhelmed"
            r"|do not know what to do)\b"
            r"|崩溃|撑不下去|撑不住|熬不下去|受不了了|绝望|走投无路|睡不着|一直哭|在哭|害怕|不知道怎么办|没有?活路"
        ),
    ),
    (
        "angry",
        re.compile(
            r"\b(?:furious|fed up|sick of|sick and tired|ridiculous|outrageous|damn|bloody|hell|f+u+c+k\w*"
            r"|(?:bull)?shit|idiots?|shut up|leave me alone|scam artists?|harass\w*|enough of|how dare)\b"
            r"|滚|混蛋|王八|他妈|妈的|放屁|烦死|气死|有完没完|没完没了|骚扰|吃饱了撑|神经病|凭什么|太过分|欺人太甚"
        ),
    ),
    (
        "upset",
        re.compile(
            r"\b(?:upset|annoy(?:ed|ing)|frustrat\w+|unfair|worried|worr(?:y|ies)|stress\w*|anxious|disappointed"
            r"|embarrass\w+|unhappy|not happy|tired of|pressure)\b"
            r"|生气|难受|委屈|好烦|很烦|着急|焦虑|郁闷|压力|担心|不满|失望|心烦|愁|丢脸|不公平"
        ),
    ),
)


@dataclass(frozen=True, slots=True)
class Emotion:
    """`words` are those that it was read from, in the normalised spelling; none when calm."""

    mood: Mood
    words: tuple[str, ...]


def read_emotion(said: Iterable[str]) -> Emotion:
    """The gravest mood in what somebody said (their texts in order), with its words, five at most."""
    texts = list(said)
    normal = [normalise(text) for text in texts]
    for mood, sign in _SIGNS:
        words = tuple(dict.fromkeys(found.group() for text in normal for found in sign.finditer(text)))
        if words:
            return Emotion(mood, words[:5])
    loud = tuple(found.group() for text in texts if (found := LOUD.search(text)))
    return Emotion("upset", loud[:5]) if loud else Emotion("calm", ())
