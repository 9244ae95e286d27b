"""The gate: may this contact happen now? A pure function of facts, packs and time; any one objection is a denial.

Whatever cannot be read or is not known denies: a zone, a pack, a flag, an outcome, a history that lies ahead of now.
"""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from functools import cache
from typing import Final
from zoneinfo import ZoneInfo

from strategy.policy.decision import Allow, Decision, Deny, Reason
from strategy.policy.facts import ACTIONS, AGENTS, CHANNELS, DIRECTIONS, OUTCOMES, ContactFacts
from strategy.policy.next_time import CURED_BY_WAITING, candidate_times
from strategy.policy.pack import HOUSE, Pack
from strategy.policy.packs import Packs
from strategy.policy.rules import counts, permissions, times, words
from strategy.policy.rules.question import Question, Rule

CONTACT_RULES: Final[tuple[Rule, ...]] = (
    times.contact_window,
    times.holiday,
    times.known_inconvenient,
    counts.frequency_cap,
    counts.conversation_cooldown,
    permissions.consent,
    permissions.refused_medium,
    permissions.stops,
    permissions.holds,
    permissions.third_party,
    words.content,
)
IN_TALK_RULES: Final[tuple[Rule, ...]] = (words.content, words.told_to_others)


def decide(facts: ContactFacts, packs: Packs, now: datetime) -> Decision:
    """Allow, or Deny with every reason and the first time at which waiting alone would have cured them.

    The same arguments give the same answer, whatever the order of the history.
    :raises ValueError: `now` has no zone.
    """
    if now.tzinfo is None:
        raise ValueError("the gate needs a time with a zone")
    stack, lacking = packs.stack(facts.jurisdictions)
    active = tuple(pack for pack in stack if pack.status == "active")
    drafts = tuple(pack for pack in stack if pack.status == "draft")
    versions = tuple(sorted(f"{pack.id}@{pack.version}" for pack in stack))
    shadow = _sorted(_rule_reasons(facts, drafts, now)) if drafts else ()
    reasons = list(_unreadable(facts, now))
    reasons += [Reason("POLICY_UNREADABLE", name, why) for name, why in lacking]
    if all(pack.id == HOUSE for pack in active):
        reasons.append(Reason("POLICY_UNREADABLE", HOUSE, "no active pack of a jurisdiction"))
    reasons += _rule_reasons(facts, active, now)
    if not reasons:
        return Allow(versions, shadow)
    return Deny(_sorted(reasons), _next_allowed(facts, active, now, reasons), versions, shadow)


def _sorted(reasons: Iterable[Reason]) -> tuple[Reason, ...]:
    return tuple(sorted(set(reasons)))


def _rule_reasons(facts: ContactFacts, packs: tuple[Pack, ...], now: datetime) -> Iterator[Reason]:
    rules = CONTACT_RULES if facts.action.type == "outbound_contact" else IN_TALK_RULES
    local = tuple(now.astimezone(zone) for zone in map(_zone, facts.tz_candidates) if zone is not None)
    margins = (margin for pack in packs for margin in pack.dial_margins if facts.action.channel in margin.channels)
    margin = max((margin.minutes for margin in margins if margin.in_force(now.date())), default=0)
    for pack in packs:
        question = Question(facts, pack, now, local, margin)
        for rule in rules:
            yield from rule(question)


def _unreadable(facts: ContactFacts, now: datetime) -> Iterator[Reason]:
    """Objections that no pack has to make: the facts themselves are not good enough to decide on."""
    action = facts.action
    if action.type not in ACTIONS or action.channel not in CHANNELS or action.agent not in AGENTS:
        yield Reason("FACTS_UNREADABLE", HOUSE, f"action: {action.type}, {action.channel}, {action.agent}")
    for name in facts.flags.unread:
        yield Reason("FACTS_UNREADABLE", HOUSE, f"flags.{name}: not understood")
    if action.type == "outbound_contact":
        if not facts.tz_candidates:
            yield Reason("TZ_UNKNOWN", HOUSE, "no time zone is known")
        for zone in facts.tz_candidates:
            if _zone(zone) is None:
                yield Reason("TZ_UNKNOWN", HOUSE, f"not a time zone: {zone}")
    for past in facts.history:
        if past.at > now:
            yield Reason("HISTORY_INVALID", HOUSE, "a past contact lies in the future")
        if past.outcome not in OUTCOMES or past.channel not in CHANNELS or past.direction not in DIRECTIONS:
            yield Reason("HISTORY_INVALID", HOUSE, "a past contact with an unknown outcome, channel or direction")


@cache
def _zone(name: str) -> ZoneInfo | None:
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return None


def _next_allowed(
    facts: ContactFacts, packs: tuple[Pack, ...], now: datetime, reasons: Iterable[Reason]
) -> datetime | None:
    if not {reason.code for reason in reasons} <= CURED_BY_WAITING:
        return None
    zones = tuple(zone for zone in map(_zone, facts.tz_candidates) if zone is not None)
    for moment in candidate_times(facts, packs, zones, now):
        if next(_rule_reasons(facts, packs, moment), None) is None:
            return moment.astimezone(UTC)
    return None
