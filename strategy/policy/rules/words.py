"""What has been said: disclosures, notices, opt-out, limited content, and what must never be said."""

from collections.abc import Iterable

from strategy.policy.decision import Reason
from strategy.policy.rules.question import Question, fits


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
