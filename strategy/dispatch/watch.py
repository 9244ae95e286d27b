"""The breaker at work: it reads what came of recent contacts, and pauses what has to pause, with the figures."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

import structlog
from sqlmodel import col, select

from ledger.ledger import Ledger, UnitOfWork
from ledger.tables import Attempt, Case, Conversation, Hold, PlannedContact
from strategy.dispatch.breaker import COMPLAINTS, FAILED_OUTCOMES, OWN_FAULTS, Seen, Tripped, tripped
from strategy.dispatch.pace import PAUSED, RUNNING
from strategy.dispatch.switches import BREAKER, read_switches, states, switch
from strategy.pacing import Breaker
from strategy.settings import TIERS
from strategy.versions import active

LONGEST_TALK: Final = timedelta(hours=3)
"""How long before it ended a contact may have been reserved; `reconcile` ends what is older."""


def watch(ledger: Ledger) -> tuple[Tripped, ...]:
    """Pause every scope whose failures or complaints have passed the strategy's limits, and say so in the log.

    :raises StrategyUnreadable: without limits nothing can be judged; the caller then dispatches nothing.
    """
    with ledger.read() as work:
        if not _judged(work)[0]:
            return ()
    with ledger.begin() as work:
        # Judged again: a person may have paused or resumed something in between.
        found, limits = _judged(work)
        for each in found:
            switch(work, each.scope, PAUSED, BREAKER, each.why, each.figures(limits))
    for each in found:
        structlog.get_logger().warning("dispatch.paused", scope=each.scope, reason=each.why)
    return found


def _judged(work: UnitOfWork) -> tuple[tuple[Tripped, ...], Breaker]:
    _, settings = active(work)
    switches = read_switches(work)
    resumed = {scope: each.at for scope, each in switches.items() if each.state == RUNNING}
    begins = work.now - timedelta(minutes=settings.breaker.window_minutes)
    seen = seen_since(work, begins)
    return tripped(seen, states(switches), resumed, settings.breaker, work.now), settings.breaker


def seen_since(work: UnitOfWork, since: datetime) -> list[Seen]:
    """Contacts that ended after `since`, and talks in which somebody complained, or which we broke off, after it."""
    told = _told_in_talks(work, since)
    ended = (
        select(Attempt, PlannedContact.treatment)
        .join(PlannedContact, col(PlannedContact.id) == Attempt.planned_id, isouter=True)
        .where(
            col(Attempt.reserved_at) > since - LONGEST_TALK,
            col(Attempt.finished_at) > since,
            col(Attempt.status).in_(("finished", "unknown")),
        )
    )
    found, counted = [], set()
    for attempt, treatment in work.session.exec(ended):
        words, at = told.get(attempt.id, (frozenset[str](), None))
        finished_at = attempt.finished_at or work.now
        counted.add(attempt.id)
        found.append(
            Seen(
                at=max(finished_at, at) if at else finished_at,
                channel=attempt.channel,
                treatment=treatment if treatment in TIERS else "",
                failed=attempt.outcome in FAILED_OUTCOMES or bool(words & OWN_FAULTS),
                complained=bool(words & COMPLAINTS),
            )
        )
    return found + _of_earlier_contacts(work, {each: said for each, said in told.items() if each not in counted})


Said = tuple[frozenset[str], datetime]
"""The triggers of one talk, and when the last of them came."""


def _told_in_talks(work: UnitOfWork, since: datetime) -> dict[str, Said]:
    """By the attempt that led to the talk, or by the talk's own id where the debtor began it."""
    heard: dict[str, Said] = {}
    words = COMPLAINTS | OWN_FAULTS
    for statement in (
        select(Conversation.id, Conversation.attempt_id, Case.trigger, Case.opened_at)
        .join(Case, col(Case.conversation_id) == Conversation.id)
        .where(col(Case.opened_at) > since, col(Case.trigger).in_(words)),
        select(Conversation.id, Conversation.attempt_id, Hold.reason, Hold.created_at)
        .join(Hold, col(Hold.conversation_id) == Conversation.id)
        .where(col(Hold.created_at) > since, col(Hold.reason).in_(words)),
    ):
        for talk_id, attempt_id, word, at in work.session.exec(statement):
            known, latest = heard.get(attempt_id or talk_id, (frozenset(), at))
            heard[attempt_id or talk_id] = (known | {word}, max(latest, at))
    return heard


def _of_earlier_contacts(work: UnitOfWork, told: dict[str, Said]) -> list[Seen]:
    """Talks whose contact was over before the window began, or that no contact of ours led to."""
    if not told:
        return []
    places = (
        select(Conversation.id, Conversation.attempt_id, Conversation.channel, PlannedContact.treatment)
        .join(Attempt, col(Attempt.id) == Conversation.attempt_id, isouter=True)
        .join(PlannedContact, col(PlannedContact.id) == Attempt.planned_id, isouter=True)
        .where(col(Conversation.attempt_id).in_(told) | col(Conversation.id).in_(told))
    )
    found = []
    for talk_id, attempt_id, channel, treatment in work.session.exec(places):
        if (attempt_id or talk_id) in told:
            words, at = told[attempt_id or talk_id]
            found.append(
                Seen(
                    at=at,
                    channel=channel,
                    treatment=treatment if treatment in TIERS else "",
                    failed=bool(words & OWN_FAULTS),
                    complained=bool(words & COMPLAINTS),
                    contacted=False,
                )
            )
    return found
