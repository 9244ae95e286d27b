"""Every column that lies in clear was put on this list by somebody who thought about it.

A new text or JSON column fails here. Seal it (`..._sealed`, bytes), or list it once you know that it never holds a
name, a number that reaches somebody, an address, an ID or what somebody said.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Date, DateTime, Float, Integer, LargeBinary
from sqlmodel import SQLModel

import ledger.tables  # noqa: F401  (registers the tables)
from ledger.columns import Cents, UtcDateTime

FIGURES = (Integer, BigInteger, Float, Boolean, Date, DateTime, UtcDateTime, Cents)
IN_CLEAR = {
    "auditentry": {"kind", "subject", "facts", "previous_hash", "hash", "signature"},
    "debtor": {"external_ref", "phone_index", "identity_hash", "language", "jurisdictions", "tz_candidates"},
    "importbatch": {"source_name", "source_sha256", "layout"},
    "strategyversion": {"status", "settings", "author", "note", "approved_by", "accepted"},
    "account": {"external_ref", "product", "currency", "status"},
    "accountsnapshot": {"own"},
    "consent": {"kind", "status", "source"},
    "contactwish": {"kind", "days", "hours", "value", "source"},
    "reportedcontact": {"reported_ref", "by", "channel", "direction", "outcome", "target", "number_index"},
    "dispatchswitch": {"state", "why", "figures", "by"},
    "audithead": {"hash", "key_id", "signature"},
    "keycheck": {"value"},
    "experiment": {"name", "status", "design", "author", "conclusion"},
    "feedcheck": {"batch_id", "kind", "status", "findings", "accepted_by", "accepted_reason"},
    "plannedcontact": {"channel", "agent", "treatment", "status", "why"},
    "score": {"run_id", "account_id", "model_id", "reasons"},
    "decision": {"channel", "agent", "reasons", "facts", "facts_hash", "packs"},
    "tierassignment": {"run_id", "account_id", "score_id", "tier", "treatment", "why", "arm"},
    "attempt": {"channel", "agent", "direction", "number_index", "status", "outcome"},
    "conversation": {"channel", "language", "stage", "facts", "disposition"},
    "case": {"queue", "priority", "trigger", "language", "status", "leased_by"},
    "chatinvite": {"token_hash"},
    "chatreceipt": {"client_id"},
    "disclosure": {"kind", "language"},
    "hold": {"scope", "scope_value", "reason", "placed_by", "lift_asked_by", "lift_why", "lifted_by"},
    "instalmentplan": {"every", "currency", "status"},
    "page": {"notify"},
    "promise": {"currency", "status"},
    # The name of the file is 32 hexadecimal digits drawn by chance, and an ending.
    "recording": {"file", "status"},
    "confirmation": {"reference", "language", "status"},
    "turn": {"speaker", "language", "template", "intent", "trigger"},
    "wrapup": {"disposition", "by"},
}


def test_every_column_in_clear_is_listed() -> None:
    found: dict[str, set[str]] = {}
    for table in SQLModel.metadata.sorted_tables:
        for column in table.columns:
            opaque = column.primary_key or column.foreign_keys
            if not opaque and not isinstance(column.type, (LargeBinary, *FIGURES)):
                found.setdefault(table.name, set()).add(column.name)
    assert found == IN_CLEAR


def test_bytes_are_always_sealed() -> None:
    for table in SQLModel.metadata.sorted_tables:
        for column in table.columns:
            assert isinstance(column.type, LargeBinary) == column.name.endswith("_sealed")
