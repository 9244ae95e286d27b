"""Where an escalated account waits for a person, and until when. Pure: no record is read, the clock comes in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from strategy.service_levels import taken_up_by

Priority = Literal["P0", "P1", "P2"]

SPOKEN: Final = frozenset({"zh", "en"})
"""Languages that every queue can serve; anybody else waits with people who speak more."""

QUEUES: Final[tuple[str, ...]] = (
    "vulnerability",
    "fraud",
    "deceased",
    "legal",
    "disputes",
    "complaints",
    "compliance",
    "hardship",
    "privacy",
    "security",
    "languages",
    "right_party",
    "breakdown",
    "collections",
)

_QUEUE_OF: Final[Mapping[str, str]] = {
    "self_harm": "vulnerability",
    "mental_capacity": "vulnerability",
    "medical_or_safety_emergency_now": "vulnerability",
    "domestic_or_economic_abuse": "vulnerability",
    "serious_illness": "vulnerability",
    "elderly_cognitive_vulnerability": "vulnerability",
    "bereavement_or_family_event": "vulnerability",
    "incarceration_or_detention": "vulnerability",
    "deaf_or_speech_impairment": "vulnerability",
    "fraud_identity_theft": "fraud",
    "death_of_debtor": "deceased",
    "lawyer_represented": "legal",
    "bankruptcy_insolvency": "legal",
    "military_service": "legal",
    "dispute_not_mine": "disputes",
    "dispute": "disputes",
    "complaint_regulator": "complaints",
    "threat_or_abuse_to_bot": "complaints",
    "recording_objection": "complaints",
    "cease_request": "compliance",
    "cease": "compliance",
    "hardship_unemployment": "hardship",
    "hardship": "hardship",
    "disaster": "hardship",
    "data_rights_request": "privacy",
    "card_or_secret_spoken": "security",
    "prompt_injection_attempt": "security",
    "language_barrier": "languages",
    "minor_answering": "right_party",
    "third_party_answering": "right_party",
    "identity_failed": "right_party",
    "dialogue_down": "breakdown",
    "guard_breach": "breakdown",
    "record_failed": "breakdown",
    "disclosure_missing": "compliance",
}


PAGED: Final = frozenset({"record_failed"})
"""What is less urgent for the debtor, but tells of a fault that every other talk will meet as well."""

_PAGED_TEAM: Final[Mapping[str, str]] = {"threat_or_abuse_to_bot": "security"}
"""Who is paged where it is not the queue's own team: a threat against people is looked at by security first."""


@dataclass(frozen=True, slots=True)
class Route:
    """`queue` from QUEUES; `due_at` is when a person must have looked, in the zone that `now` came in.

    `page` names who has to hear of it at once, nobody where it can wait.
    """

    queue: str
    priority: Priority
    due_at: datetime
    page: tuple[str, ...] = ()


def route(trigger: str, priority: str, language: str, now: datetime) -> Route:
    """Send a `trigger` of some `priority` to the people who can answer it.

    An unknown trigger goes to the general queue, an unknown priority counts as the most urgent: a case may be
    misplaced, never lost. `now` is aware; weekends are judged in its zone.

    :raises ValueError: `now` carries no zone.
    """
    known = _known(priority)
    queue = _QUEUE_OF.get(trigger, "collections")
    if language not in SPOKEN and known != "P0":
        queue = "languages"
    page = (_PAGED_TEAM.get(trigger, queue), "on_call") if known == "P0" or trigger in PAGED else ()
    return Route(queue, known, taken_up_by(trigger, known, now), page)


def _known(priority: str) -> Priority:
    match priority:
        case "P1":
            return "P1"
        case "P2":
            return "P2"
        case _:
            return "P0"
