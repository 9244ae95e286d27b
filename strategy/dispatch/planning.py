"""Planning as a beat: one planned contact for every account that is to have one and has none waiting."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import cast

from sqlalchemy import ColumnElement, true
from sqlmodel import col, select

from ledger.awaited_promises import is_awaited
from ledger.latest import is_latest_assignment
from ledger.ledger import Ledger, UnitOfWork
from ledger.tables import (
    Account,
    Attempt,
    Debtor,
    Decision,
    PlannedContact,
    Promise,
    TierAssignment,
)
from strategy.arms import tier_given, treatment_given
from strategy.capacity.read import worth_of_contacts
from strategy.experiments.running import Experiments
from strategy.plan import (
    AHEAD,
    ALL_CHANNELS,
    DENIAL_LASTS,
    Contacted,
    Denied,
    NotPlanned,
    PlanFacts,
    Planned,
    next_contact,
)
from strategy.quality.feed import feed_state
from strategy.settings import StrategySettings
from strategy.versions import active

Reaches = Callable[[str], bool]
"""Whether a channel can reach the person of this id."""


@dataclass(slots=True)
class PlanResult:
    """How many contacts were planned, by channel, how many accounts got none, by reason, and how many contacts planned
    earlier are not wanted any more."""

    planned: Counter[str] = field(default_factory=Counter)
    not_planned: Counter[str] = field(default_factory=Counter)
    withdrawn: int = 0


def plan(
    ledger: Ledger,
    ahead: timedelta = AHEAD,
    carried: frozenset[str] = ALL_CHANNELS,
    only: Mapping[str, Reaches] = {},
) -> PlanResult:
    """Plan the contacts whose slot lies within `ahead`; later ones are left to a later beat, which knows more.

    :param only: by channel, whom alone it can reach; a channel that is not named reaches everybody.
    :raises StrategyUnreadable: there is nothing to plan by; nothing is planned then.
    """
    result = PlanResult()
    with ledger.begin() as work:
        _, settings = active(work)
        experiments = Experiments.read(work, settings)
        wanted: list[tuple[str, Planned]] = []
        treatment_of: dict[str, str] = {}
        debtor_of = dict(work.session.exec(select(Account.id, Account.debtor_id)).all()) if only else {}
        for (tier, treatment, arm), waiting, facts in accounts_to_plan(work):
            settings_here = experiments.settings_for(arm)
            given = treatment_given(tier, treatment, arm, settings_here)
            # Planned before the account came where nobody, or a person, is to contact it; or by a clock that ran ahead.
            unwanted = arm == "hold_out" or given.agent == "human"
            if waiting is not None and (unwanted or waiting.slot > work.now + ahead):
                waiting.status = "superseded"
                result.withdrawn += 1
                facts = replace(facts, waiting=False)
            if arm == "hold_out":
                result.not_planned["held out: nobody contacts this account first"] += 1
                continue
            here = frozenset(each for each in carried if each not in only or only[each](debtor_of[facts.account_id]))
            found = next_contact(given, facts, work.now, here)
            if isinstance(found, NotPlanned):
                result.not_planned[found.why] += 1
            elif found.slot > work.now + ahead:
                result.not_planned["not yet"] += 1
            else:
                wanted.append((facts.account_id, found))
                treatment_of[facts.account_id] = tier_given(tier, treatment, arm, settings_here)
        kept = _within_capacity(work, settings, wanted, result)
        dropped = _dropped(work) if kept else {}
        for account_id, found in kept:
            result.planned[found.channel] += 1
            row = dropped.get((account_id, found.slot)) or PlannedContact(
                id=work.new_id(),
                account_id=account_id,
                slot=found.slot,
                channel="",
                agent="",
                why=[],
                created_at=work.now,
            )
            row.status, row.channel, row.agent = "planned", found.channel, found.agent
            row.treatment, row.why, row.created_at = treatment_of[account_id], list(found.why), work.now
            work.session.add(row)
    return result


def _dropped(work: UnitOfWork) -> dict[tuple[str, datetime], PlannedContact]:
    """Contacts to come that were withdrawn or denied. An account gets the same minute of a day again, and has one
    contact a minute, so that such a one is planned once more instead of another beside it."""
    rows = select(PlannedContact).where(
        col(PlannedContact.status).in_(("superseded", "denied")), PlannedContact.slot >= work.now
    )
    return {(each.account_id, each.slot): each for each in work.session.exec(rows).all()}


def _within_capacity(
    work: UnitOfWork, settings: StrategySettings, wanted: list[tuple[str, Planned]], result: PlanResult
) -> list[tuple[str, Planned]]:
    """Where the bot has only so many contacts on one day (UTC), those that are worth most; the others wait."""
    most = settings.capacity.bot_contacts_per_day
    if most is None or not wanted:
        return wanted
    today = datetime.combine(work.now.date(), time(), UTC)
    taken = Counter(
        slot.date()
        for slot in work.session.exec(
            select(PlannedContact.slot).where(
                col(PlannedContact.status).in_(("planned", "allowed")), PlannedContact.slot >= today
            )
        ).all()
    )
    worth = worth_of_contacts(work, settings)
    kept = []
    for account_id, found in sorted(wanted, key=lambda each: (-worth[each[0]].by_bot, each[0])):
        if taken[found.slot.date()] + 1 > most:
            result.not_planned["the bot's contacts of that day are spent on others"] += 1
            continue
        taken[found.slot.date()] += 1
        kept.append((account_id, found))
    return kept


Placed = tuple[str, str, str]
"""Tier, treatment and arm, as recorded."""
WITH_PEOPLE: Placed = ("people", "people", "champion")
"""Where an account stands whose data came in broken, whatever was decided on it before."""


def accounts_to_plan(
    work: UnitOfWork, account_id: str | None = None
) -> list[tuple[Placed, PlannedContact | None, PlanFacts]]:
    """Where every open account that has a tier was placed, what is planned already, and the facts. Read in bulk.

    :param account_id: read this account alone.
    """
    session, now = work.session, work.now

    def of(column: object) -> ColumnElement[bool]:
        return true() if account_id is None else cast(ColumnElement[bool], column == account_id)

    placed = select(TierAssignment.account_id, TierAssignment.tier, TierAssignment.treatment, TierAssignment.arm)
    latest = placed.where(is_latest_assignment(), of(TierAssignment.account_id))
    place_of = {
        account_id: (tier, treatment, arm) for account_id, tier, treatment, arm in sorted(session.exec(latest).all())
    }
    contacted = defaultdict[str, list[Contacted]](list)
    # Whoever was never dialled was not contacted.
    attempts = select(Attempt).where(Attempt.status != "released", of(Attempt.account_id))
    for attempt in session.exec(attempts).all():
        past = Contacted(attempt.reserved_at, attempt.channel, attempt.outcome or "unknown")
        contacted[attempt.account_id].append(past)
    denied = defaultdict[str, list[Denied]](list)
    recent = select(Decision).where(col(Decision.allowed).is_(False), col(Decision.at) > now - DENIAL_LASTS)
    recent = recent.where(of(Decision.account_id))
    for decision in session.exec(recent).all():
        denied[decision.account_id].append(Denied(decision.at, decision.channel, decision.next_allowed_at))
    planned = session.exec(
        select(PlannedContact).where(PlannedContact.status == "planned", of(PlannedContact.account_id))
    ).all()
    waiting = {contact.account_id: contact for contact in planned}
    promised: dict[str, date] = {}
    open_promises = select(Promise).where(is_awaited(), of(Promise.account_id))
    for promise in session.exec(open_promises).all():
        # Of a plan, the part that comes next.
        promised[promise.account_id] = min(promise.due_on, promised.get(promise.account_id, promise.due_on))
    broken = feed_state(work).broken_batches
    accounts = session.exec(
        select(Account.id, Debtor.tz_candidates, Account.batch_id)
        .join(Debtor, col(Debtor.id) == Account.debtor_id)
        .where(Account.status == "open", of(Account.id))
        .order_by(col(Account.id))
    ).all()
    return [
        (
            WITH_PEOPLE if batch_id in broken else place_of[account_id],
            waiting.get(account_id),
            PlanFacts(
                account_id=account_id,
                zones=tuple(zones),
                contacted=tuple(contacted[account_id]),
                denied=tuple(denied[account_id]),
                promise_due=promised.get(account_id),
                waiting=account_id in waiting,
            ),
        )
        for account_id, zones, batch_id in accounts
        if account_id in place_of
    ]
