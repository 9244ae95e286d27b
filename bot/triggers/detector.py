"""The detector that stands before the dialogue model: patterns and the trained model together."""

from __future__ import annotations

from dataclasses import dataclass, replace

from bot.triggers.classifier import MODEL, Likely, classifier
from bot.triggers.clauses import clauses
from bot.triggers.lexicon import Trigger, by_key, gravity, matches
from bot.wording import normalise


@dataclass(frozen=True, slots=True)
class Found:
    """The gravest trigger of a text. `confidence`: the model's share for its priority, 1 where a pattern found it."""

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
    said = normalise(text)
    by_pattern = matches(said, lang)
    by_meaning = [_as_found(part, likely) for part, likely in read(said)] if MODEL.exists() else []
    both = [*(Found(trigger, 1.0) for trigger in by_pattern), *by_meaning]
    gravest = min(both, key=lambda found: gravity(found.trigger), default=None)
    if gravest is None:
        return None
    revokes = any(found.trigger.revokes for found in both)
    return replace(gravest, trigger=replace(gravest.trigger, revokes=revokes))


def read(said: str) -> list[tuple[str, Likely]]:
    """What the model finds in a normalised text, clause by clause."""
    model = classifier()
    return [(part, likely) for part in clauses(said) if (likely := model.likely(part))]


def _as_found(part: str, likely: Likely) -> Found:
    return Found(replace(by_key(likely.key), words=part), likely.share)
