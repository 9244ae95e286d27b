"""The gate's facts, gathered from the ledger inside the transaction that will reserve the contact."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from sqlmodel import col, or_, select

from ledger.ledger import UnitOfWork
from ledger.tables import Account, Attempt, Consent, Conversation, Debtor, Hold
from strategy.policy.facts import STOPS, Action, ContactFacts, Content, Flags, HoldFact, PastContact, Stop

OPENING: Final = Content(
    ai_disclosure_at_start=True,
    recording_notice_given=True,
    debt_collector_notice=False,
    opt_out_instructions=True,
    limited_content_only=True,
)
"""What the approved opening of every bot contact does: it says that it is automated and recorded, and names no debt."""

STOP_OF_REASON: Final[Mapping[str, str]] = {kind: kind for kind in STOPS} | {
    "cease_request": "cease",
    "lawyer_represented": "attorney",
    "bankruptcy_insolvency": "bankruptcy",
    "dispute_not_mine": "dispute",
    "mental_capacity": "capacity",
    "bereavement_or_family_event": "sensitive_occasion",
    "death_of_debtor": "sensitive_occasion",
}
"""Holds that bind people too, not only machines. Any other hold stops automated contact alone."""


def contact_facts(
    work: UnitOfWork, account_id: str, channel: str, agent: str, *, content: Content = OPENING
) -> ContactFacts:
    """Facts for contacting the debtor of `account_id` now; `channel` and `agent` ('bot' or 'human') as in the ledger.

    An attempt without an outcome, whatever became of it, counts as 'unknown' and so toward every cap.
    :raises sqlalchemy.exc.NoResultFound: there is no such account.
    """
    account = work.session.get_one(Account, account_id)
    debtor = work.session.get_one(Debtor, account.debtor_id)
    number = debtor.phone_index
    return ContactFacts(
        jurisdictions=tuple(debtor.jurisdictions),
        entity_role="first_party_bank",
        tz_candidates=tuple(debtor.tz_candidates),
        action=Action(
            type="outbound_contact",
            channel=channel,
            agent=gate_agent(channel, agent),
            # Imports do not say what kind of line a number is, so no exemption for landlines is ever taken.
            number_type="unknown",
            number_id=number,
            debt_id=account.id,
            target="consumer",
            place="unknown",
        ),
        consent=_consents(work, debtor.id),
        content=content,
        flags=_flags(_holds(work, debtor.id), account.id, channel, number),
        history=tuple(sorted(_history(work, debtor.id, number))),
    )


def gate_agent(channel: str, agent: str) -> str:
    """The gate's word for 'bot' or 'human' on a channel."""
    if agent == "bot":
        return "ai_voice" if channel == "voice" else "ai_chat"
    return agent


def _consents(work: UnitOfWork, debtor_id: str) -> tuple[tuple[str, str], ...]:
    """The latest of each kind; of two at one moment the one taken back."""
    rows = work.session.exec(select(Consent).where(Consent.debtor_id == debtor_id)).all()
    latest = {row.kind: row.status for row in sorted(rows, key=lambda row: (row.at, row.status == "revoked"))}
    return tuple(sorted(latest.items()))


def _holds(work: UnitOfWork, debtor_id: str) -> Sequence[Hold]:
    return work.session.exec(
        select(Hold).where(
            Hold.debtor_id == debtor_id,
            col(Hold.lifted_at).is_(None),
            or_(col(Hold.until).is_(None), col(Hold.until) > work.now),
        )
    ).all()


def _flags(holds: Sequence[Hold], account_id: str, channel: str, number: str) -> Flags:
    here = {"debt": account_id, "channel": channel, "number": number}
    # A person's hold binds everywhere, and a scope nobody knows is read as the widest.
    binding = [
        hold
        for hold in holds
        if hold.scope not in here
        or here[hold.scope] == hold.scope_value
        or (hold.scope == "debt" and hold.account_id == account_id)
    ]
    kinds = {STOP_OF_REASON[hold.reason] for hold in binding if hold.reason in STOP_OF_REASON}
    return Flags(
        stops=tuple(Stop(kind) for kind in sorted(kinds)),
        holds=tuple(sorted({HoldFact(hold.reason, "automated") for hold in binding})),
    )


def _history(work: UnitOfWork, debtor_id: str, number: str) -> list[PastContact]:
    """Every attempt on any of the person's debts, and every talk that the person began."""
    attempts = work.session.exec(select(Attempt).where(Attempt.debtor_id == debtor_id)).all()
    talks = work.session.exec(select(Conversation).where(Conversation.debtor_id == debtor_id)).all()
    # A talk that an attempt led to is that attempt's outcome, once it says so.
    told = {attempt.id for attempt in attempts if attempt.outcome == "conversation"}
    return [
        PastContact(
            at=attempt.reserved_at,
            channel=attempt.channel,
            direction=attempt.direction,
            outcome=attempt.outcome or "unknown",
            debt_id=attempt.account_id,
            number_id=attempt.number_index,
        )
        for attempt in attempts
    ] + [
        PastContact(
            at=talk.opened_at,
            channel=talk.channel,
            direction="inbound",
            outcome="conversation",
            debt_id=talk.account_id,
            number_id=number,
        )
        for talk in talks
        if talk.attempt_id not in told
    ]
