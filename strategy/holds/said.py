"""Writing down what a person agrees to, takes back and wishes."""

from __future__ import annotations

from sqlmodel import col, select

from ledger.ledger import UnitOfWork
from ledger.tables import Consent, ContactWish
from strategy.holds.consents import KINDS, STATUSES, Standing, standing, taken_back
from strategy.holds.lifting import Refused
from strategy.holds.wishes import NewWish


def change_consent(work: UnitOfWork, debtor_id: str, kind: str, status: str, source: str, by: str) -> Consent | Refused:
    """Record that a consent was granted or revoked now. `source`: 'talk', 'desk' or 'import'; `by` as for a hold.

    :raises sqlalchemy.exc.SQLAlchemyError: it could not be written, and nothing may be confirmed.
    """
    if kind not in KINDS:
        return Refused("consent_kind")
    if status not in STATUSES:
        return Refused("consent_status")
    consent = Consent(id=work.new_id(), debtor_id=debtor_id, kind=kind, status=status, at=work.now, source=source)
    work.session.add(consent)
    work.session.flush()
    facts = {"debtor": debtor_id, "kind": kind, "status": status, "source": source, "by": by}
    work.audit("consent.changed", consent.id, facts)
    return consent


def revoke_all(work: UnitOfWork, debtor_id: str, channel: str, source: str, by: str) -> tuple[str, ...]:
    """Take back at once all that was agreed to, this channel, and machines that speak; the kinds it changed."""
    kinds = taken_back(channel, consents_of(work, debtor_id))
    for kind in kinds:
        change_consent(work, debtor_id, kind, "revoked", source, by)
    return kinds


def consents_of(work: UnitOfWork, debtor_id: str) -> dict[str, Standing]:
    """What holds of each kind of consent that this person has ever spoken of."""
    return dict(standing(work.session.exec(select(Consent).where(Consent.debtor_id == debtor_id)).all()))


def record_wish(work: UnitOfWork, debtor_id: str, wanted: NewWish, source: str, by: str) -> ContactWish:
    """Write a wish down; `strategy.holds.wishes.new_wish` has checked it.

    :raises sqlalchemy.exc.SQLAlchemyError: it could not be written, and nothing may be confirmed.
    """
    wish = ContactWish(
        id=work.new_id(),
        debtor_id=debtor_id,
        account_id=wanted.account_id,
        kind=wanted.kind,
        days=list(wanted.days),
        hours=wanted.hours,
        value=wanted.value,
        given_at=work.now,
        until=wanted.until,
        source=source,
    )
    work.session.add(wish)
    work.session.flush()
    work.audit("wish.recorded", wish.id, {"kind": wanted.kind, "source": source, "by": by})
    return wish


def withdraw_wish(work: UnitOfWork, wish_id: str, by: str) -> ContactWish | Refused:
    """The person wishes it no more."""
    wish = work.session.get(ContactWish, wish_id)
    if wish is None:
        return Refused("no_wish")
    if wish.withdrawn_at is not None:
        return Refused("withdrawn_already")
    wish.withdrawn_at = work.now
    work.session.add(wish)
    work.session.flush()
    work.audit("wish.withdrawn", wish.id, {"kind": wish.kind, "by": by})
    return wish


def wishes_of(work: UnitOfWork, debtor_id: str) -> list[ContactWish]:
    """What this person wishes now, the latest first."""
    said = select(ContactWish).where(ContactWish.debtor_id == debtor_id, col(ContactWish.withdrawn_at).is_(None))
    found = work.session.exec(said.order_by(col(ContactWish.given_at).desc())).all()
    return [wish for wish in found if wish.until is None or wish.until > work.now]
