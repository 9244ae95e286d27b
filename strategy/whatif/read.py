"""The whole book for a what-if, read from the ledger once and then asked as often as a slider moves."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import polars as pl
from sqlmodel import col, select

from ledger.bulk import read_frame
from ledger.ledger import UnitOfWork
from ledger.tables import Account
from ledger.traits import REF, read_traits
from strategy.policy.packs import Packs
from strategy.quality.feed import feed_state
from strategy.scoring.accounts import latest_assignments, latest_scores, open_accounts, present_tiers
from strategy.settings import StrategySettings
from strategy.whatif.alike import alike
from strategy.whatif.book import Book, BookArrays, Grouped
from strategy.whatif.hours import next_working_day, slices_of
from strategy.whatif.simulate import Day


@dataclass(frozen=True)
class Room:
    """What a what-if is asked in: the book, and its next working day."""

    book: Book
    day: Day


def read_room(
    work: UnitOfWork, in_force: StrategySettings, packs: Packs, clock: ZoneInfo, home: Path | None = None
) -> Room:
    """Every open account in the currency that most of them have, as of ``work.now``, and the gate's facts of each.

    :param clock: the house's; load is told by its hours.
    :param home: where sealed traits lie (ledger/traits.py); None, or none there, and nothing is told by group.
    """
    day = next_working_day(work.now.astimezone(clock).date())
    found = alike(work, packs, day, clock)
    accounts = _accounts(work, in_force).with_columns(
        facts=pl.Series(found.code, dtype=pl.Int32), zone=pl.Series(found.zones, dtype=pl.Int32)
    )
    currencies = accounts["currency"].mode().sort()
    currency = currencies[0] if len(currencies) else ""
    kept = accounts.filter(pl.col("currency") == currency)
    book = Book(
        arrays=_arrays(kept),
        currency=currency,
        left_out=accounts.height - kept.height,
        zones=Grouped(kept["zone"].to_numpy(), tuple("|".join(zones) for zones in found.zone_names)),
        facts=kept["facts"].to_numpy(),
        traits=_traits(work, home, kept["account_id"]) if home else {},
    )
    return Room(book, Day([slices_of(zones, day, clock) for zones in found.zone_names], found.answers, clock))


def _accounts(work: UnitOfWork, in_force: StrategySettings) -> pl.DataFrame:
    """Open accounts in the order of their ids, with their scores and the tier that the margin may hold them in."""
    assignments = latest_assignments(work).select("account_id", "tier", "strategy_version")
    accounts = (
        open_accounts(work)
        .join(latest_scores(work), on="account_id", how="left", maintain_order="left")
        .join(assignments, on="account_id", how="left", maintain_order="left")
    )
    broken = list(feed_state(work).broken_batches)
    return accounts.with_columns(
        previous=present_tiers(work, accounts, in_force), feed_broken=pl.col("batch_id").is_in(broken)
    )


def _traits(work: UnitOfWork, home: Path, account_ids: pl.Series) -> dict[str, Grouped]:
    """Codes alone leave this function, and stay in memory."""
    known = read_traits(work, home)
    if known.width == 1:
        return {}
    refs = read_frame(
        work, select(col(Account.id), col(Account.external_ref)), {"account_id": pl.String(), REF: pl.String()}
    )
    found = (
        account_ids.to_frame("account_id")
        .join(refs, on="account_id", how="left", maintain_order="left")
        .join(known, on=REF, how="left", maintain_order="left")
    )
    grouped = {}
    for trait in known.columns[1:]:
        names = found[trait].drop_nulls().unique().sort().to_list()
        places = {name: place for place, name in enumerate(names)}
        code = found[trait].replace_strict(places, default=-1, return_dtype=pl.Int16)
        grouped[trait] = Grouped(code.to_numpy(), tuple(names))
    return grouped


def _arrays(accounts: pl.DataFrame) -> BookArrays:
    def numbers(name: str) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
        return accounts[name].cast(pl.Float64).fill_null(np.nan).to_numpy()

    return BookArrays(
        willingness=numbers("willingness"),
        ability=numbers("ability"),
        balance=numbers("balance"),
        amount_due=numbers("amount_due"),
        person_only=(accounts["on_hold"] | accounts["sensitive"] | accounts["feed_broken"]).to_numpy(),
        broken_promises=accounts["broken_promises"].to_numpy(),
        previous=accounts["previous"].to_numpy(),
    )
