"""Cases come in: from a talk that the bot must not go on with, or because a tier belongs to people."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl
from sqlalchemy import func, insert
from sqlmodel import col, select

from desk.packet import seal_packet
from desk.routing import route
from ledger.bulk import read_frame
from ledger.handoff import TIER_TRIGGER, Escalation
from ledger.ledger import UnitOfWork
from ledger.tables import Account, Case, Debtor, Page
from strategy.arms import treatment_given
from strategy.capacity.read import taken_today, worth_of_contacts
from strategy.experiments.running import Experiments
from strategy.scoring.accounts import latest_assignments
from strategy.settings import StrategySettings

WITH_A_PERSON = {"hold", "sensitive"}
"""Hard rules that apply because somebody has, or is about to have, the account already."""

_KIND = ("tier", "treatment", "arm")
"""What the treatment of an account hangs on."""

_AT_ONCE = 10_000
"""Cases that are opened in one go."""


def open_case(work: UnitOfWork, escalation: Escalation) -> str:
    """Put an escalation in its queue and return the case id.

    The same trigger of the same talk opens one case however often it is reported, and while it waits it holds what was
    told last; a talk that gives a second, different reason opens a second case, since other people may have to answer.
    """
    if escalation.conversation_id is not None:
        same = select(Case).where(
            Case.conversation_id == escalation.conversation_id,
            Case.trigger == escalation.trigger,
            Case.status != "wrapped",
        )
        if (known := work.session.exec(same).first()) is not None:
            if known.status == "waiting":
                known.packet_sealed = seal_packet(work, known.id, escalation)
            return known.id
    (case_id,) = _opened(work, [escalation])
    return case_id


def _opened(work: UnitOfWork, escalations: Sequence[Escalation]) -> list[str]:
    """The ids of the new cases, one for each escalation."""
    cases: dict[str, dict[str, Any]] = {}
    pages: list[Page] = []
    for escalation in escalations:
        way = route(escalation.trigger, escalation.priority, escalation.language, work.now)
        case_id = work.new_id()
        cases[case_id] = {
            "id": case_id,
            "account_id": escalation.account_id,
            "debtor_id": escalation.debtor_id,
            "conversation_id": escalation.conversation_id,
            "queue": way.queue,
            "priority": way.priority,
            "trigger": escalation.trigger,
            "language": escalation.language,
            "packet_sealed": seal_packet(work, case_id, escalation),
            "status": "waiting",
            "opened_at": work.now,
            "due_at": way.due_at,
        }
        if way.page:
            pages.append(Page(id=work.new_id(), case_id=case_id, notify=[*way.page], made_at=work.now))
    work.session.flush()
    if cases:
        work.session.execute(insert(Case), list(cases.values()))
    work.session.add_all(pages)
    told = ("queue", "priority", "trigger")
    work.audit_many("case.opened", {case_id: {name: case[name] for name in told} for case_id, case in cases.items()})
    return list(cases)


def open_tier_cases(work: UnitOfWork, settings: StrategySettings) -> int:
    """Open a case for each open account that people are to contact first, and say how many were opened.

    That is every account whose treatment names a person, by its tier or by chance, but for the hold-out. This may run
    as often as it likes: an account that still has a case gets no second one, and between two cases lie at least the
    treatment's cadence days. A hold or a waiting case alone opens none, for whoever placed it has brought the account
    to a person already.

    Where the strategy limits people's hours, accounts of ``people`` (a hard rule, or no score) and those that chance
    gave to a person come first and wait for nothing; the others share what is left of the day, dearest first.
    """
    for_people = _for_people(work, settings)
    waits_for_nothing = (pl.col("tier") == "people") | (pl.col("arm") == "human_first")
    first, by_worth = for_people.filter(waits_for_nothing), for_people.filter(~waits_for_nothing)
    opened = 0
    for each in (first, _within_capacity(work, settings, by_worth, first.height)):
        for some in each.iter_slices(_AT_ONCE):
            opened += len(_opened(work, [_for_tier(row) for row in some.iter_rows(named=True)]))
    return opened


def _for_people(work: UnitOfWork, settings: StrategySettings) -> pl.DataFrame:
    """The accounts that people are to contact now, in the order of their ids: a row of what their case tells."""
    text = pl.String()
    last_case = select(Case.account_id, func.max(Case.opened_at)).group_by(col(Case.account_id))
    with_case = select(Case.account_id).where(Case.status != "wrapped").distinct()
    open_ones = (
        select(col(Account.id), col(Account.debtor_id), col(Debtor.language))
        .join(Debtor, col(Debtor.id) == Account.debtor_id)
        .where(Account.status == "open")
    )
    placed = (
        read_frame(work, open_ones, dict.fromkeys(("account_id", "debtor_id", "language"), text))
        .join(read_frame(work, with_case, {"account_id": text}), "account_id", "anti")
        .join(latest_assignments(work).filter(pl.col("arm") != "hold_out"), "account_id")
    )
    experiments = Experiments.read(work, settings)
    kinds = []
    for tier, name, arm in placed.select(_KIND).unique().iter_rows():
        treatment = treatment_given(tier, name, arm, experiments.settings_for(arm))
        if treatment.agent == "human":
            kinds.append((tier, name, arm, treatment.cadence_days))
    by_people = pl.DataFrame(
        kinds, schema=[*((name, text) for name in _KIND), ("cadence_days", pl.Int64())], orient="row"
    )
    whys = {told: json.loads(told) for told in placed["why"].unique()}
    with_a_person = [told for told, why in whys.items() if why and set(why) <= WITH_A_PERSON]
    rested_since = pl.lit(work.now.replace(tzinfo=None)) - pl.duration(days="cadence_days")
    return (
        placed.filter(~pl.col("why").is_in(with_a_person))
        .join(by_people, _KIND)
        .join(read_frame(work, last_case, {"account_id": text, "last": text}), "account_id", "left")
        .filter(
            (pl.col("last").str.to_datetime("%Y-%m-%d %H:%M:%S%.f", time_unit="us") <= rested_since).fill_null(
                value=True
            )
        )
        .with_columns(pl.col("why").replace_strict({told: "; ".join(why) for told, why in whys.items()}))
        .sort("account_id")
    )


def _within_capacity(work: UnitOfWork, settings: StrategySettings, cases: pl.DataFrame, first: int) -> pl.DataFrame:
    """Those for which people have the time today (UTC), dearest first; the others wait for another day.

    `first` cases take their time before these, and are opened however many they are.
    """
    hours = settings.capacity.people_hours_per_day
    if hours is None or cases.is_empty():
        return cases
    left = hours - taken_today(work, settings).people_hours
    room = max(0, int(left * 60 / settings.assumptions.minutes_per_contact["human"] + 1e-9) - first)
    worth = worth_of_contacts(work, settings)
    by_people = pl.Series([worth[account_id].by_people for account_id in cases["account_id"]], dtype=pl.Float64)
    return cases.with_columns(worth=by_people).sort("worth", "account_id", descending=[True, False]).head(room)


def _for_tier(placed: Mapping[str, Any]) -> Escalation:
    return Escalation(
        account_id=placed["account_id"],
        debtor_id=placed["debtor_id"],
        conversation_id=None,
        trigger=TIER_TRIGGER,
        priority="P2",
        words="",
        summary=placed["why"],
        verified=False,
        language=placed["language"],
        facts={"tier": placed["tier"], "treatment": placed["treatment"]},
        offers=(),
        disclosures=(),
        permitted_next="",
    )
