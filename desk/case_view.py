"""One case, complete, on one page: everything a collector needs before saying the first word."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import col, select

from desk.masking import masked_name, masked_number
from desk.packet import open_packet
from desk.queue import holder
from ledger.handoff import Escalation
from ledger.ledger import UnitOfWork
from ledger.money import Money
from ledger.tables import (
    Account,
    Case,
    Conversation,
    Debtor,
    Disclosure,
    Page,
    Promise,
    RecordedTurn,
    Recording,
    Score,
    TierAssignment,
    Turn,
    WrapUp,
)
from strategy.holds.consents import Standing
from strategy.holds.reading import HeldNow, WishNow, holds_of, wishes_seen
from strategy.holds.said import consents_of
from strategy.policy.decision import Allow, Deny

Permitted = Callable[[UnitOfWork, str, str, str], Allow | Deny]
"""`(work, account id, channel, agent) -> decision` of the gate for a contact made now."""

CHANNELS = ("voice", "chat")


@dataclass(frozen=True, slots=True)
class Who:
    """The debtor, masked. `made_up` says that name and number were generated because the source has none."""

    name: str
    phone: str
    language: str
    made_up: bool


@dataclass(frozen=True, slots=True)
class Owed:
    """The account as of `as_of`; `dpd` in days."""

    reference: str
    product: str
    balance: Money
    amount_due: Money
    credit_limit: Money
    dpd: int
    as_of: date
    status: str


@dataclass(frozen=True, slots=True)
class ReasonCode:
    """`head` is 'willingness' or 'ability'; `effect` in log-odds, below zero when it lowers that score."""

    head: str
    code: str
    effect: float


@dataclass(frozen=True, slots=True)
class Scored:
    """Two calibrated probabilities, each from 0 to 1, and what moved them most."""

    willingness: float
    ability: float | None
    as_of: date
    reasons: tuple[ReasonCode, ...]


@dataclass(frozen=True, slots=True)
class Placed:
    """The tier the account is in, with the rules that put it there."""

    tier: str
    treatment: str
    why: tuple[str, ...]
    arm: str
    """What chance made of the account; see strategy/arms.py, or an experiment's label."""
    version: int


