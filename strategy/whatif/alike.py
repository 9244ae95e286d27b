"""Accounts that the gate cannot tell apart, found in the ledger: one of them stands for all.

Two accounts are alike when jurisdictions, zones, consents, holds and recent history are equal, as far as any rule can
see: what another debt or number is called does not matter, nor at which minute a contact was made as long as no cap or
cooldown, asked at the moments of that day, could tell the difference.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Hashable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import polars as pl
from numpy.typing import NDArray
from sqlmodel import col, or_, select

from ledger.bulk import read_frame
from ledger.ledger import UnitOfWork
from ledger.tables import Account, Attempt, Consent, ContactWish, Conversation, Debtor, Hold, ReportedContact
from strategy.facts_from_ledger import contact_facts, gate_agent, looks_back
from strategy.holds.consents import AGEING
from strategy.policy.clocks import day_begins
from strategy.policy.facts import CHANNELS as GATE_CHANNELS
from strategy.policy.facts import DIRECTIONS, OUTCOMES
from strategy.policy.packs import Packs
from strategy.treatments import CHANNELS
from strategy.whatif.denials import FactsClass, GateAnswers
from strategy.whatif.hours import HourSlice, slices_of

TICK = timedelta(microseconds=1)


@dataclass(frozen=True)
class Alike:
    """Open accounts by class of equal facts."""

    account_ids: pl.Series
    code: NDArray[np.int32]
    """Position in ``answers.classes``, one entry per account."""
    zones: NDArray[np.int32]
    """Position in `zone_names`, one entry per account."""
    zone_names: tuple[tuple[str, ...], ...]
    answers: GateAnswers


def alike(work: UnitOfWork, packs: Packs, day: date, clock: ZoneInfo) -> Alike:
    """Every open account, in the order of ids, as of ``work.now``; the gate will be asked about `day`."""
    text = pl.String()
    of_debtor = (col(Debtor.phone_index), col(Debtor.jurisdictions), col(Debtor.tz_candidates))
    query = select(col(Account.id), col(Account.debtor_id), *of_debtor).join(  # type: ignore[call-overload]
        Debtor, col(Debtor.id) == Account.debtor_id
    )
    columns = ("account_id", "debtor_id", "number", "jurisdictions", "zones")
    accounts = read_frame(work, query.where(Account.status == "open"), dict.fromkeys(columns, text)).sort("account_id")
    zone_texts = accounts["zones"].unique(maintain_order=True)
    zone_names = tuple(tuple(zones) for zones in zone_texts.str.json_decode(pl.List(pl.String())).to_list())
    zone_codes = {zones: place for place, zones in enumerate(zone_texts)}
    slices = [slices_of(zones, day, clock) for zones in zone_names]
    slices_by_text = dict(zip(zone_texts, zip(zone_names, slices, strict=True), strict=True))
    extra = _extra(work, packs, accounts, slices_by_text)
    keyed = accounts.with_columns(
        extra=pl.col("account_id").replace_strict(extra, default=-1, return_dtype=pl.Int64),
        zone=pl.col("zones").replace_strict(zone_codes, return_dtype=pl.Int32),
    )
    firsts = keyed.unique(["jurisdictions", "zones", "extra"], keep="first", maintain_order=True).with_row_index("code")
    codes = keyed.join(
        firsts.select("code", "jurisdictions", "zones", "extra"),
        on=["jurisdictions", "zones", "extra"],
        how="left",
        maintain_order="left",
    )["code"]
    classes = [
        FactsClass({channel: contact_facts(work, account_id, channel, "human") for channel in CHANNELS}, slices[zone])
        for account_id, zone in firsts.select("account_id", "zone").iter_rows()
    ]
    return Alike(
        keyed["account_id"],
        codes.cast(pl.Int32).to_numpy(),
        keyed["zone"].to_numpy(),
        zone_names,
        GateAnswers(classes, packs, gate_agent),
    )


def _extra(
    work: UnitOfWork,
    packs: Packs,
    accounts: pl.DataFrame,
    slices: dict[str, tuple[tuple[str, ...], tuple[HourSlice, ...]]],
) -> dict[str, int]:
    """For every account with a consent, a hold, a wish or a recent contact, a number that only its equals share."""
    consents, holds, history = _consents(work), _holds(work), _history(work, packs)
    # What people wish is seldom the same twice, so each of their accounts stands for itself.
    wishing = frozenset(work.session.exec(select(ContactWish.debtor_id).where(col(ContactWish.withdrawn_at).is_(None))))
    touched = pl.Series([*consents.keys() | holds.keys() | history.keys() | wishing], dtype=pl.String)
    cuts = {zones: _cuts(packs, *each) for zones, each in slices.items()}
    asked = {zones: [part.middle for part in parts] for zones, (_, parts) in slices.items()}
    numbers: dict[Hashable, int] = {}
    found = {}
    rows = accounts.filter(pl.col("debtor_id").is_in(touched.implode()))
    for account_id, debtor_id, number, zones in rows.select("account_id", "debtor_id", "number", "zones").iter_rows():
        here = {account_id: "this debt", number: "this number"}
        key = (
            account_id if debtor_id in wishing else None,
            consents.get(debtor_id),
            tuple(sorted(_hold_seen_from(hold, here, asked[zones]) for hold in holds.get(debtor_id, ()))),
            tuple(sorted(past.seen_from(here, cuts[zones]) for past in history.get(debtor_id, ()))),
        )
        found[account_id] = numbers.setdefault(key, len(numbers))
    return found


@dataclass(frozen=True, slots=True)
class _Past:
    at: datetime
    channel: str
    direction: str
    outcome: str
    account_id: str
    number: str | None
    """None: the debtor's own, whatever it is."""
    target: str = "consumer"

    def seen_from(self, here: dict[str, str], cuts: list[datetime]) -> tuple[Hashable, ...]:
        number = "this number" if self.number is None else here.get(self.number, "")
        when = bisect_right(cuts, self.at)
        return (when, self.channel, self.direction, self.outcome, here.get(self.account_id, ""), number, self.target)


