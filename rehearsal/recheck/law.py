"""Hours and caps, written down a second time.

Each line was copied by hand from the rule tables of 2026-11-22 and not from the packs of `strategy/policy`: a slip of
the pen in one does not repeat itself in the other.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

MON, TUE, WED, THU, FRI, SAT, SUN = range(7)
EVERY_DAY = (MON, TUE, WED, THU, FRI, SAT, SUN)
WORKDAYS = (MON, TUE, WED, THU, FRI)

Hours = tuple[tuple[tuple[int, ...], time, time], ...]

ANY_TIME: Hours = ((EVERY_DAY, time(0), time.max),)

HOURS: dict[str, Hours] = {
    "CN": ((EVERY_DAY, time(8), time(22)),),
    "US-FED": ((EVERY_DAY, time(8), time(21)),),
    "UK": ((WORKDAYS, time(8), time(21)), ((SAT,), time(8), time(18))),
    "IN": ((EVERY_DAY, time(8), time(19)),),
    "AU": ((WORKDAYS, time(7, 30), time(21)), ((SAT, SUN), time(9), time(21))),
    "ID": (((*WORKDAYS, SAT), time(8), time(20)),),
    "PH": ((EVERY_DAY, time(6), time(22)),),
    "TW": ((EVERY_DAY, time(7), time(22)),),
    # No clock of their own: a federal or national one stands beside them, or the law knows only "reasonable".
    "US-CA": ANY_TIME,
    "US-MA": ANY_TIME,
    "US-NYC": ANY_TIME,
    "EU": ANY_TIME,
    "HK": ANY_TIME,
    "SG": ANY_TIME,
}

UNLESS_AGREED = frozenset({"CN", "ID"})
"""Laws whose hours and holidays give way to a time that the person has agreed to."""

TALKED = ("conversation", "unknown")
"""An attempt that a crash left half-way may have been a talk."""
NOT_CONNECTED = ("not_in_service", "busy")
UNANSWERED = ("ring_no_answer", "busy", "voicemail_left", "not_in_service", "failed", "unknown")
VOICE = ("voice", "voicemail")


@dataclass(frozen=True, slots=True)
class Cap:
    """At most `most` outbound contacts in `days` local days, today included, per value of the columns `per`.

    `outcomes` lists those that count, or with `but` those that do not; an attempt still open counts always.
    With `days` 0 the period is the calendar month. `callback_free`: not for calls that the person has asked for.
    """

    rule: str
    most: int
    days: int
    per: tuple[str, ...]
    channels: tuple[str, ...]
    outcomes: tuple[str, ...]
    but: bool = False
    since: date = date(2020, 1, 1)
    callback_free: bool = False

    def first_day(self, day: date) -> date:
        """Where the period begins that ends with this local day."""
        return day - timedelta(days=self.days - 1) if self.days else day.replace(day=1)

    def counts(self, channel: str, outcome: str | None) -> bool:
        """Whether a contact of this channel and outcome counts."""
        return channel in self.channels and (outcome is None or (outcome in self.outcomes) is not self.but)


EVERY_MEDIUM = (*VOICE, "sms", "email", "chat")

CAPS: dict[str, tuple[Cap, ...]] = {
    "CN": (
        Cap("cap.cn_3_talks_a_day", 3, 1, ("debtor_id",), ("voice",), TALKED),
        Cap("cap.cn_6_unanswered_a_day", 6, 1, ("debtor_id", "number_index"), ("voice",), UNANSWERED),
    ),
    "US-FED": (
        Cap("cap.us_7_calls_in_7_days", 7, 7, ("account_id",), VOICE, NOT_CONNECTED, but=True, callback_free=True),
    ),
    "US-MA": (Cap("cap.us_ma_2_in_7_days", 2, 7, ("account_id",), (*VOICE, "sms"), NOT_CONNECTED, but=True),),
    "US-NYC": (
        Cap("cap.us_nyc_3_in_7_days", 3, 7, ("account_id",), EVERY_MEDIUM, (), but=True, since=date(2026, 9, 1)),
    ),
    "AU": (
        Cap("cap.au_3_a_week", 3, 7, ("account_id",), EVERY_MEDIUM, TALKED),
        Cap("cap.au_10_in_30_days", 10, 30, ("account_id",), EVERY_MEDIUM, TALKED),
        Cap("cap.au_10_a_month", 10, 0, ("account_id",), EVERY_MEDIUM, TALKED),
    ),
}

WAIT_AFTER_TALK: dict[str, int] = {"US-FED": 7}
"""Local days without a call about the same debt, the day of the talk included."""

CALLBACK_DAYS = 7
"""Local days for which the wish to be called about a debt frees from its cap and its wait, the first one included."""

STOPS_PEOPLE_TOO = frozenset(
    {
        *("cease", "cease_request", "attorney", "lawyer_represented", "bankruptcy", "bankruptcy_insolvency"),
        *("moratorium", "death_of_debtor"),
    }
)
"""Holds that no collector may call through either; any other stops automated contact."""

MUST_HOLD = frozenset(
    {
        *("self_harm", "death_of_debtor", "serious_illness", "mental_capacity", "minor_answering"),
        *("lawyer_represented", "bankruptcy_insolvency", "dispute_not_mine", "fraud_identity_theft"),
        *("threat_or_abuse_to_bot", "domestic_or_economic_abuse", "hardship_unemployment", "cease_request"),
        *("language_barrier", "elderly_cognitive_vulnerability", "military_service", "disaster"),
        *("bereavement_or_family_event", "incarceration_or_detention", "medical_or_safety_emergency_now"),
    }
)
"""Triggers after which automated contact must rest, if only for a day."""

MUST_HAVE_CASE = frozenset(
    {
        *("self_harm", "death_of_debtor", "mental_capacity", "lawyer_represented", "bankruptcy_insolvency"),
        *("dispute_not_mine", "fraud_identity_theft", "complaint_regulator", "domestic_or_economic_abuse"),
        "hardship_unemployment",
    }
)
"""Triggers that a person must take up."""


NO_MONEY_AFTER = MUST_HOLD - {"hardship_unemployment", "threat_or_abuse_to_bot", "language_barrier", "cease_request"}
"""Triggers after which nobody may ask for a payment, an amount or a day, nor take a promise, in the same talk."""


def open_at(hours: Hours, local: datetime) -> bool:
    """Whether the window is open at a local time; it opens on its first minute and is shut on its last."""
    return any(local.weekday() in days and start <= local.time() < end for days, start, end in hours)
