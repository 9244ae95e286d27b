"""Did every contact live its life in order: planned, allowed, reserved, set out, ended; and was none forgotten?"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Final

from rehearsal.recheck.rows import Row, Rows
from rehearsal.recheck.told import Told
from rehearsal.recheck.violation import Violation

UNDER_WAY: Final = ("reserved", "placing")
ENDED: Final = ("finished", "unknown", "released")


def check(rows: Rows, told: Told, *, at_rest: bool) -> Iterator[Violation]:
    """Every breach in the order of things.

    :param at_rest: nobody works on the ledger any more, so nothing may be waiting or under way.
    """
    tried, denied = defaultdict[str, list[Row]](list), set[str]()
    for attempt in rows.attempts:
        if attempt["direction"] == "outbound":
            yield from _decision(attempt, rows.decisions.get(attempt["decision_id"]), told)
        yield from _attempt(attempt, told, at_rest)
        # By the decision: a released attempt may have let go of what was planned.
        planned_id = (rows.decisions.get(attempt["decision_id"]) or {}).get("planned_id")
        if planned_id is not None and attempt["status"] != "released":
            tried[planned_id].append(attempt)
    for decision in rows.decisions.values():
        yield from _in_chain(decision, told)
        if decision["planned_id"] is not None and not decision["allowed"]:
            denied.add(decision["planned_id"])
    for planned in rows.planned:
        yield from _planned(planned, tried[planned["id"]], planned["id"] in denied, at_rest)


def _decision(attempt: Row, decision: Row | None, told: Told) -> Iterator[Violation]:
    if decision is None:
        yield _of(attempt, "decision.missing", "an attempt without a decision")
        return
    if not decision["allowed"]:
        yield _of(attempt, "decision.denied", "an attempt after a denial")
    decided, reserved = (
        told.first(decision["id"], "contact.decided"),
        told.first(attempt["id"], "attempt.reserved"),
    )
    in_wrong_order = decided is not None and reserved is not None and decided.seq > reserved.seq
    if decision["at"] > attempt["reserved_at"] or in_wrong_order:
        yield _of(attempt, "decision.late", "the decision was made after the attempt")
    for column in ("debtor_id", "account_id", "channel", "agent"):
        if decision[column] != attempt[column]:
            yield _of(attempt, "decision.other_contact", f"the decision was about another {column}")


def _in_chain(decision: Row, told: Told) -> Iterator[Violation]:
    """The chain must tell of a decision what its row tells."""
    entry = told.first(decision["id"], "contact.decided")
    if entry is None:
        yield Violation("audit.missing", decision["id"], decision["at"], "a decision without an entry in the chain")
        return
    row = {"account": decision["account_id"]} | {name: decision[name] for name in ("channel", "agent", "allowed")}
    for name, value in row.items():
        if entry.facts.get(name) != value:
            yield Violation("audit.differs", decision["id"], decision["at"], f"the chain tells of another {name}")


def _attempt(attempt: Row, told: Told, at_rest: bool) -> Iterator[Violation]:
    entries = [entry for entry in told.entries.get(attempt["id"], []) if entry.kind.startswith("attempt.")]
    status, outcome = attempt["status"], attempt["outcome"]
    if not any(entry.kind == "attempt.reserved" for entry in entries):
        yield _of(attempt, "audit.missing", "an attempt without an entry in the chain")
    elif status in ENDED and len(entries) == 1:
        yield _of(attempt, "audit.missing", f"an attempt that is {status} without an entry that says so")
    if status in UNDER_WAY:
        if at_rest:
            yield _of(attempt, "attempt.left_over", f"still {status} after everybody had gone")
    elif status not in ENDED:
        yield _of(attempt, "attempt.status_unknown", f"no such status: {status}")
    elif (outcome is None) is not (status == "released") or (status == "unknown" and outcome != "unknown"):
        yield _of(attempt, "attempt.contradicts_itself", f"{status} with the outcome {outcome}")


def _planned(planned: Row, tried: list[Row], denied: bool, at_rest: bool) -> Iterator[Violation]:
    status = planned["status"]
    if len(tried) > 1:
        yield Violation("planned.tried_twice", planned["id"], planned["slot"], f"{len(tried)} attempts at one contact")
    if status == "planned" and at_rest:
        yield Violation("planned.left_over", planned["id"], planned["slot"], "was due and nobody looked at it")
    kept = {"planned": not tried, "allowed": bool(tried), "denied": denied and not tried, "superseded": not tried}
    if not kept.get(status, False):
        yield Violation(
            "planned.lost", planned["id"], planned["slot"], f"{status}, but the records do not tell the same"
        )


def _of(attempt: Row, rule: str, what: str) -> Violation:
    return Violation(rule, attempt["id"], attempt["reserved_at"], what)
