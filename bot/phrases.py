"""Every word the bot may say: approved sentences, filled with facts.

A sentence is looked up by its id and language in `phrases/en.yaml` and `phrases/zh.yaml`. Facts go in as values and
come out formatted for the language, so that no caller builds a sentence of its own.
"""

from __future__ import annotations

import hashlib
import json
import re
import string
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

import yaml

from bot.facts import KINDS, Fact, pattern, wording

LANGUAGES = ("zh", "en")
FOLDER = Path(__file__).parent / "phrases"
APPROVED = FOLDER / "approved.json"


@dataclass(frozen=True, slots=True)
class Line:
    """One sentence of the bot: the approved template it comes from, and the text as the debtor gets it."""

    template: str
    text: str


@dataclass(frozen=True, slots=True)
class Template:
    """An approved sentence in one language.

    `before_verified` is True only for sentences that hint at no debt. `fields` are the facts that it needs.
    """

    id: str
    language: str
    text: str
    before_verified: bool
    fields: tuple[str, ...]


def say(template_id: str, lang: str, **facts: Fact) -> Line:
    """The sentence `template_id` in `lang` ("zh" or "en"), with its facts filled in.

    Facts: Money, a date, a whole number of days, a text (a name, a link), or a tuple of Money or
    dates among which the debtor is to choose.

    :raises KeyError: no such sentence in that language.
    :raises ValueError: a fact is missing, is of another kind, or is not in the sentence.
    """
    found = template(template_id, lang)
    if set(facts) != set(found.fields):
        raise ValueError(f"{template_id} takes the facts {sorted(found.fields)}, got {sorted(facts)}")
    for name, fact in facts.items():
        if not isinstance(fact, KINDS[name]):
            raise ValueError(f"{template_id}: {name} cannot be a {type(fact).__name__}")
    return Line(template_id, found.text.format_map({name: wording(fact, lang) for name, fact in facts.items()}))


def template(template_id: str, lang: str) -> Template:
    """:raises KeyError: no such sentence in that language."""
    return templates(lang)[template_id]


@cache
def templates(lang: str) -> Mapping[str, Template]:
    """All sentences of one language by id.

    :raises KeyError: no such language.
    :raises ValueError: a sentence in the file is not well formed.
    """
    if lang not in LANGUAGES:
        raise KeyError(lang)
    raw: dict[str, dict[str, Any]] = yaml.safe_load((FOLDER / f"{lang}.yaml").read_text(encoding="utf-8"))
    return MappingProxyType({key: _read(key, lang, entry) for key, entry in raw.items()})


def _read(template_id: str, lang: str, entry: Mapping[str, Any]) -> Template:
    if set(entry) != {"before_verified", "text"} or not isinstance(entry["before_verified"], bool):
        raise ValueError(f"{lang}/{template_id}: expected before_verified and text")
    text = str(entry["text"])
    return Template(template_id, lang, text, entry["before_verified"], tuple(dict.fromkeys(_fields(text))))


def _fields(text: str) -> Iterator[str]:
    for _, name, spec, conversion in string.Formatter().parse(text):
        if name is None:
            continue
        if name not in KINDS or spec or conversion:
            raise ValueError(f"a fact must be one of {sorted(KINDS)} in braces, got {{{name}}}")
        yield name


@cache
def _shape(template_id: str, lang: str) -> re.Pattern[str]:
    found = template(template_id, lang)
    parts = []
    for literal, name, _, _ in string.Formatter().parse(found.text):
        parts.append(re.escape(literal))
        if name is not None:
            parts.append(pattern(name, lang))
    return re.compile("".join(parts), re.DOTALL)


def matches(line: Line, lang: str) -> bool:
    """Whether the text of `line` is its template in `lang` with facts filled in, and nothing else."""
    return line.template in templates(lang) and _shape(line.template, lang).fullmatch(line.text) is not None


def fingerprint(found: Template) -> str:
    """SHA-256 (hex) over the language, the id, the sentence and when it may be said: what an approval pins."""
    content = json.dumps([found.language, found.id, found.text, found.before_verified], ensure_ascii=False)
    return hashlib.sha256(content.encode()).hexdigest()


@cache
def approvals() -> frozenset[str]:
    """The fingerprints of all approved sentences."""
    pinned: dict[str, dict[str, str]] = json.loads(APPROVED.read_text(encoding="utf-8"))
    return frozenset(digest for by_id in pinned.values() for digest in by_id.values())


@cache
def is_approved(template_id: str, lang: str) -> bool:
    """Whether this sentence, exactly as it stands in the file, has been approved."""
    found = templates(lang).get(template_id)
    return found is not None and fingerprint(found) in approvals()
