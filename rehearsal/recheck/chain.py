"""The audit chain, walked by other feet: the hash and the signature are computed here once more from their document."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterable, Iterator

from rehearsal.recheck.lookup import Lookup
from rehearsal.recheck.rows import Row
from rehearsal.recheck.violation import Violation


def walk(entries: Iterable[Row], key: bytes, into: Lookup) -> Iterator[Violation | None]:
    """For each entry None, or at the first that is not what was written why; after it nothing can be known.

    :param entries: raw rows in `seq` order.
    :param key: the audit key.
    :param into: keeps every entry, those after a break as well.
    """
    previous, whole = "0" * 64, True
    for expected, entry in enumerate(entries, start=1):
        into.note_entry(entry)
        why = _broken(entry, expected, previous, key) if whole else None
        whole = whole and why is None
        yield None if why is None else Violation("audit.chain", str(entry["seq"]), entry["at"], why)
        previous = entry["hash"]


def _broken(entry: Row, expected: int, previous: str, key: bytes) -> str | None:
    if entry["seq"] != expected:
        return f"entry {expected} is missing"
    if entry["previous_hash"] != previous:
        return "does not follow the entry before it"
    written = json.dumps(
        {
            "at": entry["at"].isoformat(),
            "facts": entry["facts"],
            "kind": entry["kind"],
            "previous": previous,
            "seq": expected,
            "subject": entry["subject"],
        },
        sort_keys=True,
        separators=(",", ":"),
        ensure_ascii=False,
    )
    digest = hashlib.sha256(written.encode()).hexdigest()
    if digest != entry["hash"]:
        return "was altered"
    if hmac.new(key, digest.encode(), "sha256").hexdigest() != entry["signature"]:
        return "is not signed with our key"
    return None
