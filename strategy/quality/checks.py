"""A book held against its reference: schema, shares, ranges, units, PSI. Pure.

Every figure is a rise over the reference where there is one. A first import has none: it is held against what can be
at all, and is called broken only where no portfolio could look like that.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray
from scipy.stats import binom

from strategy.quality.book_profile import BookProfile, ColumnProfile
from strategy.quality.findings import Finding, Level
from strategy.quality.limits import Limits
from strategy.quality.psi import luck, psi

CHANCE = 0.0001
"""A difference that luck alone brings at least this often is none. About seventy figures a file: one in 140 files."""
WHOLE_COLUMN = 0.98
"""A column that is all but empty, or all zero, has stopped coming, however many of its values were so before ..."""
STILL_COMING = 0.9
"""... unless nearly all were."""
FEWEST_REJECTED = 10
FEWEST_OF_A_FIRST_FILE = 100
FEWEST_FOR_A_MEDIAN = 5


@dataclass(frozen=True, slots=True)
class Arrived:
    """What an import says of itself, beside its book."""

    today: date
    read: int
    rejected: int
    currencies: Mapping[str, int]
    """Accounts by currency."""


@dataclass(frozen=True, slots=True)
class Reference:
    """The last import that was good, or that a person accepted."""

    book: BookProfile
    counted: Mapping[str, NDArray[np.int64]]
    """The arrived book's rows in the bins of this one, by column; see :func:`strategy.quality.book_profile.recount`."""
    currencies: frozenset[str]
    """Empty when they are not known."""


def check_book(now: BookProfile, arrived: Arrived, before: Reference | None, limits: Limits) -> list[Finding]:
    """All findings, those that are well included, so that a reader sees what was looked at."""
    if before is None:
        columns = [found for name, column in now.columns.items() for found in _first(name, column)]
        return [
            *_file(now, arrived, None, limits),
            *columns,
            *_first_payments(now, limits),
            *_ranges(now, None, limits),
        ]
    columns = []
    for name, usual in before.book.columns.items():
        column = now.columns.get(name)
        if column is None:
            columns.append(Finding("missing", name, "broken", 1.0, usual.missing / usual.rows, None, now.rows))
        else:
            columns += _column(name, column, usual, before.counted[name], limits)
    return [
        *_file(now, arrived, before, limits),
        *_against(now, before, limits),
        *columns,
        *_ranges(now, before.book, limits),
    ]


def level(check: str, figure: float, limits: Limits, *, beyond_luck: bool = True) -> Level:
    """By the check's limits; what luck explains is well."""
    limit = limits[check]
    if not beyond_luck or figure < limit.warn:
        return "ok"
    return "warn" if limit.broken is None or figure < limit.broken else "broken"


def _file(now: BookProfile, arrived: Arrived, before: Reference | None, limits: Limits) -> Iterator[Finding]:
    share = arrived.rejected / max(arrived.read, 1)
    found = level("rejected", share, limits)
    if found == "broken" and arrived.rejected < FEWEST_REJECTED:
        found = "warn"
    yield Finding("rejected", "", found, share, None, limits["rejected"].warn, arrived.read)
    days = float((arrived.today - now.newest).days)
    yield Finding("stale", "as_of", level("stale", days, limits), days, None, limits["stale"].warn, now.rows)
    # Recorded of a first file too: the next one is held against them.
    known: frozenset[str] = before.currencies if before else frozenset()
    accounts, limit = sum(arrived.currencies.values()), limits["currency"].warn
    for currency, count in sorted(arrived.currencies.items()):
        new = count / accounts if known and currency not in known else 0.0
        yield Finding("currency", currency, level("currency", new, limits), count / accounts, None, limit, count)


def _against(now: BookProfile, before: Reference, limits: Limits) -> Iterator[Finding]:
    book = before.book
    back = float((book.newest - now.newest).days)
    yield Finding("older", "as_of", level("older", back, limits), back, None, limits["older"].warn, now.rows)
    fold = max(now.rows / book.rows, book.rows / now.rows)
    yield Finding("rows", "", level("rows", fold, limits), fold, None, limits["rows"].warn, now.rows)
    usual, share = book.repeated / book.rows, now.repeated / now.rows
    found = level("repeated", share - usual, limits, beyond_luck=_more(now.repeated, now.rows, usual))
    yield Finding("repeated", "", found, share, usual, usual + limits["repeated"].warn, now.rows)


