"""The gate: may this contact happen now? A pure function of facts, packs and time; any one objection is a denial.

Whatever cannot be read or is not known denies: a zone, a pack, a flag, an outcome, a history that lies ahead of now.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

from strategy.policy.clocks import YEARS, zone_of
from strategy.policy.decision import Allow, Decision, Deny, Reason
from strategy.policy.facts import ContactFacts
from strategy.policy.law import Kind, PackLaw, stack_of
from strategy.policy.next_time import next_allowed
from strategy.policy.pack import HOUSE
from strategy.policy.packs import Packs
from strategy.policy.rules import counts, permissions, times, words
from strategy.policy.rules.question import Place, Question, Rule

CONTACT_RULES: Final[Mapping[Rule, frozenset[str]]] = {
    times.contact_window: frozenset({"hours"}),
    times.holiday: frozenset({"holidays"}),
    times.forbidden_place: frozenset({"forbidden_places"}),
    times.known_inconvenient: frozenset({"house"}),
    counts.frequency_cap: frozenset({"caps"}),
    counts.conversation_cooldown: frozenset({"cooldowns"}),
    permissions.consent: frozenset({"consents", "revocations", "house"}),
    permissions.refused_medium: frozenset({"refusals", "house"}),
    permissions.stops: frozenset({"stops"}),
    permissions.holds: frozenset({"house"}),
    permissions.third_party: frozenset({"third_parties", "house"}),
    words.content: frozenset({"contents"}),
}
"""The rules for a contact, and the sections of the law without any of which a rule has nothing to say."""
IN_TALK_RULES: Final[Mapping[Rule, frozenset[str]]] = {
    words.content: frozenset({"contents"}),
    words.told_to_others: frozenset({"house"}),
}


def decide(facts: ContactFacts, packs: Packs, now: datetime) -> Decision:
    """Allow, or Deny with every reason and the first time at which waiting alone would have cured them.

    The same arguments give the same answer, whatever the order of the history.
    :raises ValueError: `now` has no zone, or is not a time of our age.
    """
    if now.utcoffset() is None or now.year not in YEARS:
        raise ValueError("the gate needs a time of our age, with a zone")
    stack, zones = stack_of(packs, facts.jurisdictions), _zones(facts.tz_candidates)
    # Two times of one zone are compared by the clock on the wall, which shows an hour twice in autumn; UTC is not.
    kind = Kind.of(facts)
    question = _ask(facts, kind, stack.active, zones, now.astimezone(UTC))
    reasons = [*stack.lacking, *_unreadable(question), *_objections(question)]
    shadow = _sorted(_objections(_asked_of(stack.drafts, kind, question))) if stack.drafts else ()
    if not reasons:
        return Allow(stack.versions, shadow)
    later = next_allowed(
        question,
        {reason.code for reason in reasons},
        stack.active,
        lambda moment: _ask(facts, kind, stack.active, zones, moment),
        lambda asked: next(_objections(asked), None) is not None,
    )
    return Deny(_sorted(reasons), later, stack.versions, shadow)


def _sorted(reasons: Iterable[Reason]) -> tuple[Reason, ...]:
    return tuple(sorted(set(reasons)))


@lru_cache(maxsize=4096)
def _zones(names: tuple[str, ...]) -> tuple[ZoneInfo, ...]:
    return tuple({name: zone for name in names if (zone := zone_of(name)) is not None}.values())


def _ask(facts: ContactFacts, kind: Kind, law: PackLaw, zones: tuple[ZoneInfo, ...], now: datetime) -> Question:
    places = tuple([Place.at(zone, now, law.era_of) for zone in zones])
    return Question(facts, law.binding(kind, _eras(law, now, places)), now, places)


def _asked_of(law: PackLaw, kind: Kind, question: Question) -> Question:
    """The same question under another law of the same stack, where eras are numbered alike."""
    now, places = question.now, question.places
    return Question(question.facts, law.binding(kind, _eras(law, now, places)), now, places)


def _eras(law: PackLaw, now: datetime, places: tuple[Place, ...]) -> tuple[int, ...]:
    if len(places) == 1:
        return (places[0].era,)
    return tuple(sorted({place.era for place in places} or {law.era_of(now.date())}))


def _objections(question: Question) -> Iterator[Reason]:
    for rule in _rules(question.facts.action.type == "outbound_contact", question.law.sections):
        yield from rule(question)


@lru_cache(maxsize=1024)
def _rules(contact: bool, sections: frozenset[str]) -> tuple[Rule, ...]:
    rules = CONTACT_RULES if contact else IN_TALK_RULES
    return tuple(rule for rule, about in rules.items() if not about.isdisjoint(sections))


def _unreadable(question: Question) -> Iterator[Reason]:
    """Objections that no pack has to make: the facts themselves are not good enough to decide on."""
    facts, now = question.facts, question.now
    flags = facts.flags
    if not question.law.known_kind:
        action = facts.action
        yield Reason("FACTS_UNREADABLE", HOUSE, f"action: {action.type}, {action.channel}, {action.agent}")
    for name in flags.unread:
        yield Reason("FACTS_UNREADABLE", HOUSE, f"flags.{name}: not understood")
    if flags.consented_callback is not None and flags.consented_callback.given > now:
        yield Reason("FACTS_UNREADABLE", HOUSE, "flags.consented_callback: asked for in the future")
    for kind, given in flags.consented_at:
        if given > now:
            yield Reason("FACTS_UNREADABLE", HOUSE, f"consent.{kind}: given in the future")
    if facts.action.type == "outbound_contact":
        if not facts.tz_candidates:
            yield Reason("TZ_UNKNOWN", HOUSE, "no time zone is known")
        elif len(question.places) < len(set(facts.tz_candidates)):
            for name in facts.tz_candidates:
                if zone_of(name) is None:
                    yield Reason("TZ_UNKNOWN", HOUSE, f"not a time zone: {name}")
    if facts.history and facts.history[-1].at > now:
        yield Reason("HISTORY_INVALID", HOUSE, "a past contact lies in the future")
    if facts.history_is_strange:
        yield Reason("HISTORY_INVALID", HOUSE, "a past contact with an unknown outcome, channel or direction")
