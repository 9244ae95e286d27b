"""What a panel is measured by: its latest month, or as many of the latest as have enough rows."""

from __future__ import annotations

import numpy as np
import pytest

from strategy.scoring.panel import Panel


def panel(rows: dict[int, int]) -> Panel:
    """So many rows by month, every second of which pays."""
    month = np.repeat(list(rows), list(rows.values()))
    pays = np.arange(len(month)) % 2 == 0
    amount = np.zeros(len(month))
    return Panel(np.zeros((len(month), 1), np.float32), pays, pays, pays, amount, amount, month, np.arange(len(month)))


@pytest.mark.parametrize(
    ("rows", "latest"),
    [
        ({1: 500, 2: 500}, [2]),
        ({1: 500, 2: 60, 3: 20, 4: 30}, [2, 3, 4]),
        ({1: 500, 2: 20}, [2]),
        ({7: 10}, [7]),
    ],
    ids=["full months", "thin months", "never all months", "one month"],
)
def test_thin_months_are_taken_together(rows: dict[int, int], latest: list[int]) -> None:
    assert panel(rows).latest_months == latest
