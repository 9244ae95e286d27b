"""What the independent re-check finds broken, by talk."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

from ledger.ledger import Ledger
from rehearsal.recheck import recheck
from rehearsal.talks.record import TalkRecord


def violations_by_talk(ledger: Ledger, records: Sequence[TalkRecord]) -> Mapping[str, tuple[str, ...]]:
    """The rules broken, by conversation id; under "" those that belong to no talk of `records`."""
    owner = {record.conversation_id: record.conversation_id for record in records}
    owner |= {promise.id: record.conversation_id for record in records for promise in record.promises}
    owner |= {part: record.conversation_id for record in records for plan in record.plans for part in plan.promise_ids}
    found: dict[str, list[str]] = defaultdict(list)
    for violation in recheck(ledger.engine, ledger.keys).violations:
        found[owner.get(violation.subject, "")].append(violation.rule)
    return {talk: tuple(rules) for talk, rules in found.items()}
