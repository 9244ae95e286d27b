"""Gate and reservation in one transaction: whatever is allowed is written down before anything is sent."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from ledger.ledger import UnitOfWork
from ledger.tables import Account, Attempt, Debtor, Decision
from strategy.facts_from_ledger import contact_facts
from strategy.policy.decision import Allow, decision_json
from strategy.policy.facts_json import facts_hash, facts_json
from strategy.policy.gate import decide
from strategy.policy.packs import Packs


@dataclass(frozen=True, slots=True)
class Reserved:
    """An allowed contact, to be placed once; it counts toward every cap from now on, whatever becomes of it."""

    attempt_id: str
    decision_id: str
    account_id: str
    debtor_id: str
    channel: str
    agent: str


@dataclass(frozen=True, slots=True)
class Refused:
    """A denied contact, with all reason codes; `next_allowed_at` (aware UTC) is None when waiting does not cure it."""

    decision_id: str
    codes: tuple[str, ...]
    next_allowed_at: datetime | None


def reserve(
    work: UnitOfWork, packs: Packs, account_id: str, channel: str, agent: str, planned_id: str | None = None
) -> Reserved | Refused:
    """Ask the gate about a contact now, record what it said, and reserve the attempt if it may be made.

    Must run in a write transaction: writers are serialised, so no other contact with this person can slip in between.
    :raises sqlalchemy.exc.NoResultFound: there is no such account.
    """
    account = work.session.get_one(Account, account_id)
    facts = contact_facts(work, account_id, channel, agent)
    said = decide(facts, packs, work.now)
    spelled = decision_json(said)
    decision = Decision(
        id=work.new_id(),
        planned_id=planned_id,
        account_id=account.id,
        debtor_id=account.debtor_id,
        channel=channel,
        agent=agent,
        at=work.now,
        allowed=isinstance(said, Allow),
        reasons=spelled["reasons"],
        next_allowed_at=None if isinstance(said, Allow) else said.next_allowed_at,
        facts=facts_json(facts),
        facts_hash=facts_hash(facts),
        packs={"versions": spelled["packs"], "shadow": spelled["shadow"]},
    )
    work.session.add(decision)
    work.session.flush()
    codes = () if isinstance(said, Allow) else said.codes
    work.audit(
        "contact.decided",
        decision.id,
        {
            "account": account.id,
            "channel": channel,
            "agent": agent,
            "allowed": decision.allowed,
            "codes": list(codes),
            "facts_hash": decision.facts_hash,
            "packs": spelled["packs"],
        },
    )
    if not isinstance(said, Allow):
        return Refused(decision.id, codes, said.next_allowed_at)
    attempt = Attempt(
        id=work.new_id(),
        decision_id=decision.id,
        planned_id=planned_id,
        account_id=account.id,
        debtor_id=account.debtor_id,
        channel=channel,
        agent=agent,
        number_index=work.session.get_one(Debtor, account.debtor_id).phone_index,
        reserved_at=work.now,
    )
    work.session.add(attempt)
    work.session.flush()
    work.audit("attempt.reserved", attempt.id, {"decision": decision.id, "account": account.id})
    return Reserved(attempt.id, decision.id, account.id, account.debtor_id, channel, agent)
