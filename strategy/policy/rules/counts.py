"""How often: caps over days or hours, and the wait after a conversation. Bank and agencies count together."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from strategy.policy.decision import Reason
from strategy.policy.facts import PastContact
from strategy.policy.pack import Cap
from strategy.policy.rules.question import Question, first_moment, fits


def frequency_cap(question: Question) -> Iterable[Reason]:
    facts = question.facts
    for cap in question.in_force(question.pack.caps):
        if not _concerns(question, cap) or (cap.waived_by_callback and question.callback_is_waiting()):
            continue
        if cap.unless_consent is not None and facts.consent_to(cap.unless_consent) == "granted":
            continue
        matching = [past for past in facts.history if _counts(question, cap, past)]
        if any(sum(past.at >= since for past in matching) >= cap.limit for since in _since(question, cap)):
            yield question.reason("FREQ_CAP", cap)


def _concerns(question: Question, cap: Cap) -> bool:
    action = question.facts.action
    return (
        fits(action.channel, cap.channels)
        and fits(action.agent, cap.agents)
        and fits(action.number_type, cap.number_types)
        and fits(action.place, cap.places)
    )


def _counts(question: Question, cap: Cap, past: PastContact) -> bool:
    action = question.facts.action
    return (
        past.direction == "outbound"
        and past.target == action.target
        and past.channel in cap.counted_channels
        and past.outcome in cap.counted_outcomes
        and ("debt" not in cap.per or past.debt_id == action.debt_id)
        and ("number" not in cap.per or past.number_id == action.number_id)
    )


def _since(question: Question, cap: Cap) -> list[datetime]:
    """Where the period of a cap begins: one moment for hours, one in each candidate zone for days."""
    if cap.hours is not None:
        # The contact exactly `hours` ago has just left the period.
        return [question.now - timedelta(hours=cap.hours) + timedelta(microseconds=1)]
    return [first_moment(moment, cap.days or 0) for moment in question.local]


def conversation_cooldown(question: Question) -> Iterable[Reason]:
    """A talk the debtor began counts too, and so does an attempt whose outcome nobody knows."""
    action = question.facts.action
    for cooldown in question.in_force(question.pack.cooldowns):
        if action.channel not in cooldown.channels:
            continue
        if cooldown.waived_by_callback and question.callback_is_waiting():
            continue
        # A place where it is earlier in the day looks further back, so the earliest of the zones decides.
        since = min((first_moment(moment, cooldown.days) for moment in question.local), default=question.now)
        for past in question.facts.history:
            if (
                past.outcome in ("conversation", "unknown")
                and past.channel in cooldown.channels
                and past.debt_id == action.debt_id
                and past.target == action.target
                and past.at >= since
            ):
                yield question.reason("CONVERSATION_COOLDOWN", cooldown)
                break
