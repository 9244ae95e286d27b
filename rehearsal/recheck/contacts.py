"""Was every contact made at a lawful hour, and with nobody who had said stop?"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime, time
from zoneinfo import ZoneInfo

from rehearsal.recheck.holidays import HOLIDAYS
from rehearsal.recheck.law import HOURS, STOPS_PEOPLE_TOO, UNLESS_AGREED, VOICE, open_at
from rehearsal.recheck.rows import Row, Rows
from rehearsal.recheck.told import Told
from rehearsal.recheck.violation import Violation

SAME_MEDIUM = {"voicemail": "voice", "terminal": "chat"}
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def check(rows: Rows, told: Told) -> Iterator[Violation]:
    """Every breach in the attempts; what the debtor began is not an attempt of ours."""
    holds, consents, wishes = (_by_person(found) for found in (rows.holds, rows.consents, rows.wishes))
    outbound = [each for each in rows.attempts if each["direction"] == "outbound" and each["status"] != "released"]
    for attempt in outbound:
        debtor = rows.debtors[attempt["debtor_id"]]
        wished = [wish for wish in wishes[debtor["id"]] if _stands(wish, attempt)]
        dialled = (datetime.fromisoformat(dial["at"]) for dial in told.dials.get(attempt["id"], ()))
        for at in dict.fromkeys((attempt["reserved_at"], attempt["placing_at"], *dialled)):
            if at is not None:
                yield from _hours(debtor, at, attempt["id"], wished)
        yield from _holds(holds[debtor["id"]], attempt, told)
        yield from _consents(debtor, consents[debtor["id"]], attempt, told)
        yield from _wishes(debtor, wished, attempt)
    ours = {attempt["id"] for attempt in outbound}
    for talk in rows.conversations:
        if talk["attempt_id"] in ours and talk["channel"] == "voice":
            # Whoever agreed to a time is not asked again while talking.
            wished = [wish for wish in wishes[talk["debtor_id"]] if wish["kind"] == "agreed_time"]
            yield from _hours(rows.debtors[talk["debtor_id"]], talk["opened_at"], talk["id"], wished)


def _by_person(rows: list[Row]) -> dict[str, list[Row]]:
    groups: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        groups[row["debtor_id"]].append(row)
    return groups


def _hours(debtor: Row, at: datetime, subject: str, wished: list[Row]) -> Iterator[Violation]:
    if not debtor["tz_candidates"]:
        yield Violation("hours.zone_unknown", subject, at, "nobody knows what time it was there")
    if not debtor["jurisdictions"]:
        yield Violation("hours.law_unknown", subject, at, "nobody knows which law binds")
    agreed = [wish for wish in wished if wish["kind"] == "agreed_time"]
    for law in debtor["jurisdictions"]:
        if law not in HOURS:
            yield Violation("hours.law_unknown", subject, at, f"no hours are known for {law}")
            continue
        for zone in debtor["tz_candidates"]:
            local = at.astimezone(ZoneInfo(zone))
            if law in UNLESS_AGREED and any(_within(wish, local) for wish in agreed):
                continue
            if not open_at(HOURS[law], local):
                yield Violation("hours.outside", subject, at, f"{law}: {local:%a %H:%M} in {zone}")
            years = HOLIDAYS.get(law)
            if years is not None and local.year not in years:
                yield Violation("hours.holidays_unknown", subject, at, f"{law}: nobody looked up {local.year}")
            elif years is not None and local.date() in years[local.year]:
                yield Violation("hours.holiday", subject, at, f"{law}: a public holiday in {zone}")


def _within(wish: Row, local: datetime) -> bool:
    """Whether a local time lies in the weekdays and hours that a person named; none named means all."""
    if wish["days"] and WEEKDAYS[local.weekday()] not in wish["days"]:
        return False
    if not wish["hours"]:
        return True
    start, end = wish["hours"].split("-")
    if end == "24:00":
        return time.fromisoformat(start) <= local.time()
    opens, closes = time.fromisoformat(start), time.fromisoformat(end)
    if opens < closes:
        return opens <= local.time() < closes
    return local.time() >= opens or local.time() < closes


def _stands(wish: Row, attempt: Row) -> bool:
    """Whether a wish was known and not over when the contact was reserved, and is about this debt."""
    at = attempt["reserved_at"]
    over = (moment is not None and moment <= at for moment in (wish["until"], wish["withdrawn_at"]))
    return wish["given_at"] < at and not any(over) and wish["account_id"] in (None, attempt["account_id"])


def _wishes(debtor: Row, wished: list[Row], attempt: Row) -> Iterator[Violation]:
    for wish in wished:
        if wish["kind"] == "refused_medium" and wish["value"] in (
            attempt["channel"],
            SAME_MEDIUM.get(attempt["channel"]),
        ):
            yield _of(attempt, "wish.refused_medium", f"the person had refused {wish['value']}")
        if wish["kind"] == "inconvenient_time" and any(
            _within(wish, attempt["reserved_at"].astimezone(ZoneInfo(zone))) for zone in debtor["tz_candidates"]
        ):
            yield _of(attempt, "wish.inconvenient_time", "at a time that the person had called inconvenient")


def _holds(holds: list[Row], attempt: Row, told: Told) -> Iterator[Violation]:
    at = attempt["reserved_at"]
    for hold in holds:
        stood = told.before(attempt, hold["id"], "hold.placed", hold["created_at"])
        # A hold of the same instant that came out of a talk may have come out of this very contact.
        if stood is False or (stood is None and hold["conversation_id"] is not None):
            continue
        lifted = hold["lifted_at"] is not None and told.before(attempt, hold["id"], "hold.lifted", hold["lifted_at"])
        over = hold["until"] is not None and hold["until"] <= at
        if over or lifted is not False or not _covers(hold, attempt):
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


def _consents(debtor: Row, consents: list[Row], attempt: Row, told: Told) -> Iterator[Violation]:
    if attempt["agent"] != "bot":
        return
    known = [(each, told.before(attempt, each["id"], "consent.changed", each["at"])) for each in consents]
    latest = {consent["kind"]: consent["status"] for consent, before in known if before}
    kind = "artificial_voice" if attempt["channel"] in VOICE else attempt["channel"]
    american = any(law.startswith("US-") for law in debtor["jurisdictions"])
    # A consent recorded at the very time of the attempt counts as well: an import may come in the same moment.
    had = any(
        consent["kind"] == kind and consent["status"] == "granted" and before is not False for consent, before in known
    )
    if latest.get(kind) == "revoked":
        yield _of(attempt, "consent.revoked", f"consent to {kind} had been taken back")
    elif american and "revoked" in latest.values():
        yield _of(attempt, "consent.revoked", "a consent taken back counts for every automated contact")
    elif american and kind == "artificial_voice" and not had:
        yield _of(attempt, "consent.missing", "no consent to an artificial voice")


def _of(attempt: Row, rule: str, what: str) -> Violation:
    return Violation(rule, attempt["id"], attempt["reserved_at"], what)
