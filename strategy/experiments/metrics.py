"""What an experiment counts: one value for each account or debtor taking part, and which way is good. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Metric:
    """`kind`: 'share' (a yes or no for each unit), 'mean', or 'ratio' (sum of `part` over sum of `whole`)."""

    name: str
    kind: str
    more_is_better: bool
    meaning: str
    part: str
    """The column that is counted; NaN where it is not known yet."""
    whole: str = ""


METRICS: Final[Mapping[str, Metric]] = {
    each.name: each
    for each in (
        Metric("rpc", "share", True, "the right party was reached", "reached"),
        Metric("ptp", "share", True, "a promise to pay was made", "promised"),
        Metric("kept", "share", True, "a promise to pay was made and kept", "kept"),
        Metric("cure", "share", True, "no longer overdue", "cured"),
        Metric("roll_rate", "share", False, "moved to the next bucket", "rolled"),
        Metric("collected", "mean", True, "paid, in the account's currency", "collected"),
        Metric("cost_per_unit_collected", "ratio", False, "cost of contact for each unit paid", "cost", "collected"),
        Metric("complaints", "share", False, "complained", "complained"),
        Metric("holds", "share", False, "automated contact had to stop", "held"),
    )
}

HARMS: Final = ("complaints", "holds")
"""What stops an experiment when an arm has more of it than the control, whatever else the arm does."""

COLUMNS: Final = ("reached", "promised", "kept", "cured", "rolled", "collected", "cost", "complained", "held")
"""Of one unit over its window. Shares of *all* who were drawn, reached or not: whom an arm reaches is its own doing,
so rates among those reached would compare different people."""
