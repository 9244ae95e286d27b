"""What the bot hands to a person: one frozen value that both `bot` and `desk` may read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

TIER_TRIGGER = "tier_for_people"
"""The trigger of a case that no talk opened: the account's tier belongs to people. It says nothing about the debtor."""


@dataclass(frozen=True, slots=True)
class MayContact:
    """What the gate said, at the hand-over, of a contact by a person on `channel`.

    `reasons` are its codes, none when it allowed; `next_at` (aware UTC) when waiting alone makes it lawful.
    """

    channel: str
    reasons: tuple[str, ...] = ()
    next_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Escalation:
    """One talk, or one planned contact, that a person must take over.

    `trigger` and `priority` ("P0", "P1", "P2") decide the queue. `words` are the debtor's words that gave the reason,
    redacted. `facts` are what the talk has gathered, as short readable values. `offers` are what the bot has put on
    the table. `disclosures` are the ids of the disclosures already spoken. `permitted_next` says, for the collector,
    what may be done next. `conversation_id` is None when no talk took place.

    `summary` and `permitted_next` are English, `summary_zh` and `permitted_next_zh` say the same in Chinese. `emotion`
    is how the debtor sounded ("calm", "upset", "angry", "distressed"; "" where nobody spoke) and `emotion_words` what
    that rests on. `told_next` is what the debtor was told would happen, in the words they got, and `taken_up_by` (aware
    UTC) until when. `may_contact` is the gate's word on what a person may do.
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
    summary_zh: str = ""
    permitted_next_zh: str = ""
    emotion: str = ""
    emotion_words: tuple[str, ...] = ()
    told_next: str = ""
    taken_up_by: datetime | None = None
    may_contact: tuple[MayContact, ...] = ()
