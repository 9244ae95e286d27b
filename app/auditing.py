"""The audit chain looked after: checked against its heads and the anchor, its end signed and anchored outside."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import func
from sqlmodel import col, select

from ledger.audit_anchor import AnchorUnusable, append_heads, read_heads
from ledger.audit_check import BEGINNING, ChainBroken, Mark, Point, Row, Whole, walk
from ledger.audit_form import spelled_time
from ledger.audit_heads import HeadKey, heads
from ledger.audit_rows import chain_rows, entry_at
from ledger.ledger import Ledger, UnitOfWork
from ledger.tables import AuditCheck, AuditHead

Passed = Callable[[Iterable[Row]], Iterator[Row]]
"""Sees the rows of a check go by, and lets each of them go on."""


class NoSuchEntry(Exception):
    """A check was to begin behind an entry that there is not; the message is one clear line."""


@dataclass(frozen=True, slots=True)
class Auditing:
    """What the chain of one installation is looked after with."""

    ledger: Ledger
    key: HeadKey
    anchor: Path | None = None
    """Where heads go, outside; None keeps them in the ledger alone."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a check found, and against how many heads and lines of the anchor."""

    found: Whole | ChainBroken
    heads: int
    anchored: int | None
    """The last entry that the anchor knows; None when there was no anchor to look at."""
    anchor_lost: int = 0
    """Heads that were written to an anchor and are not in this one: it was cut, or it is another."""
    ledger_lost: int = 0
    """Heads in the anchor that the ledger no longer has."""

    @property
    def intact(self) -> bool:
        return isinstance(self.found, Whole)


@dataclass(frozen=True, slots=True)
class Anchored:
    """A new head, or the one that the chain's end had already, and how many were written to the anchor now."""

    head: AuditHead
    written: int


def check(auditing: Auditing, since: int = 0, passed: Passed | None = None) -> Verdict:
    """Walk the chain behind the entry `since` and hold it against every head and the anchor.

    :raises NoSuchEntry: there is no entry `since`.
    :raises AnchorUnusable: the anchor cannot be read.
    """
    with auditing.ledger.read() as work:
        kept = heads(work)
    outside = read_heads(auditing.anchor) if auditing.anchor is not None else []
    marks = [_mark(auditing.key, head, "head") for head in kept]
    marks += [_mark(auditing.key, head, "anchor") for head in outside]
    anchored = max((head.seq for head in outside), default=0) if auditing.anchor is not None else None
    start = _start(auditing.ledger, since, auditing.ledger.keys.audit, marks)
    if isinstance(start, ChainBroken):
        return Verdict(start, len(kept), anchored)
    inside, beyond = {head.seq for head in kept}, {head.seq for head in outside}
    written = {head.seq for head in kept if head.anchored_at is not None}
    lost = (len(written - beyond), len(beyond - inside)) if auditing.anchor is not None else (0, 0)
    rows: Iterable[Row] = chain_rows(auditing.ledger, start)
    if passed is not None:
        rows = passed(rows)
    return Verdict(walk(rows, auditing.ledger.keys.audit, marks, start), len(kept), anchored, *lost)


def _mark(key: HeadKey, head: AuditHead, kept: str) -> Mark:
    return Mark(head.seq, head.hash if key.signed(head) else None, spelled_time(head.at), kept)


def _start(ledger: Ledger, since: int, key: bytes, marks: list[Mark]) -> Point | ChainBroken:
    """The place behind an entry, when that entry is right by itself and by the marks on it."""
    if since == 0:
        return BEGINNING
    with ledger.read() as work:
        row = entry_at(work, since)
    if row is None:
        raise NoSuchEntry(f"there is no entry {since} in the audit chain")
    found = walk([row], key, [mark for mark in marks if mark.seq == since], Point(since - 1, row[5]))
    return found if isinstance(found, ChainBroken) else found.end


def anchor(auditing: Auditing) -> Anchored | ChainBroken | None:
    """Sign the end of the chain and write to the anchor every head that it does not have yet; None for an empty chain.

    What came since the last head is checked before: a head over a broken chain would vouch for the break.

    :raises AnchorUnusable: the anchor cannot be written or read; the heads stay, and go there the next time.
    """
    ledger = auditing.ledger
    with ledger.read() as work:
        last = work.session.exec(select(func.max(AuditHead.seq))).one() or 0
    verdict = check(Auditing(ledger, auditing.key), since=last)
    if isinstance(verdict.found, ChainBroken):
        return verdict.found
    end = verdict.found.end
    if end.seq == 0:
        return None
    with ledger.begin() as work:
        head = work.session.get(AuditHead, end.seq)
        if head is None:
            head = auditing.key.sign(end, work.now)
            work.session.add(head)
    return Anchored(head, _write_out(auditing) if auditing.anchor is not None else 0)


def _write_out(auditing: Auditing) -> int:
    """Write the heads that the anchor lacks: new ones, and those that somebody cut off."""
    if auditing.anchor is None:
        return 0
    there: set[int] | None = set()
    if auditing.anchor.exists():
        try:
            there = {head.seq for head in read_heads(auditing.anchor)}
        except AnchorUnusable:
            there = None  # new heads still belong behind what nobody can read
    with auditing.ledger.read() as work:
        kept = heads(work)
    left = [head for head in kept if head.anchored_at is None or (there is not None and head.seq not in there)]
    if left:
        append_heads(auditing.anchor, left)
        with auditing.ledger.begin() as work:
            for head in left:
                work.session.get_one(AuditHead, head.seq).anchored_at = work.now
    return len(left)


def remember(work: UnitOfWork, since: int, found: Whole | ChainBroken) -> None:
    """Note what a check found, for the pages."""
    last, broken = (found.end.seq, None) if isinstance(found, Whole) else (found.seq - 1, found.seq)
    work.session.add(AuditCheck(id=work.new_id(), at=work.now, since=since, entries=last, broken_at=broken))


def broken_since(work: UnitOfWork) -> tuple[int, datetime] | None:
    """The first entry that the last checks found broken, and when; None while the chain is whole, as far as we know.

    Only a check of the whole chain says that all is well again.
    """
    newest = col(AuditCheck.at).desc()
    full = work.session.exec(select(AuditCheck).where(AuditCheck.since == 0).order_by(newest)).first()
    if full is not None and full.broken_at is not None:
        return full.broken_at, full.at
    later = select(AuditCheck).where(col(AuditCheck.broken_at).is_not(None)).order_by(col(AuditCheck.at))
    if full is not None:
        later = later.where(AuditCheck.at > full.at)
    first = work.session.exec(later).first()
    return None if first is None or first.broken_at is None else (first.broken_at, first.at)
