"""Whether at all: consents, refused media, stops, holds, and anybody who is not the debtor."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from typing import Final

from strategy.policy.decision import Reason
from strategy.policy.facts import SAME_MEDIUM, Action, HoldFact, Reopened, Stop
from strategy.policy.pack import HOUSE, ConsentRule, StopRule
from strategy.policy.rules.question import Bound, PackPermits, Question, fits

OWN_PARTY: Final = frozenset({"consumer", "debtor", "guarantor"})
_DATED: Final = frozenset({"moratorium", "crisis_moratorium", "sensitive_occasion"})


def consent(question: Question) -> Iterable[Reason]:
    facts, action, law = question.facts, question.facts.action, question.law
    for rule in law.consents:
        status = facts.consent_to(rule.clause.kind)
        if status == "revoked":
            yield rule.reason("CONSENT_REVOKED")
        elif status != "granted":
            if action.number_type not in rule.clause.number_types_exempt:
                yield rule.reason(rule.clause.code)
        elif _is_stale(question, rule.clause):
            yield rule.reason(rule.clause.code)
    revoked = {kind for kind, status in facts.consent if status == "revoked"}
    if not revoked:
        return
    used = {
        action.channel,
        SAME_MEDIUM.get(action.channel),
        "artificial_voice" if action.agent == "ai_voice" or _speaks_by_itself(action) else None,
    }
    if law.house and not used.isdisjoint(revoked):
        yield Reason("CONSENT_REVOKED", HOUSE, f"the person has taken back consent to {action.channel}")
    for revocation in law.revocations:
        yield revocation.reason("CONSENT_REVOKED")


def _speaks_by_itself(action: Action) -> bool:
    """A voice that no person speaks with is an artificial or a recorded one."""
    return _medium(action.channel) == "voice" and action.agent != "human"


def _is_stale(question: Question, rule: ConsentRule) -> bool:
    """A consent of unknown age counts by its status; of a known one, it or a check of the number must be recent."""
    flags, days = question.facts.flags, rule.fresh_days
    given = dict(flags.consented_at).get(rule.kind)
    if days is None or given is None:
        return False
    return not any(_is_recent(question, then, days) for then in (given, flags.number_checked_at) if then is not None)


def _is_recent(question: Question, then: datetime, days: int) -> bool:
    if not timedelta(0) <= question.now - then < timedelta(days=days + 2):  # by the clock of any place
        return False
    ages = [place.day - then.astimezone(place.zone).date() for place in question.places]
    return bool(ages) and max(ages) <= timedelta(days=days)


def refused_medium(question: Question) -> Iterable[Reason]:
    flags, medium = question.facts.flags, _medium(question.facts.action.channel)
    if medium not in map(_medium, flags.refused_media):
        return
    excepted = {"opt_out_confirmation"} if flags.confirms_opt_out else set()
    if any(_is_first_reply(question, reopened) for reopened in flags.reopened_media):
        excepted.add("one_reply")
    for refusal in question.law.refusals:
        if excepted.isdisjoint(refusal.clause.except_for):
            yield refusal.reason("MEDIUM_REFUSED")


def _medium(channel: str) -> str:
    return SAME_MEDIUM.get(channel, channel)


def _is_first_reply(question: Question, reopened: Reopened) -> bool:
    medium = _medium(question.facts.action.channel)
    return (
        _medium(reopened.channel) == medium
        and reopened.at <= question.now
        and not any(
            past.at >= reopened.at and past.direction == "outbound" and _medium(past.channel) == medium
            for past in question.facts.history
        )
    )


def stops(question: Question) -> Iterable[Reason]:
    for rule, _ in stops_now(question):
        yield rule.reason(rule.clause.code)


def stops_now(question: Question) -> Iterator[tuple[Bound[StopRule], Stop]]:
    """Represented people are reached through their attorney, who alone may still be contacted."""
    if not (known := question.facts.flags.stops):
        return
    days = question.days()
    for rule in question.law.stops:
        kind = rule.clause.kind
        if kind == "attorney" and question.facts.action.target == "attorney":
            continue
        for stop in known:
            if (
                stop.kind == kind
                and stop.debt_id in (None, question.facts.action.debt_id)
                and (stop.over_at is None or question.now < stop.over_at)
                and _holds_on(days, stop, timedelta(days=rule.clause.days_after))
            ):
                yield rule, stop


def _holds_on(days: tuple[date, ...], stop: Stop, after: timedelta) -> bool:
    """A stop that carries dates holds on them, in any candidate zone; every other kind holds from when it is known."""
    started = stop.start is None or stop.kind not in _DATED or any(stop.start <= day for day in days)
    return started and (stop.end is None or any(day - after <= stop.end for day in days))


def holds(question: Question) -> Iterable[Reason]:
    for hold in holds_now(question):
        yield Reason("HOLD_ACTIVE", HOUSE, f"a hold is recorded: {hold.reason}")


def holds_now(question: Question) -> Iterator[HoldFact]:
    """The recorded holds that keep this agent from contacting now."""
    if not question.law.house:
        return
    for hold in question.facts.flags.holds:
        if hold.agents == "automated" and question.facts.action.agent == "human":
            continue
        if hold.until is None or question.now < hold.until:
            yield hold


def third_party(question: Question) -> Iterable[Reason]:
    facts, target = question.facts, question.facts.action.target
    if target in OWN_PARTY or target == "attorney":
        return
    if facts.flags.third_party_refused and question.law.house:
        yield Reason("THIRD_PARTY_REFUSED", HOUSE, "this third party has refused once, which is for good")
    for pack in question.law.third_parties:
        yield from _unpermitted(question, pack)


def _unpermitted(question: Question, pack: PackPermits) -> Iterable[Reason]:
    facts, action = question.facts, question.facts.action
    outcomes = {p.outcome for p in facts.history if p.target == action.target and p.number_id == action.number_id}
    for permit in pack.permits:
        clause = permit.clause
        grounds_given = not clause.grounds or not set(clause.grounds).isdisjoint(facts.flags.third_party_grounds)
        if (
            fits(action.target, clause.targets)
            and action.agent in clause.agents
            and grounds_given
            and outcomes.isdisjoint(clause.until_outcomes)
        ):
            return
    words = str(pack.permits[0].clause) if pack.permits else "no third party may be contacted"
    yield Reason("THIRD_PARTY_CONTACT_NOT_PERMITTED", pack.pack, words)
