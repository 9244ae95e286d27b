"""The open accounts as columns for the what-if, read from the ledger once and then asked as often as a slider moves."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from ledger.ledger import UnitOfWork
from strategy.scoring.accounts import latest_scores, open_accounts
from strategy.whatif.book import BookArrays


@dataclass(frozen=True)
class Book:
    """Accounts in `currency`, the one that most of them have; `left_out` are in another."""

    arrays: BookArrays
    currency: str
    left_out: int


def read_book(work: UnitOfWork) -> Book:
    """Every open account with its latest score, as of ``work.now``."""
    accounts = open_accounts(work).join(latest_scores(work), "account_id", "left", maintain_order="left")
    currency = str(accounts["currency"].mode().sort()[0]) if accounts.height else ""
    kept = accounts.filter(pl.col("currency") == currency)

    def numbers(name: str) -> NDArray[np.float64]:
        return kept[name].fill_null(np.nan).to_numpy()

    arrays = BookArrays(
        willingness=numbers("willingness"),
        ability=numbers("ability"),
        balance=numbers("balance"),
        amount_due=numbers("amount_due"),
        person_only=(kept["on_hold"] | kept["sensitive"]).to_numpy(),
        broken_promises=kept["broken_promises"].to_numpy(),
    )
    return Book(arrays, currency, accounts.height - kept.height)
