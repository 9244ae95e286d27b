"""The quiet breaker: whether what came of recent contacts is bad enough to stop a campaign or a channel. Pure.

Quiet: it stops, and says so to the people in charge. It contacts nobody, and nothing but a person starts it again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from strategy.dispatch.pace import ALL, PAUSED, RUNNING, campaign_scope, channel_scope, closed_by
from strategy.pacing import Breaker
from strategy.settings import TIERS
from strategy.treatments import CHANNELS

FAILED_OUTCOMES: Final = frozenset({"failed", "unknown"})
"""An outcome nobody knows is a fault of ours until it is known."""
OWN_FAULTS: Final = frozenset({"dialogue_down", "record_failed", "guard_breach"})
"""Triggers of talks that we broke off ourselves (bot/triggers/lexicon.yaml)."""
COMPLAINTS: Final = frozenset({"complaint_regulator", "cease_request", "threat_or_abuse_to_bot", "complaint", "cease"})
"""Triggers, and the holds they lead to, of debtors who complain, want no more contact, or are driven to abuse."""

FAILURES: Final = "failures"
COMPLAINED: Final = "complaints"


@dataclass(frozen=True, slots=True)
class Seen:
    """What came of one contact that is over, or of one talk that a debtor began (`contacted` is then False)."""

    at: datetime
    """When it ended, or when somebody complained, whichever is later."""
    channel: str
    treatment: str
    """Empty where no plan led to it; it counts for its channel alone."""
    failed: bool = False
    complained: bool = False
    contacted: bool = True


@dataclass(frozen=True, slots=True)
class Counts:
    """Of one scope in its window."""

    contacts: int = 0
    failures: int = 0
    complaints: int = 0


@dataclass(frozen=True, slots=True)
class Tripped:
    """A scope that has to pause, why (:data:`FAILURES` or :data:`COMPLAINED`), and what was counted."""

    scope: str
    why: str
    counts: Counts

    def figures(self, limits: Breaker) -> dict[str, Any]:
        """What is kept with the switch."""
        return {
            "contacts": self.counts.contacts,
            "failures": self.counts.failures,
            "complaints": self.counts.complaints,
            "window_minutes": limits.window_minutes,
        }


def judge(counts: Counts, limits: Breaker) -> str | None:
    """Why these counts are too many, or None. More failures or complaints never calm it."""
    for number, least, rate, why in (
        (counts.complaints, limits.least_complaints, limits.complaint_rate, COMPLAINED),
        (counts.failures, limits.least_failures, limits.failure_rate, FAILURES),
    ):
        # Complaints about earlier contacts arrive when nothing new goes out, too.
        if number >= least and number >= rate * max(counts.contacts, number):
            return why
    return None


def tripped(
    seen: Iterable[Seen], switches: Mapping[str, str], resumed: Mapping[str, datetime], limits: Breaker, now: datetime
) -> tuple[Tripped, ...]:
    """The scopes that have to pause now: campaigns, and channels by what their other campaigns do.

    :param switches: state by scope; what does not run, or lies within what does not, is not judged.
    :param resumed: when a person last resumed a scope; what was before that was known then.
    """
    news = fresh(seen, resumed, limits, now)
    found = []
    shut = dict(switches)
    for channel in CHANNELS:
        for tier in TIERS:
            scope = campaign_scope(tier, channel)
            if closed_by(shut, channel, tier) is None:
                counts = count(news, channel, (tier,))
                if (why := judge(counts, limits)) is not None:
                    found.append(Tripped(scope, why, counts))
                    shut[scope] = PAUSED
        if closed_by({each: state for each, state in shut.items() if "/" not in each}, channel, "") is None:
            running = (*(tier for tier in TIERS if shut.get(campaign_scope(tier, channel), RUNNING) == RUNNING), "")
            counts = count(news, channel, running)
            if (why := judge(counts, limits)) is not None:
                found.append(Tripped(channel_scope(channel), why, counts))
    return tuple(found)


def fresh(seen: Iterable[Seen], resumed: Mapping[str, datetime], limits: Breaker, now: datetime) -> tuple[Seen, ...]:
    """What lies in the window, and came after a person last resumed anything that it belongs to."""
    begins = now - timedelta(minutes=limits.window_minutes)

    def since(each: Seen) -> datetime:
        own = (ALL, channel_scope(each.channel), campaign_scope(each.treatment, each.channel))
        # Resumed by a clock that ran ahead: that must not blind the breaker until then.
        return max(begins, *(resumed[scope] for scope in own if scope in resumed and resumed[scope] <= now), begins)

    return tuple(each for each in seen if each.at > since(each))


def count(seen: Iterable[Seen], channel: str, treatments: tuple[str, ...]) -> Counts:
    """What was seen of these treatments on one channel."""
    these = [each for each in seen if each.channel == channel and each.treatment in treatments]
    return Counts(
        contacts=sum(each.contacted for each in these),
        failures=sum(each.failed for each in these),
        complaints=sum(each.complained for each in these),
    )
