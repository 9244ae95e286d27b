"""Whether at all: consents, refused media, stops, holds, and anybody who is not the debtor."""

from collections.abc import Iterable
from typing import Final

from strategy.policy.decision import Reason
from strategy.policy.facts import Stop
from strategy.policy.pack import HOUSE
from strategy.policy.rules.question import Question, fits

OWN_PARTY: Final = frozenset({"consumer", "debtor", "guarantor"})
_DATED: Final = frozenset({"moratorium", "sensitive_occasion"})
_SAME_MEDIUM: Final = {"voicemail": "voice", "terminal": "chat"}


def consent(question: Question) -> Iterable[Reason]:
    facts, action = question.facts, question.facts.action
    for rule in question.in_force(question.pack.consents):
        if action.channel not in rule.channels or not fits(action.agent, rule.agents):
            continue
        status = facts.consent_to(rule.kind)
        if status == "revoked":
            yield question.reason("CONSENT_REVOKED", rule)
        elif status != "granted" and action.number_type not in rule.number_types_exempt:
            yield question.reason(rule.code, rule)
    if question.pack.id == HOUSE:
        used = {
            action.channel,
            _SAME_MEDIUM.get(action.channel),
            "artificial_voice" if action.agent == "ai_voice" else None,
        }
        if any(kind in used and status == "revoked" for kind, status in facts.consent):
            yield Reason("CONSENT_REVOKED", HOUSE, f"the person has taken back consent to {action.channel}")
    for revocation in question.in_force(question.pack.revocations):
        if action.agent in revocation.agents and any(status == "revoked" for _, status in facts.consent):
            yield question.reason("CONSENT_REVOKED", revocation)


def refused_medium(question: Question) -> Iterable[Reason]:
    channel = question.facts.action.channel
    if question.pack.id == HOUSE and {channel, _SAME_MEDIUM.get(channel)} & set(question.facts.flags.refused_media):
        yield Reason("MEDIUM_REFUSED", HOUSE, f"the person has asked not to be contacted by {channel}")


def stops(question: Question) -> Iterable[Reason]:
    """Represented people are reached through their attorney, who alone may still be contacted."""
    for rule in question.in_force(question.pack.stops):
        if rule.kind == "attorney" and question.facts.action.target == "attorney":
            continue
        if any(stop.kind == rule.kind and _holds_now(question, stop) for stop in question.facts.flags.stops):
            yield question.reason(rule.code, rule)


def _holds_now(question: Question, stop: Stop) -> bool:
    """A stop that carries dates holds on them, in any candidate zone; every other kind holds from when it is known."""
    days = {moment.date() for moment in question.local} or {question.now.date()}
    started = stop.start is None or stop.kind not in _DATED or any(stop.start <= day for day in days)
    return started and (stop.end is None or any(day <= stop.end for day in days))


def holds(question: Question) -> Iterable[Reason]:
    if question.pack.id != HOUSE:
        return
    for hold in question.facts.flags.holds:
        if hold.agents == "all" or question.facts.action.agent != "human":
            yield Reason("HOLD_ACTIVE", HOUSE, f"a hold is recorded: {hold.reason}")


def third_party(question: Question) -> Iterable[Reason]:
    """An overlay without a word on third parties leaves them to the pack under it, which must have one (pack_file)."""
    facts, target = question.facts, question.facts.action.target
    if target in OWN_PARTY or target == "attorney":
        return
    if facts.flags.third_party_refused and question.pack.id == HOUSE:
        yield Reason("THIRD_PARTY_REFUSED", HOUSE, "this third party has refused once, which is for good")
    permits = list(question.in_force(question.pack.third_parties))
    if not permits and question.pack.under is not None:
        return
    met_before = any(past.target == target and past.number_id == facts.action.number_id for past in facts.history)
    for permit in permits:
        grounds_given = not permit.grounds or set(permit.grounds) & set(facts.flags.third_party_grounds)
        if (
            fits(target, permit.targets)
            and facts.action.agent in permit.agents
            and grounds_given
            and not (permit.once and met_before)
        ):
            return
    clause = str(permits[0]) if permits else "no third party may be contacted"
    yield Reason("THIRD_PARTY_CONTACT_NOT_PERMITTED", question.pack.id, clause)
