"""What the law wants told in a talk, as approved sentences: which one tells it, and when nobody has approved any.

The packs say what has to be told; `phrases/disclosures.yaml` says which sentence of ours tells it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

import yaml

from bot.phrases import FOLDER, LANGUAGES, templates
from strategy.policy.disclosures import Disclosures
from strategy.policy.facts import SAME_MEDIUM

TELLS: Final = FOLDER / "disclosures.yaml"
MEDIA: Final = ("chat", "voice")
AT_OPENING: Final = ("opening", "recording", "message")
BEFORE_DEBT: Final = ("before_debt",)


@dataclass(frozen=True, slots=True)
class Kind:
    """One thing to tell. `said_in` is the sentence by medium; `again` the one in a talk that changed its language."""

    name: str
    asked_by: frozenset[str]
    said_in: Mapping[str, str]
    again: str | None


@dataclass(frozen=True, slots=True)
class NoWords:
    """The law wants told what nobody has approved words for, or cannot be read: `lacking` names clauses and packs."""

    lacking: tuple[str, ...]


def medium_of(channel: str) -> str:
    """'chat' or 'voice': how words reach a person by this channel."""
    return SAME_MEDIUM.get(channel, channel)


def kinds_to_tell(asked: Disclosures, medium: str) -> tuple[Kind, ...] | NoWords:
    """The kinds that tell everything that is asked by `medium`, each once and in the order of the packs."""
    lacking = list(asked.lacking)
    found: dict[str, Kind] = {}
    for each in asked.to_tell:
        kind = next((kind for kind in all_kinds() if each.clause in kind.asked_by and medium in kind.said_in), None)
        if kind is None:
            lacking.append(each.clause)
        else:
            found[kind.name] = kind
    return NoWords(tuple(lacking)) if lacking else tuple(found.values())


def told_by(template: str, medium: str) -> tuple[str, ...]:
    """The kinds that a sentence tells by `medium`, whether or not any law asks for them."""
    return _told(medium).get(template, ())


def still_to_say(kinds: Collection[Kind], told: Collection[str], medium: str, *, again: bool) -> tuple[str, ...]:
    """The sentences for the kinds not `told` yet. `again`: they were told before, in another language."""
    untold = [kind for kind in kinds if kind.name not in told]
    return tuple(dict.fromkeys((again and kind.again) or kind.said_in[medium] for kind in untold))


@cache
def all_kinds() -> tuple[Kind, ...]:
    """:raises ValueError: the file names a sentence or a field that there is not."""
    raw: dict[str, dict[str, Any]] = yaml.safe_load(TELLS.read_text(encoding="utf-8"))
    return tuple(_read(name, entry) for name, entry in raw.items())


@cache
def _told(medium: str) -> Mapping[str, tuple[str, ...]]:
    told: dict[str, tuple[str, ...]] = {}
    for kind in all_kinds():
        for template in filter(None, {kind.said_in.get(medium), kind.again}):
            told[template] = (*told.get(template, ()), kind.name)
    return told


def _read(name: str, entry: Mapping[str, Any]) -> Kind:
    said_in = {medium: str(entry[medium]) for medium in MEDIA if medium in entry}
    again = entry.get("again")
    known = {"asked_by", "again", *MEDIA}
    sentences = {*said_in.values(), *filter(None, [again])}
    if not set(entry) <= known or not said_in or not all(sentences <= set(templates(lang)) for lang in LANGUAGES):
        raise ValueError(f"disclosures.yaml: {name} is not well formed")
    return Kind(name, frozenset(entry["asked_by"]), said_in, again)
