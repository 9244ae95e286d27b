"""Why one account is or is not contacted today, and when next: facts in, statements out. Pure.

Every statement is a code with facts; app/web/words.yaml says it as a sentence in both languages (``explain.<code>``).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final, Literal
from zoneinfo import ZoneInfo

from strategy.arms import ARMS
from strategy.dispatch.pace import DRAINING, PAUSED, TOO_OLD
from strategy.plan import AHEAD, NotPlanned, PlanFacts, Planned, known_zones
from strategy.policy.decision import Allow, Deny
from strategy.treatments import Treatment

MOST: Final = 5
"""Earlier attempts and denials that are told, the newest."""

Answer = Literal["planned", "expected", "waits", "no"]


@dataclass(frozen=True, slots=True)
class Waiting:
    """A planned contact whose minute has not come, or whose scope is paused."""

    slot: datetime
    channel: str


@dataclass(frozen=True, slots=True)
class Held:
    """A hold in force; `until` is None when only a person may lift it."""

    reason: str
    scope: str
    since: datetime
    until: datetime | None


@dataclass(frozen=True, slots=True)
class Asked:
    """One channel of the treatment: what the gate says now, and whether the dispatcher would take a contact on it."""

    channel: str
    said: Allow | Deny
    not_now: str | None = None
    """One of strategy.dispatch.pace.WHYS."""
    scope: str = ""
    """Where it is paused or drained: the scope, by whom, since when and why."""
    by: str = ""
    since: datetime | None = None
    why: str = ""
    carried: bool = True
    """Whether anything carries this channel here."""


@dataclass(frozen=True, slots=True)
class Past:
    """An earlier attempt (`what` is its outcome or status), or a denial (`codes`)."""

    at: datetime
    channel: str
    what: str = ""
    codes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ExplainFacts:
    """All that is looked at. `given` is None where the account has no tier yet."""

    account: str
    now: datetime
    open: bool
    tier: str = ""
    treatment: str = ""
    """The tier whose treatment is given."""
    arm: str = ""
    given: Treatment | None = None
    data_broken: bool = False
    plan: PlanFacts | None = None
    waiting: Waiting | None = None
    would_plan: Planned | NotPlanned | None = None
    """What planning would say if nothing were planned yet."""
    day_full: int | None = None
    """The bot's contacts a day, where all of the next slot's day are planned for others."""
    asked: tuple[Asked, ...] = ()
    holds: tuple[Held, ...] = ()
    attempts: tuple[Past, ...] = ()
    denials: tuple[Past, ...] = ()


@dataclass(frozen=True, slots=True)
class Said:
    """One statement."""

    code: str
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Explanation:
    """`today` says whether a contact is to be made on the debtor's own day that is now; `next_at` is aware UTC."""

    account: str
    answer: Answer
    today: bool
    next_at: datetime | None
    next_channel: str | None
    said: tuple[Said, ...]


def explain(facts: ExplainFacts) -> Explanation:
    """The answer first, then every ground for it, then what happened before."""
    answer, headline, at, channel = _as_the_gate_sees_it(facts, *_answer(facts))
    stopped = any(each.not_now in (PAUSED, DRAINING) for each in facts.asked if each.channel == channel)
    # Where the gate says no until another day, that is the first thing to know.
    if stopped and (_same_day(facts, at) or (answer == "planned" and headline.code != "gate_delays")):
        answer, headline = "waits", Said("waits", {"at": at, "channel": channel})
    there = (Said("there", {"zone": _zone(facts), "local": at}),) if at is not None and _zone(facts) else ()
    grounds = (*there, *_placed(facts), *_rests(facts), *_channels(facts), *_holds(facts), *_before(facts))
    return Explanation(
        account=facts.account,
        answer=answer,
        today=answer in ("planned", "expected") and _same_day(facts, at),
        next_at=at,
        next_channel=channel,
        # Once each: what stops everything stops every channel.
        said=tuple(each for place, each in enumerate((headline, *grounds)) if each not in (headline, *grounds)[:place]),
    )


def _answer(facts: ExplainFacts) -> tuple[Answer, Said, datetime | None, str | None]:
    if not facts.open:
        return "no", Said("not_open"), None, None
    if facts.given is None:
        return "no", Said("no_tier"), None, None
    if facts.data_broken:
        return "no", Said("data_broken"), None, None
    if facts.arm == "hold_out":
        return "no", Said("hold_out"), None, None
    if facts.given.agent == "human":
        return "no", Said("people"), None, None
    waiting, would = facts.waiting, facts.would_plan
    if waiting is not None and facts.now - waiting.slot > TOO_OLD:
        at = would.slot if isinstance(would, Planned) else None
        return "no", Said("missed", {"at": waiting.slot, "channel": waiting.channel}), at, waiting.channel
    if waiting is not None:
        late = waiting.slot <= facts.now
        when = "overdue" if late else "planned_today" if _same_day(facts, waiting.slot) else "planned"
        return "planned", Said(when, {"at": waiting.slot, "channel": waiting.channel}), waiting.slot, waiting.channel
    if isinstance(would, Planned):
        if facts.day_full is not None:
            return "no", Said("day_full", {"count": facts.day_full, "day": would.slot.date()}), None, None
        soon = would.slot <= facts.now + AHEAD
        code = "expected_soon" if soon else "expected"
        return "expected", Said(code, {"at": would.slot, "channel": would.channel}), would.slot, would.channel
    return "no", Said(f"never_{would.code}" if would else "no_tier"), None, None


