"""The sentences to learn from and the held-out ones, with nothing of the second in the first.

Written sentences are those the bot's own classifiers learn from; open amounts, days and digits come from the frames in
`templates.yaml`. A held-out sentence has no near twin among those learnt from; a held-out frame is never learnt.
"""

from __future__ import annotations

import re
import zlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from random import Random
from typing import Literal

import yaml

from bot.triggers.sentences import load as trigger_sentences
from rehearsal.hearing import figures_en, figures_zh
from rehearsal.hearing.wording import as_heard

Kind = Literal["intent", "trigger", "amount", "day", "amount_day", "digits", "yes_no"]
LANGUAGES = ("zh", "en")
_NLU = Path(__file__).parents[2] / "bot/rasa/data/nlu"
_TEMPLATES = Path(__file__).parent / "templates.yaml"
_MARKS = re.compile(r"\[([^\]]*)\](?:\([^)]*\)|\{[^}]*\})")
# What cannot be told apart by its sound, or is no speech at all.
_NOT_SPOKEN = {"nlu_fallback"}
_LONGEST = {"zh": 20, "en": 14}  # characters, words
_ALIKE = 0.7
# One in so many is held out.
_HELD_OUT_SENTENCES, _HELD_OUT_FRAMES = 14, 5
# How many of each kind to write, learnt from and held out, for each language.
_COUNTS: dict[Kind, tuple[int, int]] = {
    "amount": (7000, 150), "day": (4500, 150), "amount_day": (3000, 100), "digits": (1500, 50),
}  # fmt: skip
_YES_NO_TIMES = 12


@dataclass(frozen=True, slots=True)
class Sentence:
    """`text` is what is said and what should be heard; `held_out` sentences are for measuring alone."""

    text: str
    language: str
    kind: Kind
    held_out: bool


def all_sentences(seed: int = 6) -> tuple[Sentence, ...]:
    """Every sentence, the same ones for the same seed."""
    draw = Random(seed)
    found = [*_written(draw)]
    frames = yaml.safe_load(_TEMPLATES.read_text(encoding="utf-8"))
    for language in LANGUAGES:
        for kind in _COUNTS:
            found += _filled(language, kind, frames[language][kind], draw)
        found += [Sentence(each, language, "yes_no", False) for each in frames[language]["yes_no"]] * _YES_NO_TIMES
    held = {(each.language, each.text) for each in found if each.held_out}
    return tuple(each for each in found if each.held_out or (each.language, each.text) not in held)


def _written(draw: Random) -> Iterator[Sentence]:
    raw: dict[tuple[str, str], Kind] = {}
    triggers: list[tuple[str, str]] = [(each.text, each.lang) for each in trigger_sentences()]
    for texts, kind in ((_nlu(), "intent"), (triggers, "trigger")):
        for text, language in texts:
            said = as_heard(text, language, draw)
            if said is not None and len(units(said, language)) <= _LONGEST[language]:
                raw.setdefault((said, language), kind)  # type: ignore[arg-type]
    for language in LANGUAGES:
        kinds = {said: kind for (said, of), kind in raw.items() if of == language}
        common = Counter(unit for said in kinds for unit in set(units(said, language)))
        # A word written once is as likely a slip of the pen, of which the written sentences have some on purpose.
        whole = [said for said in kinds if all(common[unit] > 1 for unit in units(said, language))]
        held = [said for said in whole if zlib.crc32(_shape(said, language).encode()) % _HELD_OUT_SENTENCES == 0]
        twins = _alike(whole, held, language)
        for said in whole:
            if said in held or said not in twins:
                yield Sentence(said, language, kinds[said], said in held)


def _nlu() -> Iterator[tuple[str, str]]:
    for path in sorted(_NLU.glob("*.yml")):
        for block in yaml.load(path.read_text(encoding="utf-8"), yaml.CSafeLoader)["nlu"]:
            if block.get("intent") in _NOT_SPOKEN or "intent" not in block:
                continue
            for line in block["examples"].splitlines():
                text = _MARKS.sub(r"\1", line.removeprefix("- "))
                yield text, "zh" if re.search(r"[\u4e00-\u9fff]", text) else "en"


def units(said: str, language: str) -> Sequence[str]:
    """Characters of Chinese, words of English."""
    return said if language == "zh" else said.split()


def _shape(said: str, language: str) -> str:
    """A sentence without its numerals, so that two that differ in a figure alone fall on the same side."""
    if language == "zh":
        return re.sub("[零一二两三四五六七八九十百千万]+", "", said)
    numerals = {"hundred", "thousand", *figures_en.WORDS}
    return " ".join(word for word in said.split() if word not in numerals)


def _alike(sentences: Iterable[str], held: Iterable[str], language: str) -> set[str]:
    """The sentences nearly the same as a held-out one: most of their pairs of neighbouring units are shared."""

    def pairs(said: str) -> frozenset[tuple[str, str]]:
        parts = ("", *units(said, language), "")
        return frozenset(pairwise(parts))

    by_pair: dict[tuple[str, str], list[frozenset[tuple[str, str]]]] = defaultdict(list)
    for each in held:
        of_held = pairs(each)
        for pair in of_held:
            by_pair[pair].append(of_held)
    found = set()
    for each in sentences:
        own = pairs(each)
        shared = Counter(other for pair in own for other in by_pair[pair])
        if any(count / len(own | other) >= _ALIKE for other, count in shared.items()):
            found.add(each)
    return found


def _filled(language: str, kind: Kind, frames: Sequence[str], draw: Random) -> list[Sentence]:
    # The bare figure, which is the answer to a question, is learnt: every other frame is as good as any to hold out.
    held = [frame for frame in frames[1:] if zlib.crc32(frame.encode()) % _HELD_OUT_FRAMES == 0] or [frames[-1]]
    learnt = [frame for frame in frames if frame not in held]
    found = []
    for chosen, count, held_out in ((learnt, _COUNTS[kind][0], False), (held, _COUNTS[kind][1], True)):
        texts: dict[str, None] = {}
        for _ in range(count * 20):
            if len(texts) == count:
                break
            # A bare figure is what debtors answer with most.
            frame = frames[0] if not held_out and draw.random() < 0.2 else draw.choice(chosen)
            texts.setdefault(_fill(frame, language, draw))
        found += [Sentence(text, language, kind, held_out) for text in texts]
    return found


def _fill(frame: str, language: str, draw: Random) -> str:
    figures = figures_zh if language == "zh" else figures_en
    said = frame
    if "{amount}" in said:
        said = said.replace("{amount}", figures.amount(value(draw), draw))
    if "{day}" in said:
        day = figures.day(draw)
        said = said.replace("{day}", day)
    if "{digits}" in said:
        said = said.replace("{digits}", figures.digits(draw.choice((4, 4, 4, 1, 2, 3, 5, 6, 8)), draw))
    return re.sub(r"\b(on|by|until|before) (in|on|when|after|next|this|tomorrow|today|tonight)\b", r"\2", said)


def value(draw: Random) -> Decimal:
    """An amount from 0.01 to 999,999, small and round ones more often, as people pay."""
    exact = 10 ** draw.uniform(1.0, 4.6) if draw.random() < 0.93 else 10 ** draw.uniform(-2.0, 5.999)
    step = draw.choice((1, 1, 5, 10, 50, 50, 100, 100, 100, 500, 1000))
    if exact > 2 * step:
        exact = exact // step * step
    if draw.random() < 0.12 or exact < 1:
        return max(Decimal("0.01"), Decimal(int(exact * 100 + draw.randrange(100))) / 100)
    return Decimal(int(exact))
