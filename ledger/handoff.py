"""What the bot hands to a person: one frozen value that both `bot` and `desk` may read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

TIER_TRIGGER = "tier_for_people"
"""The trigger of a case that no talk opened: the account's tier belongs to people. It says nothing about the debtor."""


@dataclass(frozen=True, slots=True)
class Escalation:
    """One talk, or one planned contact, that a person must take over.

    `trigger` and `priority` ("P0", "P1", "P2") decide the queue. `words` are the debtor's words that gave the reason,
    redacted. `facts` are what the talk has gathered, as short readable values. `offers` are what the bot has put on
    the table. `disclosures` are the ids of the disclosures already spoken. `permitted_next` says, for the collector,
    what may be done next. `conversation_id` is None when no talk took place.
    """

    account_id: str
    debtor_id: str
    conversation_id: str | None
    trigger: str
    priority: str
    words: str
    summary: str
    verified: bool
    language: str
    facts: Mapping[str, str]
    offers: tuple[str, ...]
    disclosures: tuple[str, ...]
    permitted_next: str
