"""Walk the audit chain and name the first entry that is not what was written. Pure: rows in, a verdict out."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, NoReturn

from ledger.audit_form import GENESIS, digest, spelled

Row = tuple[Any, Any, Any, Any, Any, Any, Any, Any]
"""seq, at (ISO 8601), kind, subject, facts (JSON text), previous hash, hash, signature; or what a tamperer left."""


@dataclass(frozen=True, slots=True)
class Mark:
    """What the end of the chain was at one time, as a signed head or an anchor outside remembers it."""

    seq: int
    hash: str | None
    """None when it is not signed with our key."""
    at: str
    """ISO 8601."""
    kept: str
    """'head' or 'anchor'."""

    def objection(self, found: str) -> str:
        """What is wrong with an entry of that hash."""
        if self.hash is None:
            return f"has {_A[self.kept]} that is not signed with our key"
        return "" if self.hash == found else f"is not what the {self.kept} of {self.at} says"


@dataclass(frozen=True, slots=True)
class Point:
    """A place in the chain: the entry `seq` with its hash; nought and GENESIS are the place before the first."""

    seq: int = 0
    hash: str = GENESIS


BEGINNING = Point()
_A = {"head": "a head", "anchor": "an anchor"}


@dataclass(frozen=True, slots=True)
class Whole:
    """Every entry from the start of the check to `end` is what was written."""

    end: Point
    checked: int
    """Entries looked at."""
    marked: int
    """The last entry that a mark vouches for; entries cut off behind it would not be missed."""


@dataclass(frozen=True, slots=True)
class ChainBroken:
    """The first entry that is not what was written, and why we know."""

    seq: int
    why: str
    vouched: int | None = None
    """Where a mark found the break, and not the chain itself: the last entry that an earlier mark vouches for. Behind
    it, somebody who has the keys may have rewritten more."""


def walk(rows: Iterable[Row], key: bytes, marks: Iterable[Mark] = (), start: Point = BEGINNING) -> Whole | ChainBroken:
    """Check entries in the order they are kept in; memory does not grow with the chain.

    :param rows: all that come after `start`.
    :param key: the audit key, which the signatures were made with.
    :param marks: those behind `start` are looked at.
    """
    # What hmac would do anew for each entry.
    inner, outer = (hashlib.sha256(bytes(each ^ pad for each in key.ljust(64, b"\0"))) for pad in (0x36, 0x5C))
    waiting = sorted((mark for mark in marks if mark.seq > start.seq), key=lambda mark: mark.seq)
    previous, expected, vouched = start.hash, start.seq + 1, start.seq
    ahead = iter(waiting)
    mark = next(ahead, None)
    for seq, at, kind, subject, facts, follows, kept, signature in rows:
        if seq != expected:
            return ChainBroken(expected, "is missing or out of order")
        if follows != previous:
            return ChainBroken(expected, "does not follow the entry before it")
        if not _as_hashed(seq, at, kind, subject, facts, previous, kept):
            return ChainBroken(expected, "was altered")
        inside, outside = inner.copy(), outer.copy()
        inside.update(kept.encode())
        outside.update(inside.digest())
        if outside.hexdigest() != signature:
            return ChainBroken(expected, "is not signed with our key")
        while mark is not None and mark.seq == seq:
            if why := mark.objection(kept):
                return ChainBroken(expected, why, vouched)
            vouched, mark = seq, next(ahead, None)
        previous, expected = kept, expected + 1
    if mark is not None:
        why = f"is missing: the {mark.kept} of {mark.at} knows {mark.seq} entries"
        return ChainBroken(expected, why, vouched)
    return Whole(Point(expected - 1, previous), expected - 1 - start.seq, vouched)


def _as_hashed(seq: int, at: Any, kind: Any, subject: Any, facts: Any, previous: str, kept: Any) -> bool:
    try:
        if kept == digest(seq, at, kind, subject, facts, previous):
            return True
        # Entries lie there as they were hashed; only very old ones have spaces in their facts.
        return bool(kept == digest(seq, at, kind, subject, _respelled(facts), previous))
    except (TypeError, ValueError):  # no text, no JSON, no UTF-8: nothing that we ever wrote
        return False


def _respelled(facts: str) -> str:
    return spelled(_read(facts))


def _read(facts: str) -> dict[str, Any]:
    read = json.loads(facts, object_pairs_hook=_pairs, parse_constant=_constant)
    if not isinstance(read, dict):
        raise ValueError("no facts")
    return read


def _pairs(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    read = dict(pairs)
    if len(read) != len(pairs):
        raise ValueError("one name twice")  # which of the two counts would depend on the reader
    return read


def _constant(_name: str) -> NoReturn:
    raise ValueError("not a number")


def exported(row: Row) -> str:
    """An entry as one line of an export, as the stand-alone verifier reads it: canonical JSON with hash and signature.

    What was tampered with goes out as it lies there, for whoever reads it to find.
    """
    seq, at, kind, subject, facts, previous, kept, signature = row
    told: dict[str, Any] = {"at": at, "facts": facts, "hash": kept, "kind": kind, "previous": previous, "seq": seq}
    told |= {"signature": signature, "subject": subject}
    try:
        return spelled(told | {"facts": _read(facts)})
    except (TypeError, ValueError):
        return spelled({name: value if isinstance(value, int | str) else str(value) for name, value in told.items()})
