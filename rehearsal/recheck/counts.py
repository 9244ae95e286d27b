"""Was anybody contacted too often, or again too soon after a talk? Contacts that others reported count like ours."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from rehearsal.recheck.law import CALLBACK_DAYS, CAPS, TALKED, VOICE, WAIT_AFTER_TALK, Cap
from rehearsal.recheck.rows import Row, Rows
from rehearsal.recheck.told import Told
from rehearsal.recheck.violation import Violation

Group = tuple[Cap, tuple[str, ...]]


def check(rows: Rows, told: Told) -> Iterator[Violation]:
    """Every cap and every wait, in every zone in which the person may be."""
    ours = [each for each in rows.attempts if each["direction"] == "outbound" and each["status"] != "released"]
    callbacks = [wish for wish in rows.wishes if wish["kind"] == "callback"]
    asked_for = {attempt["id"] for attempt in ours if _asked_for(rows, callbacks, attempt)}
    yield from _caps(rows, told, ours, asked_for)
    yield from _waits(rows, told, [attempt for attempt in ours if attempt["id"] not in asked_for])


def _asked_for(rows: Rows, callbacks: list[Row], attempt: Row) -> bool:
    """Whether the person wished for this call, at most a week ago wherever they may be."""
    at = attempt["reserved_at"]
    return any(
        wish["debtor_id"] == attempt["debtor_id"]
        and wish["account_id"] in (None, attempt["account_id"])
        and wish["given_at"] <= at
        and not any(moment is not None and moment <= at for moment in (wish["until"], wish["withdrawn_at"]))
        and all(
            (_day(at, zone) - _day(wish["given_at"], zone)).days < CALLBACK_DAYS
            for zone in rows.debtors[attempt["debtor_id"]]["tz_candidates"]
        )
        for wish in callbacks
    )


def _caps(rows: Rows, told: Told, ours: list[Row], asked_for: set[str]) -> Iterator[Violation]:
    groups: dict[Group, list[Row]] = defaultdict(list)
    for contact in ours:
        for group in _groups(rows, contact, contact["id"] in asked_for):
            groups[group].append(contact)
    others: dict[Group, list[Row]] = defaultdict(list)
    for contact in rows.reported:
        if contact["direction"] == "outbound" and contact["target"] == "consumer":
            for group in _groups(rows, contact, asked_for=False):
                others[group].append(contact)
    for (cap, values), attempts in groups.items():
        for zone in rows.debtors[attempts[0]["debtor_id"]]["tz_candidates"]:
            yield from _too_many(cap, attempts, others[cap, values], zone, told)


def _groups(rows: Rows, contact: Row, asked_for: bool) -> Iterator[Group]:
    for law in rows.debtors[contact["debtor_id"]]["jurisdictions"]:
        for cap in CAPS.get(law, ()):
            if cap.counts(contact["channel"], contact["outcome"]) and not (asked_for and cap.callback_free):
                yield cap, tuple(contact[column] for column in ("debtor_id", *cap.per))


def _too_many(cap: Cap, attempts: list[Row], others: list[Row], zone: str, told: Told) -> Iterator[Violation]:
    """Of our attempts, given in order, those that were one too many in this zone."""
    days = [_day(attempt["reserved_at"], zone) for attempt in attempts]
    for position, (attempt, day) in enumerate(zip(attempts, days, strict=True)):
        if day < cap.since:
            continue
        first = cap.first_day(day)
        reported = sum(_known(other, attempt, told) and _day(other["at"], zone) >= first for other in others)
        recent = position + 1 - bisect_left(days, first, hi=position) + reported
        if recent > cap.most:
            yield _of(attempt, cap.rule, f"contact {recent} since {first} in {zone}")


def _waits(rows: Rows, told: Told, ours: list[Row]) -> Iterator[Violation]:
    talks = _talks(rows)
    for attempt in ours:
        if attempt["channel"] not in VOICE:
            continue
        debtor, at = rows.debtors[attempt["debtor_id"]], attempt["reserved_at"]
        wait = max((WAIT_AFTER_TALK.get(law, 0) for law in debtor["jurisdictions"]), default=0)
        last = next((talk.at for talk in talks[attempt["account_id"]] if talk.known_to(attempt, told)), None)
        if last is not None and any(
            (_day(at, zone) - _day(last, zone)).days < wait for zone in debtor["tz_candidates"]
        ):
            yield _of(attempt, "wait.after_talk", f"a call within {wait} days of a talk")


@dataclass(frozen=True, slots=True)
class Talk:
    """`attempt_id`: the attempt of ours that led to it; `reported`: the row of others that tells of it."""

    at: datetime
    attempt_id: str | None = None
    reported: Row | None = None

    def known_to(self, attempt: Row, told: Told) -> bool:
        """Whether whoever reserved another attempt knew of this talk."""
        if self.reported is not None:
            return _known(self.reported, attempt, told)
        return bool(self.at < attempt["reserved_at"]) and self.attempt_id != attempt["id"]


def _talks(rows: Rows) -> dict[str, list[Talk]]:
    """By debt: when it was spoken about, whoever called; the latest first."""
    talks: dict[str, list[Talk]] = defaultdict(list)
    for attempt in rows.attempts:
        if attempt["channel"] in VOICE and attempt["outcome"] in TALKED and attempt["status"] != "released":
            talks[attempt["account_id"]].append(Talk(attempt["reserved_at"], attempt["id"]))
    for talk in rows.conversations:
        if talk["channel"] == "voice":
            talks[talk["account_id"]].append(Talk(talk["opened_at"], talk["attempt_id"]))
    for contact in rows.reported:
        if contact["channel"] in VOICE and contact["outcome"] in TALKED and contact["target"] == "consumer":
            talks[contact["account_id"]].append(Talk(contact["at"], reported=contact))
    for of_debt in talks.values():
        of_debt.sort(key=lambda talk: talk.at, reverse=True)
    return talks


def _known(reported: Row, attempt: Row, told: Told) -> bool:
    """Nobody can count a contact that they had not been told of."""
    told_before = told.before(attempt, reported["id"], "contact.reported", reported["recorded_at"])
    return told_before is True and bool(reported["at"] < attempt["reserved_at"])


def _day(at: datetime, zone: str) -> date:
    return at.astimezone(ZoneInfo(zone)).date()


def _of(attempt: Row, rule: str, what: str) -> Violation:
    return Violation(rule, attempt["id"], attempt["reserved_at"], what)
