"""The detector that stands before the dialogue model: patterns and the trained model together."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import repeat

from bot.redaction import holds_secret, redact
from bot.triggers.classifier import PRIORITIES, Reading, Shares, classifier
from bot.triggers.clauses import clauses
from bot.triggers.lexicon import Trigger, by_key, figurative, gravity, matches
from bot.wording import normalise

# The share of a priority and the graver ones from which it counts: in a whole turn; in a long one read whole, where
# much else is told; in a window of a long one, of which there are many; and where a pattern found it too, unless that
# holds half the turn and so needs no second opinion. Chosen on tests/heldout/triggers_dev.jsonl; those of long turns,
# of which it has few, on talks that were played.
LEAST_ALONE: Shares = {"P0": 0.26, "P1": 0.45, "P2": 0.6}
# In a short turn that holds a figure of speech and no word of somebody who means it.
LEAST_IN_FIGURE: Shares = {"P0": 0.6, "P1": 0.6, "P2": 0.7}
LEAST_IN_LONG: Shares = {"P0": 0.5, "P1": 0.55, "P2": 0.65}
LEAST_IN_WINDOW: Shares = {"P0": 0.8, "P1": 0.85, "P2": 0.9}
SHARE_OF_THE_POINT = 0.5
LEAST_WITH_PATTERN: Shares = {"P0": 0.1, "P1": 0.2, "P2": 0.35}


@dataclass(frozen=True, slots=True)
class Found:
    """The gravest trigger of a text. `confidence`: the model's share for its priority and the graver ones, or 1."""

    trigger: Trigger
    confidence: float


def ready() -> None:
    """Read the lexicon and the model now, and not while the first debtor waits.

    :raises NoModel: the model is missing or damaged.
    """
    detect("ready", "en")


def detect(text: str, lang: str) -> Trigger | None:
    """The most serious trigger in what a debtor said, or None.

    The highest priority wins; among equals the longest hold. Consent that is taken back in the same breath stays taken
    back.

    :raises NoModel: the model is missing or damaged; the lexicon never stands in for both.
    """
    found = examine(text, lang)
    return found.trigger if found else None


def examine(text: str, lang: str) -> Found | None:
    """As `detect`, with how sure it is."""
    said = normalise(redact(text))
    by_pattern = matches(said, lang)
    if holds_secret(text):
        by_pattern.append(replace(by_key("card_or_secret_spoken"), words=said))
    readings = _read(said)
    by_words = list(_backed(by_pattern, readings))
    # A pattern that is the point of a turn says what it is; the model may still hear a P0 in it.
    certain = any(found.confidence == 1 for found in by_words)
    both = by_words + [found for found in _alone(readings) if not certain or found.trigger.priority == "P0"]
    gravest = min(both, key=lambda found: gravity(found.trigger), default=None)
    if gravest is None:
        return None
    revokes = any(found.trigger.revokes for found in both)
    return replace(gravest, trigger=replace(gravest.trigger, revokes=revokes))


def _read(said: str) -> list[Reading]:
    return classifier().read(clauses(said))


def _backed(by_pattern: list[Trigger], readings: list[Reading]) -> Iterator[Found]:
    """What the patterns found, unless it is a small part of what was said and the model reads the rest as harmless."""
    for trigger in by_pattern:
        share = max(reading.shares[trigger.priority] for reading in readings)
        is_the_point = len(trigger.words) >= SHARE_OF_THE_POINT * len(readings[0].said)
        if is_the_point or share >= LEAST_WITH_PATTERN[trigger.priority]:
            yield Found(trigger, 1.0 if is_the_point else share)


def _alone(readings: list[Reading]) -> Iterator[Found]:
    """What the model finds by itself, in the whole turn or in a window of it."""
    windows = len(readings) - 1
    short = LEAST_IN_FIGURE if figurative(readings[0].said) else LEAST_ALONE
    whole = LEAST_IN_LONG if windows else short
    for least, reading in zip((whole, *repeat(LEAST_IN_WINDOW, windows)), readings, strict=True):
        for priority in PRIORITIES:
            if reading.shares[priority] >= least[priority]:
                yield Found(replace(by_key(reading.keys[priority]), words=reading.said), reading.shares[priority])
                break


def by_model(text: str) -> Trigger | None:
    """What the model alone finds; for measuring."""
    readings = _read(normalise(redact(text)))
    return min((found.trigger for found in _alone(readings)), key=gravity, default=None)
