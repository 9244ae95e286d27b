"""The facts of an explanation, read for one account; nothing is recorded."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

from sqlmodel import col, func, select

from ledger.ledger import UnitOfWork
from ledger.named_account import account_called
from ledger.tables import Account, Attempt, Decision, Hold, PlannedContact
from strategy.arms import tier_given, treatment_given
from strategy.dispatch.explain import MOST, Asked, ExplainFacts, Explanation, Held, Past, Waiting, explain
from strategy.dispatch.pace import DRAINING, PAUSED, Due, Traffic, closed_by, why_not_now
from strategy.dispatch.planning import WITH_PEOPLE, accounts_to_plan
from strategy.dispatch.switches import Switch, read_switches, states
from strategy.dispatch.turnstile import traffic
from strategy.experiments.drawing import read_label
from strategy.experiments.running import Experiments
from strategy.holds.facts import in_force
from strategy.permission import permitted
from strategy.plan import AHEAD, ALL_CHANNELS, Planned, next_contact
from strategy.policy.packs import Packs
from strategy.quality.feed import came_in_broken
from strategy.settings import StrategySettings
from strategy.treatments import Treatment
from strategy.versions import active


def explain_account(
    work: UnitOfWork, packs: Packs, ref: str, carried: frozenset[str] = ALL_CHANNELS
) -> Explanation | None:
    """Why this account is or is not contacted today; None when there is no such account.

    :param ref: its reference in the bank's own system, or its id.
    :param carried: the channels that something carries here.
    :raises StrategyUnreadable: there is no strategy to explain by.
    """
    account = account_called(work, ref)
    return None if account is None else explain(_facts(work, packs, account, carried))


def _facts(work: UnitOfWork, packs: Packs, account: Account, carried: frozenset[str]) -> ExplainFacts:
    recorded = ExplainFacts(
        account=account.external_ref,
        now=work.now,
        open=account.status == "open",
        holds=_holds(work, account),
        attempts=_attempts(work, account.id),
        denials=_denials(work, account.id),
    )
    rows = accounts_to_plan(work, account.id)
    if not rows:
        return recorded
    (tier, treatment, arm), waiting, plan = rows[0]
    _, settings = active(work)
    in_arm = Experiments.read(work, settings).settings_for(arm)
    given = treatment_given(tier, treatment, arm, in_arm)
    given_tier = tier_given(tier, treatment, arm, in_arm)
    plan = replace(plan, waiting=False)
    would = next_contact(given, plan, work.now, carried)
    due = Due("", account.id, work.now, "", given.agent, given_tier, plan.zones)
    return replace(
        recorded,
        tier=tier,
        treatment=given_tier,
        arm="experiment" if read_label(arm) is not None else arm,
        given=given,
        data_broken=(tier, treatment, arm) == WITH_PEOPLE and came_in_broken(work, account.id),
        plan=plan,
        # What lies further ahead than anything is planned, the next planning withdraws.
        waiting=Waiting(waiting.slot, waiting.channel) if waiting and waiting.slot <= work.now + AHEAD else None,
        would_plan=would,
        day_full=_day_full(work, settings, would.slot) if isinstance(would, Planned) and not waiting else None,
        asked=_asked(work, packs, settings, given, due, carried),
    )


def _asked(
    work: UnitOfWork, packs: Packs, settings: StrategySettings, given: Treatment, due: Due, carried: frozenset[str]
) -> tuple[Asked, ...]:
    switches, now_out = read_switches(work), traffic(work)
    asked = (_one_asked(work, packs, settings, given, due, each, switches, now_out) for each in given.channels)
    return tuple(
        # People dial by themselves, whatever the dispatcher can carry.
        replace(each, carried=given.agent == "human" or each.channel in carried)
        for each in asked
    )


def _one_asked(
    work: UnitOfWork,
    packs: Packs,
    settings: StrategySettings,
    given: Treatment,
    due: Due,
    channel: str,
    switches: dict[str, Switch],
    now_out: Traffic,
) -> Asked:
    said = permitted(work, due.account_id, channel, given.agent, packs)
    if given.agent == "human":
        # The dispatcher keeps the bot's pace; people have their own.
        return Asked(channel, said)
    not_now = why_not_now(replace(due, channel=channel), states(switches), now_out, settings.pacing, given.hours)
    scope = closed_by(states(switches), channel, due.treatment) if not_now in (PAUSED, DRAINING) else None
    found = switches.get(scope or "")
    if found is None:
        return Asked(channel, said, not_now, scope or "")
    return Asked(channel, said, not_now, found.scope, found.by, found.at, found.why)


def _day_full(work: UnitOfWork, settings: StrategySettings, slot: datetime) -> int | None:
    """The bot's contacts a day, where as many are planned already on the day (UTC) of `slot`."""
    most = settings.capacity.bot_contacts_per_day
    if most is None:
        return None
    day = datetime.combine(slot.astimezone(UTC).date(), time(), UTC)
    taken = work.session.exec(
        select(func.count())
        .select_from(PlannedContact)
        .where(
            col(PlannedContact.status).in_(("planned", "allowed")),
            PlannedContact.slot >= day,
            PlannedContact.slot < day + timedelta(days=1),
        )
    ).one()
    return int(most) if taken + 1 > most else None


def _holds(work: UnitOfWork, account: Account) -> tuple[Held, ...]:
    """Holds in force on the person, this debt, a channel or a number; those on other debts do not matter here."""
    rows = work.session.exec(
        select(Hold)
        .where(Hold.debtor_id == account.debtor_id, col(Hold.lifted_at).is_(None))
        .order_by(col(Hold.created_at).desc())
    )
    return tuple(
        Held(row.reason, row.scope, row.created_at, row.until)
        for row in rows
        if in_force(row, work.now) and (row.scope != "debt" or account.id in (row.scope_value, row.account_id))
    )


def _attempts(work: UnitOfWork, account_id: str) -> tuple[Past, ...]:
    rows = work.session.exec(
        select(Attempt).where(Attempt.account_id == account_id).order_by(col(Attempt.reserved_at).desc()).limit(MOST)
    )
    return tuple(Past(row.reserved_at, row.channel, row.outcome or row.status) for row in rows)


def _denials(work: UnitOfWork, account_id: str) -> tuple[Past, ...]:
    rows = work.session.exec(
        select(Decision)
        .where(Decision.account_id == account_id, col(Decision.allowed).is_(False))
        .order_by(col(Decision.at).desc())
        .limit(MOST)
    )
    return tuple(
        Past(row.at, row.channel, codes=tuple(sorted({reason["code"] for reason in row.reasons}))) for row in rows
    )
