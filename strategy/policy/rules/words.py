"""What has been said: disclosures, notices, opt-out, limited content, and what must never be said."""

from collections.abc import Iterable

from strategy.policy.decision import Reason
from strategy.policy.pack import HOUSE
from strategy.policy.rules.permissions import OWN_PARTY
from strategy.policy.rules.question import Question


def told_to_others(question: Question) -> Iterable[Reason]:
    """Whatever the script claims about itself, a debt is told to nobody but the person who owes it."""
    action = question.facts.action
    if question.law.house and action.type == "disclose_debt" and action.target not in OWN_PARTY:
        yield Reason("THIRD_PARTY_CONTACT_NOT_PERMITTED", HOUSE, f"a debt is not told to: {action.target}")


def content(question: Question) -> Iterable[Reason]:
    said = question.facts.content
    for rule in question.law.contents:
        if getattr(said, rule.clause.field) is not rule.clause.must_be:
            yield rule.reason(rule.clause.code)
