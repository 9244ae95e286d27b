"""Gate and reservation in one transaction: whatever is allowed is written down before anything is sent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from ledger.ledger import UnitOfWork
from ledger.rows import Row, kept_time, write_rows
from strategy.facts_from_ledger import looks_back, people_behind
from strategy.policy.decision import Allow, Deny, canonical_json, decision_json, digest
from strategy.policy.facts import PastContact
from strategy.policy.facts_json import facts_json
from strategy.policy.gate import decide
from strategy.policy.packs import Packs

_DECISION: Final = (
    *("id", "planned_id", "account_id", "debtor_id", "channel", "agent", "at", "allowed", "reasons"),
    *("next_allowed_at", "facts", "facts_hash", "packs"),
)
_ATTEMPT: Final = (
    *("id", "decision_id", "planned_id", "account_id", "debtor_id", "channel", "agent", "direction"),
    *("number_index", "status", "reserved_at"),
)


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
    connection = work.session.connection()
    at = kept_time(work.now, connection.dialect)
    answers: list[Reserved | Refused] = []
    decisions, attempts = list[Row](), list[Row]()
    for each in wanted:
        debtor_id = people.debtor_of[each.account_id]
        facts = people.facts(each.account_id, each.channel, each.agent)
        said = decide(facts, packs, work.now)
        decision_id = work.new_id()
        spelled = decision_json(said)
        # Written as it was hashed, so that it is spelled but once.
        given = canonical_json(facts_json(facts))
        facts_hash = digest(given)
        _tell(work, each, decision_id, said, facts_hash, spelled["packs"])
        asked = (each.planned_id, each.account_id, debtor_id, each.channel, each.agent)
        later = None if isinstance(said, Allow) else said.next_allowed_at
        decisions.append(
            (
                *(decision_id, *asked, at, isinstance(said, Allow), canonical_json(spelled["reasons"])),
                *(later and kept_time(later, connection.dialect), given, facts_hash),
                canonical_json({"versions": spelled["packs"], "shadow": spelled["shadow"]}),
            )
        )
        if isinstance(said, Deny):
            answers.append(Refused(decision_id, said.codes, said.next_allowed_at))
            continue
        attempt_id, number = work.new_id(), facts.action.number_id
        work.audit("attempt.reserved", attempt_id, {"decision": decision_id, "account": each.account_id})
        attempts.append((attempt_id, decision_id, *asked, "outbound", number, "reserved", at))
        # An attempt without an outcome counts as 'unknown', and so toward every cap.
        past = PastContact(work.now, each.channel, "outbound", "unknown", each.account_id, number)
        people.by_id[debtor_id].history.append(past)
        answers.append(Reserved(attempt_id, decision_id, each.account_id, debtor_id, each.channel, each.agent))
    for table, columns, rows in (("decision", _DECISION, decisions), ("attempt", _ATTEMPT, attempts)):
        if rows:
            write_rows(connection, table, columns, rows)
    return answers


def _tell(
    work: UnitOfWork, wanted: Wanted, decision_id: str, said: Allow | Deny, facts_hash: str, versions: list[str]
) -> None:
    """The audit chain hears of a decision."""
    work.audit(
        "contact.decided",
        decision_id,
        {
            "account": wanted.account_id,
            "channel": wanted.channel,
            "agent": wanted.agent,
            "allowed": isinstance(said, Allow),
            "codes": [] if isinstance(said, Allow) else list(said.codes),
            "facts_hash": facts_hash,
            "packs": versions,
        },
    )
