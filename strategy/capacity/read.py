"""The book of one day, read from the ledger in bulk, and what a contact with each account is worth."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

import numpy as np
import polars as pl
from sqlmodel import col, func, select

from ledger.awaited_promises import is_awaited
from ledger.bulk import read_frame
from ledger.columns import UtcDateTime
from ledger.handoff import TIER_TRIGGER
from ledger.ledger import UnitOfWork
from ledger.tables import Attempt, Case, PlannedContact, Promise, Score
from strategy.arms import ARMS, tier_given
from strategy.capacity.assignment import BY_BOT, BY_PEOPLE
from strategy.capacity.day import DayBook, allowed_actions
from strategy.capacity.measuring import uplift_of
from strategy.capacity.value import if_paid, values
from strategy.scoring.accounts import latest_assignments, latest_scores, open_accounts
from strategy.settings import TIERS, StrategySettings


@dataclass(frozen=True)
class Today:
    """The open accounts that have a tier, in the order of their ids."""

    account_ids: pl.Series
    book: DayBook
    currency: str
    """The one that most accounts have; the others have no value here, and people still serve them first."""


def read_today(work: UnitOfWork, settings: StrategySettings) -> Today:
    """The book as of ``work.now``."""
    placed = latest_assignments(work).select("account_id", "tier", "treatment", "arm")
    accounts = (
        open_accounts(work)
        .select("account_id", "currency", "amount_due")
        .join(placed, on="account_id", maintain_order="left")
        .join(latest_scores(work).select("account_id", "score_id", "willingness", "ability"), "account_id", "left")
        .join(_expected_amounts(work), on="score_id", how="left")
        .sort("account_id")
    )
    currencies = accounts["currency"].mode().sort()
    currency = str(currencies[0]) if len(currencies) else ""
    willingness, ability, due, expected = (
        accounts[name].cast(pl.Float64).fill_null(np.nan).to_numpy()
        for name in ("willingness", "ability", "amount_due", "expected_amount")
    )
    comparable = (accounts["currency"] == currency).to_numpy()
    given = _given(accounts, settings)
    book = DayBook(
        willingness=willingness,
        if_paid=np.where(comparable, if_paid(willingness, ability, due, expected), np.nan),
        tiers=_positions(accounts["tier"], TIERS),
        given=given,
        arms=_positions(accounts["arm"], ARMS),
        resting=_resting(work, accounts["account_id"], given, settings),
    )
    return Today(accounts["account_id"], book, currency)


@dataclass(frozen=True, slots=True)
class Taken:
    """What of a day (UTC) is spoken for already."""

    people_hours: float
    """For the cases that tiers have opened."""
    bot_contacts: int
    """Planned or made."""


def taken_today(work: UnitOfWork, settings: StrategySettings) -> Taken:
    """As of ``work.now``."""
    today = datetime.combine(work.now.date(), time(), UTC)
    cases = select(func.count()).where(col(Case.trigger) == TIER_TRIGGER, col(Case.opened_at) >= today)
    contacts = select(func.count()).where(
        col(PlannedContact.status).in_(("planned", "allowed")),
        col(PlannedContact.slot) >= today,
        col(PlannedContact.slot) < today + timedelta(days=1),
    )
    minutes = work.session.exec(cases).one() * settings.assumptions.minutes_per_contact["human"]
    return Taken(minutes / 60, work.session.exec(contacts).one())


@dataclass(frozen=True, slots=True)
class Worth:
    """What a contact today is worth, in the book's currency; -inf where it is not allowed or nobody can tell."""

    by_bot: float
    by_people: float


def worth_of_contacts(work: UnitOfWork, settings: StrategySettings) -> Mapping[str, Worth]:
    """For every open account that has a tier, by id: its best contact by bot, and its best one by people."""
    today = read_today(work, settings)
    book, assumptions = today.book, settings.assumptions
    worth = values(book.willingness, book.if_paid, uplift_of(work, settings), assumptions)
    worth[~allowed_actions(settings)[book.given]] = -np.inf
    by_bot, by_people = worth[:, BY_BOT].max(axis=1), worth[:, BY_PEOPLE].max(axis=1)
    each = zip(today.account_ids, by_bot.tolist(), by_people.tolist(), strict=True)
    return {account_id: Worth(bot, people) for account_id, bot, people in each}


def _expected_amounts(work: UnitOfWork) -> pl.DataFrame:
    schema: dict[str, pl.DataType] = {"score_id": pl.String(), "expected_amount": pl.Int64()}
    query = select(col(Score.id), col(Score.expected_amount)).where(col(Score.expected_amount).is_not(None))
    return read_frame(work, query, schema).with_columns(pl.col("expected_amount") / 100)


def _positions(names: pl.Series, known: tuple[str, ...]) -> np.ndarray[tuple[int], np.dtype[np.int8]]:
    """Arms of experiments, which name no arm of ours, count as the champion: the first."""
    places = {name: place for place, name in enumerate(known)}
    return names.replace_strict(places, default=0, return_dtype=pl.Int8).to_numpy()


def _given(accounts: pl.DataFrame, settings: StrategySettings) -> np.ndarray[tuple[int], np.dtype[np.int8]]:
    kinds = accounts.select("tier", "treatment", "arm").unique()
    found = [TIERS.index(tier_given(tier, name, arm, settings)) for tier, name, arm in kinds.iter_rows()]
    known = kinds.with_columns(given=pl.Series(found, dtype=pl.Int8))
    joined = accounts.join(known, on=["tier", "treatment", "arm"], how="left", maintain_order="left")
    return joined["given"].to_numpy()


def _resting(
    work: UnitOfWork,
    account_ids: pl.Series,
    given: np.ndarray[tuple[int], np.dtype[np.int8]],
    settings: StrategySettings,
) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Contacted or handed to a person within the cadence, an open promise, or a case that is still open."""
    session, now = work.session, work.now
    busy = set(session.exec(select(Promise.account_id).where(is_awaited())).all())
    busy |= set(session.exec(select(Case.account_id).where(Case.status != "wrapped")).all())
    contacted = dict(
        session.exec(
            select(Attempt.account_id, func.max(Attempt.reserved_at, type_=UtcDateTime)).group_by(
                col(Attempt.account_id)
            )
        ).all()
    )
    for account_id, at in session.exec(
        select(Case.account_id, func.max(Case.opened_at, type_=UtcDateTime)).group_by(col(Case.account_id))
    ).all():
        contacted[account_id] = max(at, contacted.get(account_id, at))
    resting = account_ids.is_in(list(busy)).to_numpy().copy()
    cadences = [timedelta(days=settings.treatments[tier].cadence_days) for tier in TIERS]
    place = {account_id: row for row, account_id in enumerate(account_ids)} if contacted else {}
    for account_id, at in contacted.items():
        row = place.get(account_id)
        if row is not None and at + cadences[given[row]] > now:
            resting[row] = True
    return resting