def _as_the_gate_sees_it(
    facts: ExplainFacts, answer: Answer, headline: Said, at: datetime | None, channel: str | None
) -> tuple[Answer, Said, datetime | None, str | None]:
    """A plan is no permission: what the gate denies already, beyond the planned minute, will not be made then."""
    said = next((each.said for each in facts.asked if each.channel == channel), None)
    if at is None or not isinstance(said, Deny):
        return answer, headline, at, channel
    if said.next_allowed_at is None:
        return "no", Said("gate_stops", {"channel": channel}), None, None
    if said.next_allowed_at > at:
        told = {"channel": channel, "at": at, "from_": said.next_allowed_at}
        return answer, Said("gate_delays", told), said.next_allowed_at, channel
    return answer, headline, at, channel


def _placed(facts: ExplainFacts) -> Iterator[Said]:
    if facts.given is None:
        return
    yield Said("placed", {"tier": facts.tier, "treatment": facts.treatment})
    if facts.arm != ARMS[0]:
        yield Said("by_chance", {"arm": facts.arm})
    hours = facts.given.hours
    if hours is not None:
        yield Said("hours", {"starts": f"{hours.starts:%H:%M}", "ends": f"{hours.ends:%H:%M}", "days": hours.days})


def _rests(facts: ExplainFacts) -> Iterator[Said]:
    """What keeps planning from an earlier day."""
    if facts.plan is None or facts.given is None or facts.given.agent == "human":
        return
    zone = ZoneInfo(_zone(facts)) if _zone(facts) else None
    if facts.plan.contacted and zone is not None:
        last = max(past.at for past in facts.plan.contacted).astimezone(zone).date()
        until = last + timedelta(days=facts.given.cadence_days)
        if until > facts.now.astimezone(zone).date():
            yield Said("cadence", {"days": facts.given.cadence_days, "day": until})
    if facts.plan.promise_due is not None:
        yield Said("promise", {"day": facts.plan.promise_due})


def _channels(facts: ExplainFacts) -> Iterator[Said]:
    for each in facts.asked:
        if not each.carried:
            yield Said("not_carried", {"channel": each.channel})
            continue
        if isinstance(each.said, Allow):
            yield Said("gate_allows", {"channel": each.channel})
        else:
            for reason in each.said.reasons:
                yield Said(
                    "gate_denies",
                    {"channel": each.channel, "deny": reason.code, "pack": reason.pack, "clause": reason.clause},
                )
            next_at = each.said.next_allowed_at
            if next_at is not None:
                yield Said("gate_next", {"channel": each.channel, "at": next_at})
            else:
                yield Said("gate_never", {"channel": each.channel})
        if each.not_now in (PAUSED, DRAINING):
            yield Said(
                f"is_{each.not_now}", {"scope": each.scope, "by": each.by, "at": each.since, "switch_why": each.why}
            )
        elif each.not_now is not None:
            yield Said(f"now_{each.not_now}", {"channel": each.channel})


def _holds(facts: ExplainFacts) -> Iterator[Said]:
    for hold in facts.holds:
        told = {"trigger": hold.reason, "held": hold.scope, "since": hold.since}
        yield Said("held", told) if hold.until is None else Said("held_until", {**told, "at": hold.until})


def _before(facts: ExplainFacts) -> Iterator[Said]:
    for past in facts.attempts[:MOST]:
        yield Said("attempt", {"at": past.at, "channel": past.channel, "outcome": past.what})
    for past in facts.denials[:MOST]:
        yield Said("denial", {"at": past.at, "channel": past.channel, "denials": past.codes})


def _zone(facts: ExplainFacts) -> str:
    """The first zone the debtor may be in; empty where none is known."""
    zones = known_zones(facts.plan.zones) if facts.plan is not None else ()
    return zones[0].key if zones else ""


def _same_day(facts: ExplainFacts, at: datetime | None) -> bool:
    """On the debtor's own day that is now, in the first zone they may be in."""
    if at is None or not _zone(facts):
        return False
    zone = ZoneInfo(_zone(facts))
    return at.astimezone(zone).date() <= facts.now.astimezone(zone).date()
