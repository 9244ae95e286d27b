"""What the gate says of one contact, asked from the records. The same question for the bot, a person and a page."""

from __future__ import annotations

from ledger.ledger import UnitOfWork
from strategy.facts_from_ledger import contact_facts
from strategy.policy.decision import Allow, Deny
from strategy.policy.gate import decide
from strategy.policy.packs import Packs, shipped_packs


def permitted(work: UnitOfWork, account_id: str, channel: str, agent: str, packs: Packs | None = None) -> Allow | Deny:
    """Whether `agent` ('bot' or 'human') may contact the debtor by `channel` at this moment. Records nothing."""
    return decide(contact_facts(work, account_id, channel, agent), packs or shipped_packs(), work.now)