def _first(name: str, now: ColumnProfile) -> Iterator[Finding]:
    """Gaps and one value everywhere have honest causes that only a comparison tells from others."""
    for check, count in (("missing", now.missing), ("constant", now.commonest)):
        share = count / now.rows
        odd = share >= WHOLE_COLUMN and now.rows >= FEWEST_OF_A_FIRST_FILE
        yield Finding(check, name, "warn" if odd else "ok", share, None, WHOLE_COLUMN, now.rows)


def _first_payments(now: BookProfile, limits: Limits) -> Iterator[Finding]:
    """Without a reference the month before is one; but a file of overdue accounts alone looks the same, so it warns."""
    latest, earlier = now.columns["paid_1"], now.columns["paid_2"]
    known = earlier.rows - earlier.missing
    if not known:
        return
    share, expected = latest.zero / latest.rows, earlier.zero / known
    beyond = _more(latest.zero, latest.rows, (earlier.zero + 1) / (known + 2))
    odd = level("zero", share - expected, limits, beyond_luck=beyond) != "ok"
    limit = expected + limits["zero"].warn
    yield Finding("zero", "paid_1", "warn" if odd else "ok", share, expected, limit, latest.rows)


def _column(
    name: str, now: ColumnProfile, usual: ColumnProfile, counted: NDArray[np.int64], limits: Limits
) -> Iterator[Finding]:
    counts = (
        ("missing", now.missing, usual.missing),
        ("zero", now.zero, usual.zero),
        ("constant", now.commonest, usual.commonest),
    )
    for check, count, earlier in counts:
        share, expected = count / now.rows, earlier / usual.rows
        beyond = _more(count, now.rows, (earlier + 1) / (usual.rows + 2))
        found = level(check, share - expected, limits, beyond_luck=beyond)
        stopped = check != "constant" and share >= WHOLE_COLUMN and expected <= STILL_COMING
        if stopped and beyond:
            found = "broken"
        yield Finding(check, name, found, share, expected, expected + limits[check].warn, now.rows)
    yield from _units(name, now, usual, limits)
    if usual.missing == usual.rows:
        return  # a column that is new has nothing that it could have moved from
    moved, by_luck = psi(usual.bins.counts, counted), luck(usual.bins, now.rows, CHANCE)
    found = level("psi", moved, limits, beyond_luck=moved > by_luck)
    yield Finding("psi", name, found, moved, None, max(limits["psi"].warn, by_luck), now.rows)


def _units(name: str, now: ColumnProfile, usual: ColumnProfile, limits: Limits) -> Iterator[Finding]:
    above = now.rows - now.missing - now.zero
    if now.median is None or usual.median is None or above < FEWEST_FOR_A_MEDIAN:
        return
    fold = max(now.median / usual.median, usual.median / now.median)
    # The log of a median swings by 1.25 spreads over the root of the rows; four swings are no luck.
    beyond = np.log(fold) > 4 * 1.2533 * usual.spread / np.sqrt(above)
    found = level("units", fold, limits, beyond_luck=bool(beyond))
    yield Finding("units", name, found, now.median / usual.median, 1.0, limits["units"].warn, above)


def _ranges(now: BookProfile, before: BookProfile | None, limits: Limits) -> Iterator[Finding]:
    for name, count in now.beyond.items():
        usual = before.beyond.get(name, 0) / before.rows if before else 0.0
        share = count / now.rows
        found = level("range", share - usual, limits, beyond_luck=_more(count, now.rows, max(usual, 0.001)))
        if before is None and found == "broken":
            found = "warn"
        yield Finding("range", name, found, share, usual if before else None, usual + limits["range"].warn, now.rows)
    for name, times in now.proportion.items():
        found = level("proportion", times, limits)
        if before is not None and name in before.proportion:
            # What was so before is so; `units` watches the change.
            found = level("proportion", times / max(before.proportion[name], 1.0), limits)
        column = now.columns[name]
        above = column.rows - column.missing - column.zero
        if above < FEWEST_FOR_A_MEDIAN:
            found = "ok"
        usual_times = before.proportion.get(name) if before else None
        yield Finding("proportion", name, found, times, usual_times, limits["proportion"].warn, above)


def _more(count: int, rows: int, share: float) -> bool:
    """Whether so many of these rows is more than luck brings where the share is this."""
    return bool(binom.sf(count - 1, rows, min(share, 1.0)) < CHANCE)
