"""The hand-off packet: everything the collector needs, so that the debtor need not say it twice."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bot.facts import money
from bot.promises import Offer
from bot.redaction import redact
from bot.triggers import Trigger
from ledger.handoff import Escalation

LONGEST_WORDS = 300


def build(
    trigger: Trigger,
    *,
    account_id: str,
    debtor_id: str,
    conversation_id: str | None,
    language: str,
    verified: bool,
    facts: Mapping[str, str],
    offers: Sequence[Offer],
    disclosures: Sequence[str],
    turns: int,
) -> Escalation:
    """The packet for one escalation.

    `facts` are what the talk has gathered (for example "amount", "reason", "callback"); `offers` the promises put to
    the debtor, in order; `disclosures` the ids of those already spoken; `turns` how often the debtor has spoken. What
    the debtor said is redacted and shortened here once more, whatever the caller did.
    """
    said = {name: redact(value)[:LONGEST_WORDS] for name, value in facts.items()}
    worded = tuple(f"{money(offer.amount, 'en')} by {offer.due_on.isoformat()}" for offer in offers)
    return Escalation(
        account_id=account_id,
        debtor_id=debtor_id,
        conversation_id=conversation_id,
        trigger=trigger.id,
        priority=trigger.priority,
        words=redact(trigger.words)[:LONGEST_WORDS],
        summary=_summary(trigger, verified=verified, turns=turns, facts=said, offers=worded),
        verified=verified,
        language=language,
        facts=said,
        offers=worded,
        disclosures=tuple(disclosures),
        permitted_next=trigger.permitted_next,
    )


def _summary(trigger: Trigger, *, verified: bool, turns: int, facts: Mapping[str, str], offers: Sequence[str]) -> str:
    sentences = [f"{trigger.meaning} ({trigger.priority})."]
    sentences.append("Right party verified." if verified else "Right party NOT verified: no debt fact may be named.")
    sentences.append(f"The debtor spoke {turns} time{'' if turns == 1 else 's'}.")
    if offers:
        sentences.append(f"Last offer: {offers[-1]}.")
    sentences.extend(f"{name.replace('_', ' ').capitalize()}: {value}." for name, value in facts.items())
    return " ".join(sentences)
