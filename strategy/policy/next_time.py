"""The times at which a denial can turn into permission by waiting alone: windows open, days begin, spans end."""

from datetime import datetime, time, timedelta, tzinfo
from typing import Final

from strategy.policy.clocks import MINUTES_A_DAY
from strategy.policy.facts import ContactFacts
from strategy.policy.pack import Pack

CURED_BY_WAITING: Final = frozenset(
    {
        "CONVERSATION_COOLDOWN",
        "FREQ_CAP",
        "HOLIDAY_NO_CONTACT",
        "KNOWN_INCONVENIENT_TIME",
        "MORATORIUM_ACTIVE",
        "NON_CONTACT_DAY",
        "OUTSIDE_CONTACT_WINDOW",
        "SENSITIVE_OCCASION",
    }
)
HORIZON_DAYS: Final = 40
"""Beyond the longest cap; later than that, a plan made today says nothing."""


def candidate_times(
    facts: ContactFacts, packs: tuple[Pack, ...], zones: tuple[tzinfo, ...], now: datetime
) -> list[datetime]:
    """Every moment after `now`, in order, at which some rule of the packs can begin to agree."""
    minutes = {0, *(window.hours.start for pack in packs for window in pack.windows)}
    minutes |= {span.start for span in facts.flags.agreed_windows}
    minutes |= {refused.hours.end % MINUTES_A_DAY for refused in facts.flags.inconvenient}
    hours = {cap.hours for pack in packs for cap in pack.caps if cap.hours is not None}
    moments = {past.at + timedelta(hours=length) for past in facts.history for length in hours}
    moments |= {_at(now, zone, ahead, m) for ahead in range(HORIZON_DAYS + 1) for zone in zones for m in minutes}
    return sorted(moment for moment in moments if moment > now)


def _at(now: datetime, zone: tzinfo, ahead: int, minute: int) -> datetime:
    day = now.astimezone(zone).date() + timedelta(days=ahead)
    return datetime.combine(day, time(minute // 60 % 24, minute % 60), zone).astimezone(now.tzinfo)
