"""Which talks a collector takes up live, and who may take them. Pure: it reads no record."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from desk.routing import QUEUES, SPOKEN

NEVER_LIVE: Final = frozenset(
    {
        "cease_request",
        "cease",
        "recording_objection",
        "third_party_answering",
        "minor_answering",
        "identity_failed",
        "lawyer_represented",
        "bankruptcy_insolvency",
        "death_of_debtor",
        "callback_wanted",
        "unsafe_to_talk",
        "threat_or_abuse_to_bot",
        "card_or_secret_spoken",
        "prompt_injection_attempt",
    }
)
"""Reasons after which this call must end: they want no more of it, it is somebody else's, or it is not the time."""


@dataclass(frozen=True, slots=True)
class Ready:
    """A collector who waits for calls: the languages they speak, and the queues they take (none: all)."""

    name: str
    languages: frozenset[str] = SPOKEN
    queues: frozenset[str] = frozenset()

    def takes(self, queue: str, language: str) -> bool:
        """Whether a call of this queue in this language may ring at them."""
        return language in self.languages and (not self.queues or queue in self.queues)


def may_be_live(trigger: str) -> bool:
    """Whether a person may be put on the line of the call in which this was found."""
    return trigger not in NEVER_LIVE


def ready(name: str, languages: Iterable[object], queues: Iterable[object]) -> Ready | None:
    """What a collector's page says of them; None where it names no language of ours, or a queue nobody knows."""
    spoken, taken = frozenset(map(str, languages)), frozenset(map(str, queues))
    if not spoken or not spoken <= SPOKEN or not taken <= frozenset(QUEUES):
        return None
    return Ready(name, spoken, taken)


def suitable(everybody: Iterable[Ready], queue: str, language: str) -> tuple[str, ...]:
    """The names of those at whom such a call rings, all at once: the first to accept has it."""
    return tuple(sorted(each.name for each in everybody if each.takes(queue, language)))
