"""Which planned contacts are due, and whose they are: claimed by one process at a time, in the order of their slots."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from itertools import islice
from typing import Final

from sqlalchemy import func, or_, select, tuple_, update
from sqlmodel import col

from ledger.ledger import UnitOfWork
from ledger.tables import Account, Debtor, PlannedContact
from strategy.dispatch.pace import TOO_OLD, Due, Standing

PAGE: Final = 200
"""Rows looked at in one go, where some may be left for later."""


@dataclass(frozen=True, slots=True)
class Claimed:
    """A due contact that nobody else can claim until the transaction ends."""

    due: Due
    debtor_id: str


def claim(
    work: UnitOfWork,
    most: int,
    standing: Standing,
    besides: AbstractSet[str],
    left: Counter[str],
) -> list[Claimed]:
    """At most `most` contacts that are due, oldest slot first. Contacts that another process has claimed are passed by.

    :param standing: why a campaign or a contact stays for later; what stays never keeps those behind it waiting.
    :param besides: ids that are not to be claimed.
    :param left: counts what stays, by reason.
    """
    waiting = (each for each in _due(work, standing, left) if each.due.planned_id not in besides)
    wanted = (each for each in waiting if _may_begin(work, each.due, standing, left))
    claimed: list[Claimed] = []
    while len(claimed) < most and (some := [*islice(wanted, most - len(claimed))]):
        ours = _lock(work, [each.due.planned_id for each in some])
        claimed += [each for each in some if each.due.planned_id in ours]
    return claimed


def settle(work: UnitOfWork, ids_by_status: Mapping[str, Sequence[str]]) -> None:
    """Write down what became of claimed contacts."""
    connection = work.session.connection()
    for status, ids in ids_by_status.items():
        if ids:
            connection.execute(update(PlannedContact).where(col(PlannedContact.id).in_(ids)).values(status=status))


def _may_begin(work: UnitOfWork, due: Due, standing: Standing, left: Counter[str]) -> bool:
    # What is too old is not begun at all, so that no reason to wait applies to it.
    why = None if work.now - due.slot > TOO_OLD else standing.contact(due)
    if why is not None:
        left[why] += 1
    return why is None


def _due(work: UnitOfWork, standing: Standing, left: Counter[str]) -> Iterator[Claimed]:
    """Page after page; nothing is locked yet. A campaign that nothing may begin of is counted and passed by at once, so
    that its backlog, however long, costs every beat the same."""
    slot, id_ = col(PlannedContact.slot), col(PlannedContact.id)
    channel, treatment = col(PlannedContact.channel), col(PlannedContact.treatment)
    waiting = (col(PlannedContact.status) == "planned", slot <= work.now)
    too_old = work.now - TOO_OLD
    pages = (
        select(
            id_,
            slot,
            col(PlannedContact.account_id),
            channel,
            col(PlannedContact.agent),
            treatment,
            col(Account.debtor_id),
            col(Debtor.tz_candidates),
        )
        .join(Account, col(Account.id) == PlannedContact.account_id)
        .join(Debtor, col(Debtor.id) == Account.debtor_id)
        .where(*waiting)
        .order_by(slot, id_)
        .limit(PAGE)
    )
    shut = set[tuple[str, str]]()
    connection = work.session.connection()
    page = connection.execute(pages).all()
    while page:
        for planned_id, at, account_id, by, agent, of, debtor_id, zones in page:
            if at >= too_old and (by, of) not in shut and (why := standing.campaign(by, of)) is not None:
                shut.add((by, of))
                # The first condition of `behind` says nothing new; with it the index leads straight to the place.
                behind = (slot >= at, or_(slot > at, id_ >= planned_id), channel == by, treatment == of)
                left[why] += connection.execute(select(func.count()).where(*waiting, *behind)).scalar_one()
            if at < too_old or (by, of) not in shut:
                yield Claimed(Due(planned_id, account_id, at, by, agent, of, tuple(zones)), debtor_id)
        last = page[-1]
        after = pages.where(slot >= last[1], or_(slot > last[1], id_ > last[0]))
        if shut:
            after = after.where(or_(slot < too_old, tuple_(channel, treatment).not_in(shut)))
        page = connection.execute(after).all() if len(page) == PAGE else []


def _lock(work: UnitOfWork, ids: Iterable[str]) -> frozenset[str]:
    """Those that are still to be claimed. SQLite has no locks of rows and needs none: the whole file is ours."""
    id_ = col(PlannedContact.id)
    free = select(id_).where(id_.in_(ids), col(PlannedContact.status) == "planned")
    return frozenset(work.session.scalars(free.with_for_update(skip_locked=True, key_share=True)).all())
