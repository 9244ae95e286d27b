"""The written examples that the classifier learns from: a file per trigger and priority, and ordinary talk beside them.

`sentences/p0/`, `p1/` and `p2/` hold `<trigger id>.yaml`, each `{id: <trigger id>, zh: [...], en: [...]}`. Where
the lexicon has several entries of one id, `<id>.2.yaml` with `id: <id>.2` is for the second of them, unless the folder
alone tells them apart. `sentences/ordinary/` holds `{id: ordinary, ...}` and `{id: near_miss/<trigger id>, ...}`: what
the script answers, and what only sounds like that trigger.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import yaml

from bot.triggers.classifier import NEAR_MISS, ORDINARY
from bot.triggers.lexicon import entries
from bot.wording import normalise

SENTENCES = Path(__file__).parent / "sentences"
LANGUAGES: tuple[Language, ...] = ("zh", "en")
HAN = re.compile(r"[\u3400-\u9fff]")
# Chinese words shortened to the first letters of their sounds, as insults are.
INITIALS = re.compile(r"[b-df-hj-np-tv-z]{2,6}")
NOT_A_SIGN = re.compile(r"[^\w]+")

Language = Literal["zh", "en"]


class BadSentences(Exception):
    """The files cannot be learnt from; each line of the message names a file and what is wrong with it."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """`key` is the lexicon entry's, "ordinary", or "near_miss/<trigger id>"; `place` is where it stands."""

    key: str
    lang: Language
    text: str
    place: str


def load(folder: Path = SENTENCES) -> tuple[Sentence, ...]:
    """Every sentence, in the order of the files' names.

    :raises BadSentences: an unknown id, a wrong language, an empty sentence, or one that stands twice.
    """
    problems: list[str] = []
    sentences = tuple(_all(folder, problems))
    problems += _twice(sentences)
    if not sentences and not problems:
        problems.append(f"{folder} holds no sentences")
    if problems:
        raise BadSentences("\n".join(problems))
    return sentences


def _all(folder: Path, problems: list[str]) -> Iterator[Sentence]:
    priority_of = {entry.key: entry.trigger.priority for entry in entries()}
    for path in sorted(folder.rglob("*.yaml")):
        place = str(path.relative_to(folder))
        try:
            raw = yaml.load(path.read_text(encoding="utf-8"), yaml.CSafeLoader)
        except (yaml.YAMLError, UnicodeDecodeError) as error:
            problems.append(f"{place}: not YAML: {' '.join(str(error).split())[:200]}")
            continue
        if not isinstance(raw, dict) or not isinstance(raw.get("id"), str) or set(raw) - {"id", *LANGUAGES}:
            problems.append(f"{place}: expected the keys id, zh and en, and nothing else")
            continue
        key = _key(raw["id"], path.relative_to(folder).parts[0], priority_of)
        if key is None:
            problems.append(f"{place}: no trigger {raw['id']} of this folder's priority in the lexicon")
            continue
        yield from _of_file(key, place, raw, problems)


def _key(written: str, folder: str, priority_of: Mapping[str, str]) -> str | None:
    """The key of the lexicon entry that is meant: `threat_or_abuse_to_bot` in p2/ is the entry of that priority."""
    if folder == "ordinary":
        near_miss_of = written.removeprefix(NEAR_MISS)
        known = written == ORDINARY or (written.startswith(NEAR_MISS) and near_miss_of in priority_of)
        return written if known else None
    if priority_of.get(written, "").lower() == folder:
        return written
    same = [key for key in priority_of if key.startswith(f"{written}.") and priority_of[key].lower() == folder]
    return same[0] if same else None


def _of_file(key: str, place: str, raw: dict[str, Any], problems: list[str]) -> Iterator[Sentence]:
    for lang in LANGUAGES:
        texts = raw.get(lang)
        if not isinstance(texts, list) or not texts:
            problems.append(f"{place}: {lang} is no list of sentences")
            continue
        for number, text in enumerate(texts, start=1):
            where = f"{place}: {lang} {number}"
            if not isinstance(text, str):
                problems.append(f"{where}: not a text: {text!r} (quote it)")
            elif not (plain := bare(text)):
                problems.append(f"{where}: empty")
            elif lang == "zh" and not HAN.search(plain) and not INITIALS.fullmatch(plain):
                problems.append(f"{where}: no Chinese character: {text}")
            elif lang == "en" and len(HAN.findall(plain)) * 2 > len(plain):
                problems.append(f"{where}: Chinese: {text}")
            else:
                yield Sentence(key, lang, text, where)


def _twice(sentences: tuple[Sentence, ...]) -> Iterator[str]:
    first: dict[str, Sentence] = {}
    for sentence in sentences:
        same = first.setdefault(bare(sentence.text), sentence)
        if same is not sentence:
            yield f"{sentence.place}: stands in {same.place} too: {sentence.text}"


def bare(text: str) -> str:
    """The normalised text without spaces and punctuation: what makes two sentences the same."""
    return NOT_A_SIGN.sub("", normalise(text))
