"""Short sentences that are whole as they are, learnt from our own: nobody needs to be waited for after "怎么还款".

A short sentence is whole when none of our sentences that go on from it means something else: "goodbye then" is still
a goodbye, while "thank you" may become "thank you but I cannot pay". `python -m bot.phone.whole_answers` learns them
anew from `bot/rasa/data`.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Final

from bot.wording import normalise

LEARNT: Final = Path(__file__).with_name("whole_answers.txt")
SENTENCES: Final = Path(__file__).parents[1] / "rasa" / "data" / "nlu"

LONGEST_CHINESE: Final = 5
LONGEST_WORDS: Final = 2
"""Longer answers are not waited for any longer (`bot.phone.turn_rules`), so they need not be known."""
_LEFT_OUT: Final = frozenset({"nlu_fallback", "wait"})
"""What nobody meant to say, and what says itself that more is to come."""
_FIGURES: Final = re.compile(
    r"\d|[零〇一二两三四五六七八九十百千万]|\b(?:hundred|thousand|grand|one|two|three|four|five|six|seven|eight|nine|ten)\b"
)
_CHINESE: Final = re.compile(r"[\u3400-\u9fff]")
_SLOT: Final = re.compile(r"\[([^\]]+)\](?:\([^)]*\)|\{[^}]*\})")


def is_whole(text: str) -> bool:
    """Whether an answer is one of these sentences."""
    return bare(text) in _learnt()


def bare(text: str) -> str:
    """Normalised, without marks."""
    return " ".join(re.sub(r"[^\w\s']", " ", normalise(text)).split())


def learn(intents: Mapping[str, Iterable[str]]) -> list[str]:
    """The sentences among these that are whole.

    :param intents: sentences by what they mean.
    """
    means: defaultdict[str, set[str]] = defaultdict(set)
    for intent, sentences in intents.items():
        for sentence in sentences:
            means[bare(sentence)].add(intent)
    ordered = sorted(means)
    return [
        short
        for at, short in enumerate(ordered)
        if len(means[short]) == 1
        and not means[short] & _LEFT_OUT
        and _is_short(short)
        and all(means[longer] <= means[short] for longer in _going_on(ordered, at))
    ]


def _is_short(sentence: str) -> bool:
    chinese = len(_CHINESE.findall(sentence))
    words = len(_CHINESE.sub(" ", sentence).split())
    if _FIGURES.search(sentence) or (chinese == 1 and not words) or (not chinese and len(sentence) < 3):
        return False
    return chinese <= LONGEST_CHINESE and words <= LONGEST_WORDS


def _going_on(ordered: list[str], at: int) -> Iterable[str]:
    """The sentences that begin with this one and go on with another word."""
    short = ordered[at]
    for longer in ordered[bisect_right(ordered, short) :]:
        if not longer.startswith(short):
            return
        if _CHINESE.match(short[-1]) or not longer[len(short)].isalnum():
            yield longer


def our_sentences() -> dict[str, list[str]]:
    """What the dialogue model is trained on, by intent."""
    sentences: defaultdict[str, list[str]] = defaultdict(list)
    for file in sorted(SENTENCES.glob("*.yml")):
        intent = ""
        for line in file.read_text("utf-8").splitlines():
            if named := re.match(r"- intent: (\S+)", line):
                intent = named[1]
            elif example := re.match(r"\s+- (.+)", line):
                sentences[intent].append(_SLOT.sub(r"\1", example[1].strip().strip("\"'")))
    return dict(sentences)


@cache
def _learnt() -> frozenset[str]:
    return frozenset(LEARNT.read_text("utf-8").splitlines())


if __name__ == "__main__":
    LEARNT.write_text("".join(f"{sentence}\n" for sentence in learn(our_sentences())), "utf-8")