@dataclass(frozen=True, slots=True)
class Line:
    """One turn of the talk, opened; `speaker` is 'debtor', 'bot' or 'human'."""

    seq: int
    speaker: str
    text: str
    at: datetime
    template: str | None
    trigger: str | None
    begins: float | None = None
    """Where it begins in the recording, in seconds; None where there is none of it."""
    left_out: bool = False
    """Its sound was not kept, because of what was said."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """The recording of the talk; `seconds` is None while the call runs. `cut`: the end is missing."""

    recording_id: str
    seconds: float | None
    cut: bool
    deleted: bool


@dataclass(frozen=True, slots=True)
class Told:
    """A disclosure that was made in turn `seq`."""

    kind: str
    seq: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Promised:
    """A promise to pay; `status` is 'open', 'kept', 'partial' or 'broken'."""

    amount: Money
    due_on: date
    status: str


@dataclass(frozen=True, slots=True)
class NextStep:
    """What the gate says about a contact by a person on `channel`, at the moment the page was made."""

    channel: str
    decision: Allow | Deny


@dataclass(frozen=True, slots=True)
class Closed:
    """How the case ended, if it has."""

    disposition: str
    note: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Paged:
    """Who was called about the case, and when (aware UTC); None while the page waits to be sent."""

    notify: tuple[str, ...]
    at: datetime | None


@dataclass(frozen=True, slots=True)
class CaseView:
    """Everything on the page. Times are aware UTC; `leased_by` is None when anybody may take the case."""

    case_id: str
    account_id: str
    debtor_id: str
    queue: str
    priority: str
    trigger: str
    language: str
    opened_at: datetime
    due_at: datetime
    leased_by: str | None
    leased_until: datetime | None
    who: Who
    owed: Owed
    scored: Scored | None
    placed: Placed | None
    escalation: Escalation
    verified: bool
    channel: str | None
    transcript: tuple[Line, ...]
    recording: Recorded | None
    told: tuple[Told, ...]
    promises: tuple[Promised, ...]
    holds: tuple[HeldNow, ...]
    """All that bind now, of this debt or another of the person."""
    consents: tuple[tuple[str, Standing], ...]
    wishes: tuple[WishNow, ...]
    next_steps: tuple[NextStep, ...]
    other_cases: int
    closed: Closed | None
    paged: Paged | None


def case_view(work: UnitOfWork, case_id: str, permitted: Permitted) -> CaseView | None:
    """Read one case; None when there is no such case.

    :raises ledger.keys.SealBroken: a sealed value of the case does not open.
    """
    case = work.session.get(Case, case_id)
    if case is None:
        return None
    debtor = work.session.get_one(Debtor, case.debtor_id)
    account = work.session.get_one(Account, case.account_id)
    talk = work.session.get(Conversation, case.conversation_id) if case.conversation_id else None
    by = holder(case, work.now)
    others = select(Case.id).where(Case.debtor_id == case.debtor_id, Case.id != case.id, Case.status != "wrapped")
    return CaseView(
        case_id=case.id,
        account_id=account.id,
        debtor_id=debtor.id,
        queue=case.queue,
        priority=case.priority,
        trigger=case.trigger,
        language=case.language,
        opened_at=case.opened_at,
        due_at=case.due_at,
        leased_by=by,
        leased_until=case.leased_until if by else None,
        who=_who(work, debtor),
        owed=_owed(account),
        scored=_scored(work, account.id),
        placed=_placed(work, account.id),
        escalation=open_packet(work, case.id, case.packet_sealed),
        verified=talk is not None and talk.verified,
        channel=talk.channel if talk else None,
        transcript=_transcript(work, talk),
        recording=_recording(work, talk),
        told=_told(work, talk),
        promises=_promises(work, account.id),
        holds=holds_of(work, debtor.id),
        consents=tuple(sorted(consents_of(work, debtor.id).items())),
        wishes=wishes_seen(work, debtor.id),
        next_steps=tuple(NextStep(name, permitted(work, account.id, name, "human")) for name in CHANNELS),
        other_cases=len(work.session.exec(others).all()),
        closed=_closed(work, case.id),
        paged=_paged(work, case.id),
    )


def _who(work: UnitOfWork, debtor: Debtor) -> Who:
    return Who(
        name=masked_name(work.open("debtor", "name_sealed", debtor.id, debtor.name_sealed)),
        phone=masked_number(work.open("debtor", "phone_sealed", debtor.id, debtor.phone_sealed)),
        language=debtor.language,
        made_up=debtor.contact_data_synthetic,
    )


def _owed(account: Account) -> Owed:
    return Owed(
        reference=account.external_ref,
        product=account.product,
        balance=Money(account.balance, account.currency),
        amount_due=Money(account.amount_due, account.currency),
        credit_limit=Money(account.credit_limit, account.currency),
        dpd=account.dpd,
        as_of=account.as_of,
        status=account.status,
    )


def _scored(work: UnitOfWork, account_id: str) -> Scored | None:
    latest = select(Score).where(Score.account_id == account_id).order_by(col(Score.created_at).desc()).limit(1)
    score = work.session.exec(latest).first()
    if score is None:
        return None
    reasons = tuple(ReasonCode(each["head"], each["code"], float(each["effect"])) for each in score.reasons)
    return Scored(score.willingness, score.ability, score.as_of, reasons)


def _placed(work: UnitOfWork, account_id: str) -> Placed | None:
    latest = (
        select(TierAssignment)
        .where(TierAssignment.account_id == account_id)
        .order_by(col(TierAssignment.created_at).desc())
        .limit(1)
    )
    found = work.session.exec(latest).first()
    if found is None:
        return None
    return Placed(found.tier, found.treatment, tuple(found.why), found.arm, found.strategy_version)


def _transcript(work: UnitOfWork, talk: Conversation | None) -> tuple[Line, ...]:
    if talk is None:
        return ()
    lies = select(RecordedTurn, Turn).join(Turn).where(Turn.conversation_id == talk.id)
    places = {place.turn_id: place for place, _ in work.session.exec(lies)}
    turns = work.session.exec(select(Turn).where(Turn.conversation_id == talk.id).order_by(col(Turn.seq))).all()
    return tuple(
        Line(
            seq=turn.seq,
            speaker=turn.speaker,
            text=work.open("turn", "text_sealed", turn.id, turn.text_sealed),
            at=turn.at,
            template=turn.template,
            trigger=turn.trigger,
            begins=place.begins if (place := places.get(turn.id)) else None,
            left_out=place is not None and not place.kept,
        )
        for turn in turns
    )


def _recording(work: UnitOfWork, talk: Conversation | None) -> Recorded | None:
    made = select(Recording).where(Recording.conversation_id == talk.id) if talk else None
    found = work.session.exec(made).first() if made is not None else None
    if found is None:
        return None
    return Recorded(found.id, found.seconds, found.status == "cut", found.status == "deleted")


def _told(work: UnitOfWork, talk: Conversation | None) -> tuple[Told, ...]:
    if talk is None:
        return ()
    made = select(Disclosure).where(Disclosure.conversation_id == talk.id).order_by(col(Disclosure.turn_seq))
    return tuple(Told(each.kind, each.turn_seq, each.at) for each in work.session.exec(made).all())


def _promises(work: UnitOfWork, account_id: str) -> tuple[Promised, ...]:
    made = select(Promise).where(Promise.account_id == account_id).order_by(col(Promise.confirmed_at).desc())
    found: Sequence[Promise] = work.session.exec(made).all()
    return tuple(Promised(Money(each.amount, each.currency), each.due_on, each.status) for each in found)


def _closed(work: UnitOfWork, case_id: str) -> Closed | None:
    found = work.session.exec(select(WrapUp).where(WrapUp.case_id == case_id)).first()
    if found is None:
        return None
    return Closed(
        found.disposition, work.open("wrapup", "note_sealed", found.id, found.note_sealed), found.by, found.at
    )


def _paged(work: UnitOfWork, case_id: str) -> Paged | None:
    found = work.session.exec(select(Page).where(Page.case_id == case_id)).first()
    return Paged(tuple(found.notify), found.sent_at) if found else None
