"""The gate, asked about what the bot is about to say: may it be told to this person, by this channel, now?"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from bot.disclosures import medium_of
from bot.guards import tells_of_debt
from bot.phrases import Line
from strategy.policy.decision import Deny, Reason
from strategy.policy.facts import Action, ContactFacts, Content
from strategy.policy.gate import decide
from strategy.policy.packs import Packs

COLLECTOR_NOTICES: Final = frozenset({"collector", "collector_first"})
ENTITY_ROLE: Final = "first_party_bank"
"""Amends speaks for the creditor itself, as strategy.facts_from_ledger says of every contact."""


@dataclass(frozen=True, slots=True)
class Listener:
    """To whom, about what and under which law. `verified`: the right party has shown who they are."""

    jurisdictions: tuple[str, ...]
    zones: tuple[str, ...]
    account_id: str
    channel: str
    verified: bool


def objections(
    listener: Listener, told: Collection[str], lines: Sequence[Line], packs: Packs, now: datetime
) -> tuple[Reason, ...]:
    """Every reason of the law against these lines; none means that they may be said.

    What tells of a debt is asked about as such, the rest as an utterance: the two have different rules.

    :param told: the kinds of disclosure made so far, those in `lines` included.
    """
    of_debt = any(tells_of_debt(line) for line in lines)
    asked = [_asked(listener, told, "utterance", tells=False)]
    if of_debt:
        asked.append(_asked(listener, told, "disclose_debt", tells=True))
    answers = [decide(facts, packs, now) for facts in asked]
    return tuple(dict.fromkeys(reason for each in answers if isinstance(each, Deny) for reason in each.reasons))


def may_record(listener: Listener, told: Collection[str], packs: Packs, now: datetime) -> tuple[Reason, ...]:
    """Every reason against keeping a record of the talk; none once the person has been told of it."""
    answer = decide(_asked(listener, told, "start_recording", tells=False), packs, now)
    return answer.reasons if isinstance(answer, Deny) else ()


def _asked(listener: Listener, told: Collection[str], action: str, *, tells: bool) -> ContactFacts:
    return ContactFacts(
        jurisdictions=listener.jurisdictions,
        entity_role=ENTITY_ROLE,
        tz_candidates=listener.zones,
        action=Action(
            type=action,
            channel=listener.channel,
            agent="ai_voice" if medium_of(listener.channel) == "voice" else "ai_chat",
            number_type="unknown",
            number_id="",
            debt_id=listener.account_id,
            # Whoever has not shown who they are may be anybody.
            target="consumer" if listener.verified or not tells else "unknown",
            place="unknown",
        ),
        content=Content(
            ai_disclosure_at_start="automated" in told,
            recording_notice_given="recorded" in told,
            debt_collector_notice=not COLLECTOR_NOTICES.isdisjoint(told),
            opt_out_instructions="opt_out" in told,
            limited_content_only=not tells,
            identity_verified=listener.verified,
            discloses_debt_to_third_party=tells and not listener.verified,
        ),
    )
