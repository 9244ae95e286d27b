"""Whether an account that an experiment drew is cured, has rolled on and what it paid: from the newest import. Thin.

The ledger holds an account as its newest snapshot shows it, with the six months before. A snapshot older than the
account's window says nothing, and is not read as "no".
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any, Final

import polars as pl
from sqlalchemy import select
from sqlmodel import col

from ledger.ledger import UnitOfWork
from ledger.tables import Account, AccountSnapshot

BACK: Final = range(1, 7)
"""Months back, 1 the latest."""
MISSED_SHARE: Final = 0.02
"""A month in which less than this share of the last bill was paid is a missed one: the account moves to the next
bucket. The same share as in the models' features."""


def since_drawn(work: UnitOfWork, drawn: pl.DataFrame, window_days: int) -> pl.DataFrame:
    """account_id, cured, rolled, collected, as floats; null is not known yet.

    :param drawn: account_id, currency, and at, when the account was drawn.
    """
    months = [col(getattr(AccountSnapshot, f"{what}_{back}")) for what in ("billed", "paid") for back in BACK]
    described = (col(Account.id), col(Account.as_of), col(Account.status), col(Account.dpd), *months)
    query = select(*described).outerjoin(AccountSnapshot, col(AccountSnapshot.account_id) == col(Account.id))
    started = {row["account_id"]: row for row in drawn.iter_rows(named=True)}
    main = drawn["currency"].mode().sort()[0] if drawn.height else ""
    found: dict[str, list[Any]] = {"account_id": [], "cured": [], "rolled": [], "collected": []}
    for account_id, as_of, status, dpd, *paid_and_billed in work.session.execute(query):
        entry = started.get(account_id)
        if entry is None:
            continue
        billed, paid = paid_and_billed[: len(BACK)], paid_and_billed[len(BACK) :]
        since: date = entry["at"].date()
        cured = status == "cured" or (status == "open" and dpd == 0)
        over = as_of >= since + timedelta(days=window_days)
        found["account_id"].append(account_id)
        found["cured"].append(float(cured) if over else None)
        found["rolled"].append(_rolled(since, as_of, billed, paid, cured))
        collected = _collected(since, as_of, paid, window_days)
        # Amounts of several currencies make no sum; the rarer ones stay out.
        found["collected"].append(collected if entry["currency"] == main else None)
    kinds = {"account_id": pl.String(), "cured": pl.Float64(), "rolled": pl.Float64(), "collected": pl.Float64()}
    return pl.DataFrame(found, schema=kinds)


def _closes(as_of: date) -> list[date]:
    """The days on which months 1 (the latest) to 6 closed."""
    return [_months_before(as_of, back) for back in range(len(BACK))]


def _months_before(day: date, months: int) -> date:
    index = day.year * 12 + day.month - 1 - months
    year, month = divmod(index, 12)
    last = (date(year + (month == 11), (month + 1) % 12 + 1, 1) - timedelta(days=1)).day
    return date(year, month + 1, min(day.day, last))


def _rolled(since: date, as_of: date, billed: list[Any], paid: list[Any], cured: bool) -> float | None:
    """Whether the first whole month after `since` was missed; null while none has closed, or is not in the data."""
    whole = [back for back, close in enumerate(_closes(as_of)) if close >= _months_before(since, -1)]
    if not whole:
        return None
    back = whole[-1]
    if back + 1 >= len(BACK) or billed[back + 1] is None or paid[back] is None:
        return 0.0 if cured else None
    owed = float(billed[back + 1])
    return float(owed > 0 and float(paid[back]) < MISSED_SHARE * owed)


def _collected(since: date, as_of: date, paid: list[Any], window_days: int) -> float | None:
    """Paid in the months that closed after `since`, up to the first that closed when the window was over."""
    end = since + timedelta(days=window_days)
    closes = _closes(as_of)
    over = [back for back, close in enumerate(closes) if close >= end]
    after = [back for back, close in enumerate(closes) if close > since]
    if not over or _months_before(as_of, len(BACK)) > since:  # not yet, or so long ago that its months are gone
        return None
    counted_months = [paid[back] for back in after if back >= over[-1]]
    return None if any(each is None for each in counted_months) else float(sum(counted_months))
