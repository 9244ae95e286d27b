"""What has been said: disclosures, notices, opt-out, limited content, and what must never be said."""

from collections.abc import Iterable

from strategy.policy.decision import Reason
from strategy.policy.pack import HOUSE
from strategy.policy.rules.permissions import OWN_PARTY
from strategy.policy.rules.question import Question, fits


def told_to_others(question: Question) -> Iterable[Reason]:
    """Whatever the script claims about itself, a debt is told to nobody but the person who owes it."""
    action = question.facts.action
    if question.pack.id == HOUSE and action.type == "disclose_debt" and action.target not in OWN_PARTY:
        yield Reason("THIRD_PARTY_CONTACT_NOT_PERMITTED", HOUSE, f"a debt is not told to: {action.target}")


def content(question: Question) -> Iterable[Reason]:
    action = question.facts.action
    for rule in question.in_force(question.pack.contents):
        if (
            action.type in rule.actions
            and fits(action.channel, rule.channels)
            and fits(action.agent, rule.agents)
            and fits(question.facts.entity_role, rule.entity_roles)
            and getattr(question.facts.content, rule.field) is not rule.must_be
        ):
            yield question.reason(rule.code, rule)
