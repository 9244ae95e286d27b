"""Cases come in: from a talk that the bot must not go on with, or because a tier belongs to people."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from sqlalchemy import func
from sqlmodel import col, select

from desk.packet import seal_packet
from desk.routing import route
from ledger.columns import UtcDateTime
from ledger.handoff import TIER_TRIGGER, Escalation
from ledger.latest import is_latest_assignment
from ledger.ledger import UnitOfWork
from ledger.tables import Account, Case, Debtor, TierAssignment
from strategy.arms import treatment_given
from strategy.capacity.read import taken_today, worth_of_contacts
from strategy.experiments.running import Experiments
from strategy.settings import StrategySettings

WITH_A_PERSON = {"hold", "sensitive"}
"""Hard rules that apply because somebody has, or is about to have, the account already."""


def open_case(work: UnitOfWork, escalation: Escalation) -> str:
    """Put an escalation in its queue and return the case id.

    The same trigger of the same talk opens one case however often it is reported; a talk that gives a second,
    different reason opens a second case, since other people may have to answer it.
    """
    if escalation.conversation_id is not None:
        same = select(Case.id).where(
            Case.conversation_id == escalation.conversation_id,
            Case.trigger == escalation.trigger,
            Case.status != "wrapped",
        )
        if (known := work.session.exec(same).first()) is not None:
            return known
    way = route(escalation.trigger, escalation.priority, escalation.language, work.now)
    case_id = work.new_id()
    work.session.add(
        Case(
            id=case_id,
            account_id=escalation.account_id,
            debtor_id=escalation.debtor_id,
            conversation_id=escalation.conversation_id,
            queue=way.queue,
            priority=way.priority,
            trigger=escalation.trigger,
            language=escalation.language,
            packet_sealed=seal_packet(work, case_id, escalation),
            opened_at=work.now,
            due_at=way.due_at,
        )
    )
    work.session.flush()
    facts = {"queue": way.queue, "priority": way.priority, "trigger": escalation.trigger}
    work.audit("case.opened", case_id, facts)
    return case_id


def open_tier_cases(work: UnitOfWork, settings: StrategySettings) -> int:
    """Open a case for each open account that people are to contact first, and say how many were opened.

    That is every account whose treatment names a person, by its tier or by chance, but for the hold-out. This may run
    as often as it likes: an account that still has a case gets no second one, and between two cases lie at least the
    treatment's cadence days. A hold or a waiting case alone opens none, for whoever placed it has brought the account
    to a person already.

    Where the strategy limits people's hours, accounts of ``people`` (a hard rule, or no score) and those that chance
    gave to a person come first and wait for nothing; the others share what is left of the day, dearest first.
    """
    opened = 0
    last_case = (
        select(Case.account_id, func.max(Case.opened_at, type_=UtcDateTime).label("at"))
        .group_by(col(Case.account_id))
        .subquery()
    )
    has_case = select(Case.id).where(Case.account_id == TierAssignment.account_id, Case.status != "wrapped").exists()
    placed = (
        select(TierAssignment, Account, Debtor, last_case.c.at)
        .join(Account, col(Account.id) == TierAssignment.account_id)
        .join(Debtor, col(Debtor.id) == Account.debtor_id)
        .outerjoin(last_case, last_case.c.account_id == Account.id)
        .where(is_latest_assignment(), Account.status == "open", ~has_case)
        .order_by(col(Account.id))
    )
    experiments = Experiments.read(work, settings)
    first: dict[str, Escalation] = {}
    by_worth: dict[str, Escalation] = {}
    for assignment, account, debtor, last in work.session.exec(placed).all():
        if assignment.arm == "hold_out":
            continue
        under = experiments.settings_for(assignment.arm)
        treatment = treatment_given(assignment.tier, assignment.treatment, assignment.arm, under)
        rested = last is None or last + timedelta(days=treatment.cadence_days) <= work.now
        with_a_person = bool(assignment.why) and set(assignment.why) <= WITH_A_PERSON
        if treatment.agent == "human" and rested and not with_a_person:
            waits_for_nothing = assignment.tier == "people" or assignment.arm == "human_first"
            (first if waits_for_nothing else by_worth)[account.id] = _for_tier(assignment, account, debtor)
    for escalation in (*first.values(), *_within_capacity(work, settings, by_worth, len(first))):
        open_case(work, escalation)
        opened += 1
    return opened


def _within_capacity(
    work: UnitOfWork, settings: StrategySettings, cases: Mapping[str, Escalation], first: int
) -> list[Escalation]:
    """Those for which people have the time today (UTC), dearest first; the others wait for another day.

    `first` cases take their time before these, and are opened however many they are.
    """
    hours = settings.capacity.people_hours_per_day
    if hours is None or not cases:
        return list(cases.values())
    left = hours - taken_today(work, settings).people_hours
    room = max(0, int(left * 60 / settings.assumptions.minutes_per_contact["human"] + 1e-9) - first)
    worth = worth_of_contacts(work, settings)
    dearest = sorted(cases, key=lambda account_id: (-worth[account_id].by_people, account_id))
    return [cases[account_id] for account_id in dearest[:room]]


def _for_tier(assignment: TierAssignment, account: Account, debtor: Debtor) -> Escalation:
    return Escalation(
        account_id=account.id,
        debtor_id=debtor.id,
        conversation_id=None,
        trigger=TIER_TRIGGER,
        priority="P2",
        words="",
        summary="; ".join(assignment.why),
        verified=False,
        language=debtor.language,
        facts={"tier": assignment.tier, "treatment": assignment.treatment},
        offers=(),
        disclosures=(),
        permitted_next="",
    )
