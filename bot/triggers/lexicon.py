"""Patterns of ours: what a text touches that a word or a turn of phrase gives away.

The lexicon is `lexicon.yaml`. It holds patterns over a normalised text (see `bot.wording`), not sentences, so that it
also finds phrasings that nobody has written down.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any, Literal, cast

import yaml

from bot.phrases import template

LEXICON = Path(__file__).parent / "lexicon.yaml"
# A text without a letter of a language need not be searched for its words.
LETTERS = {"zh": re.compile(r"[\u3400-\u9fff]"), "en": re.compile(r"[a-z]")}

Priority = Literal["P0", "P1", "P2"]
# What the talk does after the approved answer: go on, or stop with a goodbye.
Then = Literal["continue", "stop"]


@dataclass(frozen=True, slots=True)
class Trigger:
    """A sensitive entry found in a text.

    `hold_days` is how many calendar days automated contact stays on hold: 0 for none, None until a person lifts it.
    `escalate` is whether a person must take the case. `words` are the debtor's words that matched, in the normalised
    spelling. `template` is the approved answer. `then` is whether the bot may go on after it. `meaning` and
    `permitted_next` are for the collector. `revokes` is whether consent is taken back with it.
    """

    id: str
    priority: Priority
    hold_days: int | None
    escalate: bool
    words: str
    template: str
    then: Then
    meaning: str
    permitted_next: str
    revokes: bool = False


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of the lexicon. `key` is the trigger's id, or "id.n" for the n-th entry of that id."""

    key: str
    trigger: Trigger
    patterns: Mapping[str, re.Pattern[str]]
    unless: Mapping[str, re.Pattern[str]]


def matches(said: str, lang: str) -> list[Trigger]:
    """Every trigger whose patterns a normalised text holds, with the words that matched.

    People mix languages, so the other language's patterns are tried as well, after those of `lang`.
    """
    languages = [each for each in (lang, "en" if lang == "zh" else "zh") if LETTERS[each].search(said)]
    return [
        replace(entry.trigger, words=words)
        for entry in entries()
        for words in [_words(entry, said, languages)]
        if words is not None
    ]


def _words(entry: Entry, said: str, languages: Sequence[str]) -> str | None:
    """What matched, once everything that only looks like it has been cut out of the text."""
    for language in languages:
        pattern, unless = entry.patterns.get(language), entry.unless.get(language)
        found = pattern.search(said) if pattern else None
        # Most texts hold nothing at all, so the exceptions are looked at only where something was found.
        if pattern and found and unless:
            found = pattern.search(unless.sub(" ~ ", said))
        if found:
            return found.group().strip()
    return None


def figurative(said: str) -> bool:
    """Whether a normalised text holds a figure of speech or a trade, and no word of somebody who means it.

    What a grave pattern finds and its exceptions cut out is a figure too, and then what is left is looked at.
    """
    held = _lexicon()
    left = _spared(said)
    return (left != said or any(pattern.search(said) for pattern in held.figures.values())) and not any(
        pattern.search(left) for pattern in held.literal.values()
    )


def _spared(said: str) -> str:
    """The text without what the exceptions of P0 patterns cut out of it, where they had found something."""
    left = said
    for entry in entries():
        if entry.trigger.priority == "P0":
            for language, unless in entry.unless.items():
                pattern = entry.patterns.get(language)
                if pattern and unless.search(said) and pattern.search(said):
                    left = unless.sub(" ~ ", left)
    return left


def gravity(trigger: Trigger) -> tuple[str, float]:
    """What to sort by: the highest priority first, among equals the longest hold."""
    return trigger.priority, -(trigger.hold_days if trigger.hold_days is not None else float("inf"))


def named(trigger_id: str, words: str = "") -> Trigger:
    """The trigger for a reason that is not in the debtor's words, such as "service_failure", or for a known entry.

    :raises KeyError: no such trigger.
    """
    return replace(_lexicon().by_id[trigger_id], words=words)


def by_key(key: str) -> Trigger:
    """The trigger of the entry `key` ("id" or "id.n")."""
    return _lexicon().by_key[key]


def entries() -> tuple[Entry, ...]:
    """Every entry of the lexicon, in its order."""
    return _lexicon().entries


def answer(trigger: Trigger, verified: bool) -> str:
    """The id of the sentence to answer with: the trigger's own, or a neutral one that hints at no debt."""
    if verified or template(trigger.template, "en").before_verified:
        return trigger.template
    return f"neutral_{trigger.priority.lower()}"


@dataclass(frozen=True, slots=True)
class _Lexicon:
    entries: tuple[Entry, ...]
    by_id: Mapping[str, Trigger]
    by_key: Mapping[str, Trigger]
    figures: Mapping[str, re.Pattern[str]]
    literal: Mapping[str, re.Pattern[str]]


@cache
def _lexicon() -> _Lexicon:
    raw: dict[str, Any] = yaml.load(LEXICON.read_text(encoding="utf-8"), yaml.CSafeLoader)
    pieces: dict[str, str] = raw["pieces"]
    seen: Counter[str] = Counter()
    found = []
    by_id: dict[str, Trigger] = {}
    for raw_entry in raw["triggers"]:
        seen[raw_entry["id"]] += 1
        entry = _entry(raw_entry, seen[raw_entry["id"]], pieces)
        found.append(entry)
        by_id.setdefault(entry.trigger.id, entry.trigger)
    return _Lexicon(
        tuple(found),
        by_id,
        {entry.key: entry.trigger for entry in found},
        figures=_compiled(raw["figures"], pieces),
        literal=_compiled(raw["literal"], pieces),
    )


def _entry(entry: Mapping[str, Any], place: int, pieces: Mapping[str, str]) -> Entry:
    trigger = Trigger(
        id=str(entry["id"]),
        priority=cast(Priority, entry["priority"]),
        hold_days=entry["hold_days"],
        escalate=bool(entry["escalate"]),
        words="",
        template=str(entry["template"]),
        then=cast(Then, entry["then"]),
        meaning=str(entry["meaning"]),
        permitted_next=str(entry["permitted_next"]),
        revokes=bool(entry.get("revokes", False)),
    )
    key = trigger.id if place == 1 else f"{trigger.id}.{place}"
    return Entry(key, trigger, _compiled(entry.get("any"), pieces), _compiled(entry.get("unless"), pieces))


def _compiled(by_language: Mapping[str, list[str]] | None, pieces: Mapping[str, str]) -> Mapping[str, re.Pattern[str]]:
    """One pattern per language; `<name>` stands for a piece. An English pattern stands for whole words."""
    compiled = {}
    for lang, patterns in (by_language or {}).items():
        either = "|".join(f"(?:{_filled(pattern, pieces)})" for pattern in patterns)
        # In ASCII rules a Chinese character is no part of a word, so an English word may stand right next to it.
        compiled[lang] = re.compile(rf"\b(?:{either})(?!\w)", re.ASCII) if lang == "en" else re.compile(either)
    return compiled


def _filled(pattern: str, pieces: Mapping[str, str]) -> str:
    return re.sub(r"<(\w+)>", lambda found: f"(?:{pieces[found.group(1)]})", pattern)
