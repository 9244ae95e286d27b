"""A talk as the ledger has it: the turns with their signs, and everything that came of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from sqlmodel import select

from ledger.ledger import Ledger, UnitOfWork
from ledger.tables import Case, Conversation, Disclosure, Hold, Promise, Turn
from rehearsal.talks.plans import PlannedParts, is_part, plans_of


@dataclass(frozen=True, slots=True)
class HeardTurn:
    """One line. `seq` is None for a line that the bot could not record. `latency_ms` is the bot's."""

    seq: int | None
    speaker: str
    text: str
    template: str | None = None
    intent: str | None = None
    confidence: float | None = None
    trigger: str | None = None
    language: str | None = None
    latency_ms: float | None = None


@dataclass(frozen=True, slots=True)
class Promised:
    id: str
    amount: Decimal
    currency: str
    due_on: date
    status: str


@dataclass(frozen=True, slots=True)
class Escalated:
    trigger: str
    priority: str
    queue: str


@dataclass(frozen=True, slots=True)
class Held:
    reason: str
    scope: str
    until: str | None


@dataclass(frozen=True, slots=True)
class Disclosed:
    kind: str
    language: str
    turn: int


@dataclass(frozen=True, slots=True)
class TalkRecord:
    """One conversation. What the debtor said is redacted; `facts` are what the talk has gathered.

    The parts of a plan are not among the promises.
    """

    conversation_id: str
    channel: str
    language: str
    stage: str
    verified: bool
    verified_turn: int | None
    identity_tries: int
    disposition: str | None
    ended: bool
    escalated: bool
    facts: dict[str, Any]
    turns: tuple[HeardTurn, ...]
    promises: tuple[Promised, ...]
    plans: tuple[PlannedParts, ...]
    escalations: tuple[Escalated, ...]
    holds: tuple[Held, ...]
    disclosures: tuple[Disclosed, ...]
    unrecorded: tuple[HeardTurn, ...] = field(default=())
    """Lines that reached the debtor and not the record."""


def read_record(ledger: Ledger, conversation_id: str, unrecorded: Sequence[HeardTurn] = ()) -> TalkRecord:
    """The talk as it stands now.

    :raises sqlalchemy.exc.NoResultFound: there is no such talk.
    """
    with ledger.read() as work:
        talk = work.session.get_one(Conversation, conversation_id)
        return TalkRecord(
            conversation_id=talk.id,
            channel=talk.channel,
            language=talk.language,
            stage=talk.stage,
            verified=talk.verified,
            verified_turn=talk.verified_turn,
            identity_tries=talk.identity_tries,
            disposition=talk.disposition,
            ended=talk.stage == "closed",
            escalated=bool(talk.facts.get("escalated")),
            facts=dict(talk.facts),
            turns=_turns(work, talk.id),
            promises=_promises(work, talk.id),
            plans=plans_of(work, talk.id),
            escalations=_escalations(work, talk.id),
            holds=_holds(work, talk.id),
            disclosures=_disclosures(work, talk.id),
            unrecorded=tuple(unrecorded),
        )


def _turns(work: UnitOfWork, talk: str) -> tuple[HeardTurn, ...]:
    found = work.session.exec(select(Turn).where(Turn.conversation_id == talk).order_by(Turn.seq))  # type: ignore[arg-type]
    return tuple(
        HeardTurn(
            seq=turn.seq,
            speaker=turn.speaker,
            text=work.open("turn", "text_sealed", turn.id, turn.text_sealed),
            template=turn.template,
            intent=turn.intent,
            confidence=turn.confidence,
            trigger=turn.trigger,
            language=turn.language,
            latency_ms=turn.latency_ms,
        )
        for turn in found
    )


def _promises(work: UnitOfWork, talk: str) -> tuple[Promised, ...]:
    found = work.session.exec(select(Promise).where(Promise.conversation_id == talk))
    return tuple(
        Promised(each.id, each.amount, each.currency, each.due_on, each.status) for each in found if not is_part(each)
    )


def _escalations(work: UnitOfWork, talk: str) -> tuple[Escalated, ...]:
    found = work.session.exec(select(Case).where(Case.conversation_id == talk))
    return tuple(Escalated(each.trigger, each.priority, each.queue) for each in found)


def _holds(work: UnitOfWork, talk: str) -> tuple[Held, ...]:
    found = work.session.exec(select(Hold).where(Hold.conversation_id == talk))
    return tuple(Held(each.reason, each.scope, each.until.isoformat() if each.until else None) for each in found)


def _disclosures(work: UnitOfWork, talk: str) -> tuple[Disclosed, ...]:
    found = work.session.exec(select(Disclosure).where(Disclosure.conversation_id == talk))
    return tuple(Disclosed(each.kind, each.language, each.turn_seq) for each in found)
