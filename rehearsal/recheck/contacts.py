"""Was every contact allowed, at a lawful hour, seldom enough, and with nobody who had said stop?"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

from rehearsal.recheck.law import CAPS, HOURS, STOPS_PEOPLE_TOO, TALKED, VOICE, WAIT_AFTER_TALK, Cap, open_at
from rehearsal.recheck.rows import Row, Rows
from rehearsal.recheck.violation import Violation


def check(rows: Rows) -> Iterator[Violation]:
    """Every breach in the attempts; what the debtor began is not an attempt of ours."""
    outbound = [attempt for attempt in rows.attempts if attempt["direction"] == "outbound"]
    holds, consents = _grouped(rows.holds, "debtor_id"), _grouped(rows.consents, "debtor_id")
    calls, talks = _grouped(rows.attempts, "account_id"), _grouped(rows.conversations, "account_id")
    for attempt in outbound:
        debtor = rows.debtors[attempt["debtor_id"]]
        yield from _decision(attempt, rows.decisions.get(attempt["decision_id"]))
        yield from _hours(rows, attempt["debtor_id"], attempt["reserved_at"], attempt["id"])
        yield from _holds(holds[debtor["id"]], attempt)
        yield from _consents(debtor, consents[debtor["id"]], attempt)
        yield from _wait(
            debtor, [*_talks(calls[attempt["account_id"]], talks[attempt["account_id"]], attempt)], attempt
        )
    ours = {attempt["id"] for attempt in outbound}
    for talk in rows.conversations:
        if talk["attempt_id"] in ours and talk["channel"] == "voice":
            yield from _hours(rows, talk["debtor_id"], talk["opened_at"], talk["id"])
    yield from _caps(rows, outbound)


def _grouped(rows: list[Row], column: str) -> dict[str, list[Row]]:
    groups: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        groups[row[column]].append(row)
    return groups


def _decision(attempt: Row, decision: Row | None) -> Iterator[Violation]:
    if decision is None:
        yield _of(attempt, "decision.missing", "an attempt without a decision")
        return
    if not decision["allowed"]:
        yield _of(attempt, "decision.denied", "an attempt after a denial")
    if decision["at"] > attempt["reserved_at"]:
        yield _of(attempt, "decision.late", "the decision was made after the attempt")
    for column in ("debtor_id", "account_id", "channel", "agent"):
        if decision[column] != attempt[column]:
            yield _of(attempt, "decision.other_contact", f"the decision was about another {column}")


def _hours(rows: Rows, debtor_id: str, at: datetime, subject: str) -> Iterator[Violation]:
    debtor = rows.debtors[debtor_id]
    if not debtor["tz_candidates"]:
        yield Violation("hours.zone_unknown", subject, at, "nobody knows what time it was there")
    if not debtor["jurisdictions"]:
        yield Violation("hours.law_unknown", subject, at, "nobody knows which law binds")
    for law in debtor["jurisdictions"]:
        if law not in HOURS:
            yield Violation("hours.law_unknown", subject, at, f"no hours are known for {law}")
            continue
        for zone in debtor["tz_candidates"]:
            local = at.astimezone(ZoneInfo(zone))
            if not open_at(HOURS[law], local):
                yield Violation("hours.outside", subject, at, f"{law}: {local:%a %H:%M} in {zone}")


def _holds(holds: list[Row], attempt: Row) -> Iterator[Violation]:
    at = attempt["reserved_at"]
    for hold in holds:
        # A hold of the same instant that came out of a talk may have come out of this very contact.
        if hold["created_at"] > at or (hold["created_at"] == at and hold["conversation_id"] is not None):
            continue
        over = (hold["until"] is not None and hold["until"] <= at) or (
            hold["lifted_at"] is not None and hold["lifted_at"] <= at
        )
        if over or not _covers(hold, attempt):
            continue
        if attempt["agent"] == "bot" or hold["reason"] in STOPS_PEOPLE_TOO:
            yield _of(attempt, "hold.ignored", f"a hold ({hold['reason']}) stood")


def _covers(hold: Row, attempt: Row) -> bool:
    value = hold["scope_value"]
    if hold["scope"] == "debt":
        return bool(attempt["account_id"] in (value, hold["account_id"]))
    if hold["scope"] == "channel":
        return bool(attempt["channel"] == value)
    if hold["scope"] == "number":
        return bool(attempt["number_index"] == value)
    # A person's, or a scope nobody knows, which is taken for the widest.
    return True


def _consents(debtor: Row, consents: list[Row], attempt: Row) -> Iterator[Violation]:
    if attempt["agent"] != "bot":
        return
    latest = {consent["kind"]: consent["status"] for consent in consents if consent["at"] < attempt["reserved_at"]}
    kind = "artificial_voice" if attempt["channel"] in VOICE else attempt["channel"]
    american = any(law.startswith("US-") for law in debtor["jurisdictions"])
    if latest.get(kind) == "revoked":
        yield _of(attempt, "consent.revoked", f"consent to {kind} had been taken back")
    elif american and "revoked" in latest.values():
        yield _of(attempt, "consent.revoked", "a consent taken back counts for every automated contact")
    elif american and kind == "artificial_voice" and not _had(consents, attempt, kind):
        yield _of(attempt, "consent.missing", "no consent to an artificial voice")


def _had(consents: list[Row], attempt: Row, kind: str) -> bool:
    """A consent recorded at the very time of the attempt counts as well: an import may come in the same moment."""
    return any(
        consent["kind"] == kind and consent["status"] == "granted" and consent["at"] <= attempt["reserved_at"]
        for consent in consents
    )


def _wait(debtor: Row, talked: list[datetime], attempt: Row) -> Iterator[Violation]:
    if attempt["channel"] not in VOICE:
        return
    for law in debtor["jurisdictions"]:
        days = WAIT_AFTER_TALK.get(law, 0)
        for talked_at in talked if days else ():
            for zone in debtor["tz_candidates"]:
                if _days_between(talked_at, attempt["reserved_at"], zone) < days:
                    yield _of(attempt, "wait.after_talk", f"{law}: a call within {days} days of a talk")
                    return


def _talks(calls: list[Row], talks: list[Row], attempt: Row) -> Iterator[datetime]:
    """When the same debt was spoken about before, whoever called."""
    for other in calls:
        if other["channel"] in VOICE and other["outcome"] in TALKED and other["reserved_at"] < attempt["reserved_at"]:
            yield other["reserved_at"]
    for talk in talks:
        if (
            talk["channel"] == "voice"
            and talk["attempt_id"] != attempt["id"]
            and talk["opened_at"] < attempt["reserved_at"]
        ):
            yield talk["opened_at"]


def _caps(rows: Rows, outbound: list[Row]) -> Iterator[Violation]:
    groups: dict[tuple[Cap, tuple[str, ...]], list[Row]] = defaultdict(list)
    for attempt in outbound:
        for law in rows.debtors[attempt["debtor_id"]]["jurisdictions"]:
            for cap in CAPS.get(law, ()):
                if cap.counts(attempt["channel"], attempt["outcome"]):
                    groups[cap, tuple(attempt[column] for column in cap.per)].append(attempt)
    for (cap, _), attempts in groups.items():
        for position, attempt in enumerate(attempts):
            for zone in rows.debtors[attempt["debtor_id"]]["tz_candidates"]:
                at = attempt["reserved_at"]
                if at.astimezone(ZoneInfo(zone)).date() < cap.since:
                    continue
                recent = sum(_days_between(e["reserved_at"], at, zone) < cap.days for e in attempts[: position + 1])
                if recent > cap.most:
                    yield _of(attempt, cap.rule, f"contact {recent} in {cap.days} days")
                    break


def _days_between(earlier: datetime, later: datetime, zone: str) -> int:
    there = ZoneInfo(zone)
    return (later.astimezone(there).date() - earlier.astimezone(there).date()).days


def _of(attempt: Row, rule: str, what: str) -> Violation:
    return Violation(rule, attempt["id"], attempt["reserved_at"], what)
