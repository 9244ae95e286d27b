"""What was known of an account's contacts at a moment: strictly before it, and never a record that came later. Pure.

A feature here is a column of the frame that the heads see beside the account's bills and payments.
"""

from __future__ import annotations

from typing import Final

import polars as pl

from strategy.outcomes.events import Events
from strategy.scoring.book import OWN
from strategy.scoring.features import STANDARD, Feature, FeatureSpec

GROUP: Final = "contact history"

_FEWER: Final = {"contact": -1}
_SIGNS: Final = {
    "contact_attempts": _FEWER,
    "contact_reached_share": {"contact": 1},
    "contact_days_since_attempt": {},
    "contact_days_since_reached": {},
    "contact_last_reached": {},
    "contact_promises": {},
    "contact_kept": {"kept": 1},
    "contact_broken": {"kept": -1},
    "contact_hour": {},
    "contact_weekday": {},
    "contact_by_voice": {},
    "contact_by_bot": {},
}
"""Each feature, with the signs that the field knows: every further try reaches fewer (14.6 % of the first calls, 4.9 %
of the eighth), whoever was reached often can be reached, and whoever kept promises keeps them."""

NAMES: Final = tuple(_SIGNS)

OUTCOME_SPEC: Final = FeatureSpec(
    (*STANDARD.features, *(Feature(name, GROUP, signs, f"column:{name}") for name, signs in _SIGNS.items()))
)
"""What the heads for contact, promise and promise kept look at."""


def at_moments(events: Events, moments: pl.DataFrame) -> pl.DataFrame:
    """The moments in their order, with a column ``x_<name>`` for each feature; null is unknown.

    :param moments: account_id, at (aware UTC), channel, agent.
    """
    attempts = events.attempts.select("account_id", "at", number=1)
    known = events.attempts.filter(pl.col("known_at").is_not_null() & pl.col("reached").is_not_null())
    answered = known.select("account_id", pl.col("known_at").alias("at"), pl.col("reached").cast(pl.Int64))
    reached = events.talks.select("account_id", "at", talks=1)
    promised = events.promises.select("account_id", "at", promises=1)
    judged = events.promises.filter(pl.col("known_at").is_not_null() & pl.col("kept").is_not_null()).select(
        "account_id",
        pl.col("known_at").alias("at"),
        kept=pl.col("kept").cast(pl.Int64),
        broken=(~pl.col("kept")).cast(pl.Int64),
    )
    rows = moments.with_row_index("row").sort("at")
    rows = _as_of(rows, _running(attempts, "number"), last="attempt_at")
    rows = _as_of(rows, _running(answered, "reached", count="answered", latest="reached"), last="answer_at")
    rows = _as_of(rows, _running(reached, "talks"), last="talk_at")
    rows = _as_of(rows, _running(promised, "promises"), last="promise_at")
    rows = _as_of(rows, _running(judged, "kept", "broken"), last="judged_at")
    rows = _local(rows.join(events.accounts.select("account_id", "zone"), on="account_id", how="left"))
    columns = {
        "contact_attempts": pl.col("number").fill_null(0),
        "contact_reached_share": pl.col("reached") / pl.col("answered"),
        "contact_days_since_attempt": (pl.col("at") - pl.col("attempt_at")).dt.total_seconds() / 86_400,
        "contact_days_since_reached": (pl.col("at") - pl.col("talk_at")).dt.total_seconds() / 86_400,
        "contact_last_reached": pl.col("reached_latest"),
        "contact_promises": pl.col("promises").fill_null(0),
        "contact_kept": pl.col("kept").fill_null(0),
        "contact_broken": pl.col("broken").fill_null(0),
        "contact_hour": pl.col("hour"),
        "contact_weekday": pl.col("weekday"),
        "contact_by_voice": pl.col("channel") == "voice",
        "contact_by_bot": pl.col("agent") == "bot",
    }
    told = [columns[name].cast(pl.Float64).alias(OWN + name) for name in NAMES]
    return rows.sort("row").select(*moments.columns, *told)


def _running(events: pl.DataFrame, *sums: str, count: str = "", latest: str = "") -> pl.DataFrame:
    """Running totals of each account by time; of several records at one moment, all of them."""
    ordered = events.sort("at")
    totals = [pl.col(name).cum_sum().over("account_id").alias(name) for name in sums]
    if count:
        totals.append(pl.int_range(1, pl.len() + 1).over("account_id").alias(count))
    if latest:
        totals.append(pl.col(latest).alias(f"{latest}_latest"))
    return ordered.select("account_id", "at", *totals).unique(["account_id", "at"], keep="last", maintain_order=True)


def _as_of(moments: pl.DataFrame, totals: pl.DataFrame, last: str) -> pl.DataFrame:
    """The totals of the latest record strictly before each moment, and when that was."""
    return moments.join_asof(
        totals.with_columns(pl.col("at").alias(last)).sort("at"),
        on="at",
        by="account_id",
        strategy="backward",
        allow_exact_matches=False,
        check_sortedness=False,
    )


def _local(rows: pl.DataFrame) -> pl.DataFrame:
    """Hour and weekday (1 is Monday) on the debtor's clock; null where no zone is known."""
    parts = [
        part.with_columns(
            hour=pl.col("at").dt.convert_time_zone(zone).dt.hour() if zone else pl.lit(None, pl.Int8),
            weekday=pl.col("at").dt.convert_time_zone(zone).dt.weekday() if zone else pl.lit(None, pl.Int8),
        )
        for (zone,), part in rows.partition_by("zone", as_dict=True).items()
    ]
    return pl.concat(parts) if parts else rows.with_columns(hour=pl.lit(None, pl.Int8), weekday=pl.lit(None, pl.Int8))
