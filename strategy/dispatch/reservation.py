"""Gate and reservation in one transaction: whatever is allowed is written down before anything is sent."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import insert

from ledger.ledger import UnitOfWork
from ledger.tables import Attempt, Decision
from strategy.facts_from_ledger import looks_back, people_behind
from strategy.policy.decision import Allow, Deny, canonical_json, decision_json, digest
from strategy.policy.facts import ContactFacts, PastContact
from strategy.policy.facts_json import facts_json
from strategy.policy.gate import decide
from strategy.policy.packs import Packs


@dataclass(frozen=True, slots=True)
class Wanted:
    """A contact to be asked about: `agent` is 'bot' or 'human'; `planned_id` of what it was planned as, if it was."""

    account_id: str
    channel: str
    agent: str
    planned_id: str | None = None


@dataclass(frozen=True, slots=True)
class Reserved:
    """An allowed contact, to be placed once; it counts toward every cap from now on, unless it is released."""

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
    """:func:`reserve_many` for one contact."""
    return reserve_many(work, packs, [Wanted(account_id, channel, agent, planned_id)])[0]


def reserve_many(work: UnitOfWork, packs: Packs, wanted: Sequence[Wanted]) -> list[Reserved | Refused]:
    """Ask the gate about contacts now, record what it said, and reserve an attempt for each that may be made.

    They are asked about in their order, and each counts the ones before it that were allowed. Must run in a transaction
    of ``Ledger.begin``, or of ``begin_for`` all the people concerned, so that nobody else's contact slips in between.

    :raises KeyError: there is no such account.
    """
    people = people_behind(work, {each.account_id for each in wanted}, looks_back(packs))
    answers: list[Reserved | Refused] = []
    decisions, attempts = [], []
    for each in wanted:
        debtor_id = people.debtor_of[each.account_id]
        facts = people.facts(each.account_id, each.channel, each.agent)
        said = decide(facts, packs, work.now)
        decision_id = work.new_id()
        decision = _decision(work, each, debtor_id, decision_id, facts, said)
        decisions.append(decision)
        if isinstance(said, Deny):
            answers.append(Refused(decision_id, said.codes, said.next_allowed_at))
            continue
        attempt = _attempt(work, each, debtor_id, decision_id, facts.action.number_id)
        attempts.append(attempt)
        people.by_id[debtor_id].history.append(_as_past(attempt))
        answers.append(Reserved(attempt["id"], decision_id, each.account_id, debtor_id, each.channel, each.agent))
    _write(work, decisions, attempts)
    return answers


def _decision(
    work: UnitOfWork, wanted: Wanted, debtor_id: str, decision_id: str, facts: ContactFacts, said: Allow | Deny
) -> dict[str, Any]:
    """The row of a decision; the audit chain is told of it."""
    spelled = decision_json(said)
    given = facts_json(facts)
    facts_hash = digest(canonical_json(given))
    allowed = isinstance(said, Allow)
    work.audit(
        "contact.decided",
        decision_id,
        {
            "account": wanted.account_id,
            "channel": wanted.channel,
            "agent": wanted.agent,
            "allowed": allowed,
            "codes": [] if isinstance(said, Allow) else list(said.codes),
            "facts_hash": facts_hash,
            "packs": spelled["packs"],
        },
    )
    return {
        "id": decision_id,
        "planned_id": wanted.planned_id,
        "account_id": wanted.account_id,
        "debtor_id": debtor_id,
        "channel": wanted.channel,
        "agent": wanted.agent,
        "at": work.now,
        "allowed": allowed,
        "reasons": spelled["reasons"],
        "next_allowed_at": None if isinstance(said, Allow) else said.next_allowed_at,
        "facts": given,
        "facts_hash": facts_hash,
        "packs": {"versions": spelled["packs"], "shadow": spelled["shadow"]},
    }


def _attempt(work: UnitOfWork, wanted: Wanted, debtor_id: str, decision_id: str, number: str) -> dict[str, Any]:
    """The row of an attempt; the audit chain is told of it."""
    attempt_id = work.new_id()
    work.audit("attempt.reserved", attempt_id, {"decision": decision_id, "account": wanted.account_id})
    return {
        "id": attempt_id,
        "decision_id": decision_id,
        "planned_id": wanted.planned_id,
        "account_id": wanted.account_id,
        "debtor_id": debtor_id,
        "channel": wanted.channel,
        "agent": wanted.agent,
        "direction": "outbound",
        "number_index": number,
        "status": "reserved",
        "reserved_at": work.now,
    }


def _as_past(attempt: dict[str, Any]) -> PastContact:
    """An attempt without an outcome counts as 'unknown', and so toward every cap."""
    return PastContact(
        at=attempt["reserved_at"],
        channel=attempt["channel"],
        direction=attempt["direction"],
        outcome="unknown",
        debt_id=attempt["account_id"],
        number_id=attempt["number_index"],
    )


def _write(work: UnitOfWork, decisions: Iterable[dict[str, Any]], attempts: Iterable[dict[str, Any]]) -> None:
    connection = work.session.connection()
    for table, rows in ((Decision, [*decisions]), (Attempt, [*attempts])):
        if rows:
            connection.execute(insert(table), rows)
