"""Outcomes of contacts with made-up people, by the thousand: what the heads learn from until there are real ones.

Two figures are measured (bank marketing calls): how many calls succeed by attempt, and how long a call lasts. Nothing
public says the rest, so everything else in :class:`Assumed` is an assumption, to be set. Whatever is trained on this
says "simulated" on its card, and says nothing about real people.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np
import polars as pl
from numpy.typing import NDArray

from strategy.outcomes.events import ACCOUNTS, ATTEMPTS, PROMISES, TALKS, Events
from strategy.outcomes.events import UTC as UTC_TIME

Floats = NDArray[np.float64]

SUCCESS_BY_ATTEMPT = (0.146, 0.112, 0.112, 0.090, 0.079, 0.071, 0.064, 0.049)
"""Measured: the share of first calls that succeed, of second ones, and so on."""
CALL_SECONDS = (5.16, 0.93)
"""Measured: lognormal."""


@dataclass(frozen=True, slots=True)
class Assumed:
    """What nobody has measured. Effects are on the log-odds."""

    promise_rate: float = 0.45
    """Of the right parties reached by a person, for an account of middling willingness and ability."""
    kept_rate: float = 0.60
    """Of the promises made to a person, for the same."""
    reach_spread: float = 0.9
    """How differently people can be reached, as a standard deviation; a third of its variance goes with willingness."""
    evening: float = 0.4
    """How much better people are reached after 17 o'clock."""
    willingness_on_promise: float = 0.5
    willingness_on_kept: float = 0.3
    ability_on_kept: float = 0.5
    bot_on_kept: float = -0.3
    """Promises to a machine bind less: known from a field experiment, by how much is assumed."""
    bot_share: float = 0.8
    voice_share: float = 0.6
    cadence_days: tuple[int, int] = (3, 8)
    """Between two attempts, drawn evenly; the upper one is left out."""
    promise_days: tuple[int, int] = (2, 15)
    days_to_judge: int = 2
    zone: str = "Asia/Taipei"
    zone_hours: int = 8
    """What the zone's clock is ahead of UTC; it knows no summer time."""


def simulate(
    accounts: pl.DataFrame, start: datetime, seed: int, attempts: int = 8, assumed: Assumed | None = None
) -> Events:
    """Play some attempts on each account; the same seed gives the same events.

    :param accounts: external_ref, willingness and ability (0 to 1): what each would really do. The events call the
        account by its reference.
    :param start: aware UTC, midnight; the first attempts are made on the days after.
    :param attempts: on each account, at most; while a promise is open nobody is contacted.
    """
    assumed = assumed or Assumed()
    random = np.random.default_rng(seed)
    count = accounts.height
    refs = accounts["external_ref"].to_numpy()
    willing, able = _standard(accounts["willingness"].to_numpy()), _standard(accounts["ability"].to_numpy())
    reach = assumed.reach_spread * (np.sqrt(1 / 3) * willing + np.sqrt(2 / 3) * random.standard_normal(count))
    day = random.integers(1, assumed.cadence_days[1], count)
    busy_until = np.zeros(count, dtype=np.int64)
    tried = np.zeros(count, dtype=np.int64)
    made: list[pl.DataFrame] = []
    talked: list[pl.DataFrame] = []
    promised: list[pl.DataFrame] = []
    for _ in range(attempts):
        free = np.flatnonzero(day > busy_until)
        hour = random.integers(9, 20, len(free))
        voice = random.random(len(free)) < assumed.voice_share
        bot = random.random(len(free)) < assumed.bot_share
        second = hour * 3600 + random.integers(0, 3600, len(free)) - assumed.zone_hours * 3600
        at = np.datetime64(start.astimezone(UTC).replace(tzinfo=None), "us") + (
            day[free] * 86_400 + second
        ) * np.timedelta64(1_000_000, "us")
        ended = at + (random.lognormal(*CALL_SECONDS, len(free)) * 1e6).astype("timedelta64[us]")
        tilt = reach[free] + assumed.evening * (hour >= 17)
        reached = random.random(len(free)) < _reach(tilt, np.minimum(tried[free], len(SUCCESS_BY_ATTEMPT) - 1))
        wish = _logit(assumed.promise_rate) + assumed.willingness_on_promise * willing[free]
        promises = reached & (random.random(len(free)) < _share(wish))
        keeping = (
            _logit(assumed.kept_rate)
            + assumed.willingness_on_kept * willing[free]
            + assumed.ability_on_kept * able[free]
            + assumed.bot_on_kept * bot
        )
        kept = random.random(len(free)) < _share(keeping)
        due = random.integers(*assumed.promise_days, len(free)) + assumed.days_to_judge
        judged = at + due * np.timedelta64(86_400_000_000, "us")
        told = {"account_id": refs[free], "at": at, "channel": _named(voice, "voice", "chat")}
        told |= {"agent": _named(bot, "bot", "human"), "known_at": ended, "reached": reached, "promised": promises}
        rows = pl.DataFrame({**told, "settled_at": ended, "kept": kept, "judged_at": judged})
        made.append(rows)
        talked.append(rows.filter("reached"))
        promised.append(rows.filter("promised").with_columns(at=pl.col("known_at"), known_at=pl.col("judged_at")))
        busy_until[free[promises]] = day[free[promises]] + due[promises]
        tried[free] += 1
        day = np.maximum(day, busy_until) + random.integers(*assumed.cadence_days, count)
    return Events(
        accounts=pl.DataFrame({"account_id": refs, "external_ref": refs, "zone": assumed.zone}, schema=dict(ACCOUNTS)),
        attempts=_table(made, ATTEMPTS),
        talks=_table(talked, TALKS),
        promises=_table(promised, PROMISES),
    )


def ends_by(events: Events) -> datetime:
    """A moment at which every outcome is known."""
    last: datetime = pl.concat([events.attempts["settled_at"], events.promises["known_at"]]).max()  # type: ignore[assignment]
    return last + timedelta(seconds=1)


def _reach(tilt: Floats, tries: NDArray[np.int64]) -> Floats:
    """Chances that differ by `tilt` and have, for each number of tries, the measured share as their mean."""
    chances = np.empty(len(tilt))
    for each in np.unique(tries):
        rows = tries == each
        low, high = -12.0, 12.0
        for _ in range(50):
            middle = (low + high) / 2
            low, high = (
                (middle, high) if _share(middle + tilt[rows]).mean() < SUCCESS_BY_ATTEMPT[each] else (low, middle)
            )
        chances[rows] = _share(low + tilt[rows])
    return chances


def _standard(chance: Floats) -> Floats:
    """Log-odds, centred and scaled: effects are in standard deviations of them."""
    odds = _logit(np.clip(np.nan_to_num(chance, nan=0.5), 0.001, 0.999))
    spread = odds.std()
    return np.asarray((odds - odds.mean()) / (spread if spread > 0 else 1.0))


def _logit(share: Floats | float) -> Floats:
    return np.asarray(np.log(np.asarray(share) / (1 - np.asarray(share))))


def _share(log_odds: Floats) -> Floats:
    return np.asarray(1 / (1 + np.exp(-log_odds)))


def _named(which: NDArray[np.bool_], yes: str, no: str) -> NDArray[np.str_]:
    return np.where(which, yes, no)


def _table(parts: list[pl.DataFrame], schema: Mapping[str, pl.DataType]) -> pl.DataFrame:
    times = [pl.col(name).dt.replace_time_zone("UTC") for name, kind in schema.items() if kind == UTC_TIME]
    return pl.concat(parts).with_columns(times).select(pl.col(name).cast(kind) for name, kind in schema.items())