def _cuts(packs: Packs, zones: tuple[str, ...], slices: tuple[HourSlice, ...]) -> list[datetime]:
    """Every moment at which a cap or cooldown, asked at the middles of the slices, begins to count."""
    caps = [cap for pack in packs.by_id.values() for cap in pack.caps]
    hours = {cap.hours for cap in caps if cap.hours is not None}
    days = {cap.days for cap in caps if cap.days is not None}
    days |= {cooldown.days for pack in packs.by_id.values() for cooldown in pack.cooldowns}
    cuts = set()
    for part in slices:
        cuts |= {part.middle - timedelta(hours=length) + TICK for length in hours}
        for zone in zones:
            today = part.middle.astimezone(ZoneInfo(zone)).date()
            cuts |= {day_begins(ZoneInfo(zone), today - timedelta(days=length - 1)) for length in days}
    return sorted(cuts)


def _consents(work: UnitOfWork) -> dict[str, tuple[tuple[str, str], ...]]:
    latest = defaultdict[str, dict[str, str]](dict)
    rows = work.session.exec(select(Consent.debtor_id, Consent.kind, Consent.status, Consent.at)).all()
    for debtor_id, kind, status, at in sorted(rows, key=lambda row: (row[3], row[2] == "revoked")):
        latest[debtor_id][kind] = f"{status} {at.isoformat()}" if kind in AGEING else status
    return {debtor_id: tuple(sorted(kinds.items())) for debtor_id, kinds in latest.items()}


def _holds(work: UnitOfWork) -> dict[str, list[Hold]]:
    in_force = col(Hold.lifted_at).is_(None), or_(col(Hold.until).is_(None), col(Hold.until) > work.now)
    found = defaultdict[str, list[Hold]](list)
    for hold in work.session.exec(select(Hold).where(*in_force)):
        found[hold.debtor_id].append(hold)
    return found


def _hold_seen_from(hold: Hold, here: dict[str, str], asked: list[datetime]) -> tuple[Hashable, ...]:
    """With how many of the times that are asked about it still binds at."""
    binds = len(asked) if hold.until is None else bisect_left(asked, hold.until)
    value = here.get(hold.scope_value, "other" if hold.scope in ("debt", "number") else hold.scope_value)
    return (hold.reason, hold.scope, value, here.get(hold.account_id or "", ""), binds)


def _history(work: UnitOfWork, packs: Packs) -> dict[str, list[_Past]]:
    """What a cap may still count, and whatever the gate could not read, which denies for ever."""
    since = work.now - looks_back(packs)
    unreadable = or_(
        col(Attempt.outcome).not_in(OUTCOMES),
        col(Attempt.channel).not_in(GATE_CHANNELS),
        col(Attempt.direction).not_in(DIRECTIONS),
    )
    found = defaultdict[str, list[_Past]](list)
    told = set()
    tried = select(Attempt).where(Attempt.status != "released", or_(col(Attempt.reserved_at) > since, unreadable))
    for attempt in work.session.exec(tried):
        past = _Past(
            attempt.reserved_at,
            attempt.channel,
            attempt.direction,
            attempt.outcome or "unknown",
            attempt.account_id,
            attempt.number_index,
        )
        found[attempt.debtor_id].append(past)
        if attempt.outcome == "conversation":
            told.add(attempt.id)
    talks = select(Conversation).where(
        or_(col(Conversation.opened_at) > since, col(Conversation.channel).not_in(GATE_CHANNELS))
    )
    for talk in work.session.exec(talks):
        if talk.attempt_id not in told:
            past = _Past(talk.opened_at, talk.channel, "inbound", "conversation", talk.account_id, None)
            found[talk.debtor_id].append(past)
    reported = select(ReportedContact).where(or_(col(ReportedContact.at) > since, ReportedContact.target != "consumer"))
    for told_of in work.session.exec(reported):
        found[told_of.debtor_id].append(
            _Past(
                told_of.at,
                told_of.channel,
                told_of.direction,
                told_of.outcome,
                told_of.account_id,
                told_of.number_index,
                told_of.target,
            )
        )
    return found
