"""Measure a book's marginals and roll rates, so that a synthetic portfolio can be laid beside a real one.

``python -m rehearsal.marginals [UCI_FILE]`` prints the synthetic portfolio, and the UCI file beside it.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.stats import spearmanr

from rehearsal.portfolio import make_book
from strategy.scoring.book import MONTHS, check_book
from strategy.scoring.history import MINIMUM_SHARE, WORTH_BILLING

STATES = ("miss", "minimum", "partial", "full")
_UPPER = (MINIMUM_SHARE, 0.06, 0.98)


def measure(book: pl.DataFrame, overdue: NDArray[np.bool_]) -> dict[str, float]:
    """Named figures of a book; roll rates of the whole book, marginals of its overdue accounts.

    :param book: at least the columns of :data:`strategy.scoring.book.SCHEMA` that carry money.
    :param overdue: which rows are overdue now.
    """
    billed = book.select(f"billed_{month}" for month in range(1, MONTHS + 1)).to_numpy()
    paid = book.select(f"paid_{month}" for month in range(1, MONTHS + 1)).to_numpy()
    limit = book["credit_limit"].to_numpy()
    asked = billed[:, 1:]
    share = paid[:, :-1] / np.where(asked > 0, asked, 1.0)
    # Column 0 is the latest month; -1 where the bill was not worth billing.
    state = np.where(asked > WORTH_BILLING, np.digitize(share, _UPPER), -1)

    owes, used = billed[overdue, 0], (billed[:, 0] / limit)[overdue]
    found = {
        "overdue share": float(overdue.mean()),
        "limit log mean": float(np.log(limit[overdue]).mean()),
        "limit log spread": float(np.log(limit[overdue]).std()),
        "bill median": float(np.median(owes)),
        "utilisation median": float(np.median(used)),
        "Spearman limit, bill": float(spearmanr(limit[overdue], owes)[0]),
        "Spearman bill, utilisation": float(spearmanr(owes, used)[0]),
    }
    before, after = state[:, 1:].ravel(), state[:, :-1].ravel()
    both = (before >= 0) & (after >= 0)
    for source, source_name in enumerate(STATES):
        of = both & (before == source)
        for target, target_name in enumerate(STATES):
            found[f"{source_name} -> {target_name}"] = float((after[of] == target).mean())
    for run in (1, 2, 3):
        found[f"misses again after {run}"] = _again_after(state, run)
    return found


def uci_book(path: Path) -> tuple[pl.DataFrame, NDArray[np.bool_]]:
    """The UCI file as a book, and which of its accounts are overdue now."""
    raw = pl.read_parquet(path)
    named = raw.select(
        pl.col("ID").cast(pl.String).alias("external_ref"),
        pl.col("LIMIT_BAL").alias("credit_limit"),
        *(pl.col(f"BILL_AMT{month}").alias(f"billed_{month}") for month in range(1, MONTHS + 1)),
        *(pl.col(f"PAY_AMT{month}").alias(f"paid_{month}") for month in range(1, MONTHS + 1)),
        pl.lit(date(2005, 9, 30)).alias("as_of"),
    )
    return check_book(named), raw.select((pl.col("PAY_0") >= 1) & (pl.col("BILL_AMT1") > 0)).to_series().to_numpy()


def _again_after(state: NDArray[np.int64], run: int) -> float:
    """P(miss | exactly ``run`` misses in a row just before, and a month before them that was not a miss)."""
    again = []
    for month in range(state.shape[1] - run - 1):
        in_a_row = (state[:, month + 1 : month + 1 + run] == 0).all(axis=1)
        rows = in_a_row & (state[:, month + 1 + run] != 0) & (state[:, month] >= 0)
        again.append(state[rows, month] == 0)
    return float(np.concatenate(again).mean())


def main(arguments: Sequence[str]) -> None:
    """Print the figures as a Markdown table."""
    portfolio = make_book(20_000, seed=1, as_of=date(2026, 10, 31))
    columns = {"synthetic": measure(portfolio, (portfolio["dpd"] > 0).to_numpy())}
    if arguments:
        columns["UCI"] = measure(*uci_book(Path(arguments[0])))
    lines = [f"| figure | {' | '.join(columns)} |", "|---" * (len(columns) + 1) + "|"]
    for figure in columns["synthetic"]:
        lines.append(f"| {figure} | {' | '.join(f'{column[figure]:,.3f}' for column in columns.values())} |")
    sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main(sys.argv[1:])
