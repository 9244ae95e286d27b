"""Commands on the audit chain: verify, anchor, key. Exit 1: the chain is broken. Exit 2: the question was wrong."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any, BinaryIO

import typer
from sqlalchemy import inspect

from app import wiring
from app.auditing import Auditing, Verdict, check, remember
from app.auditing import anchor as anchor_chain
from app.cli.console import BadInput, answer, existing, operator, refuse, table
from app.cli.records import AsJson
from app.settings import Settings
from ledger.audit_anchor import append_heads
from ledger.audit_check import ChainBroken, Row, exported
from ledger.audit_heads import line_of
from ledger.audit_timestamp import request

BROKEN = 1
"""The exit status that says so."""
NO_ANCHOR = "without an anchor, entries cut off from the end would not be missed; see AMENDS_AUDIT_ANCHOR"


def register(cli: typer.Typer) -> None:
    chain = typer.Typer(help="The audit chain.", no_args_is_help=True)
    for command in (verify, anchor, key):
        chain.command()(command)
    cli.add_typer(chain, name="audit")


def verify(
    export: Annotated[Path | None, typer.Option(help="Also write every entry there, for others to check.")] = None,
    anchor: Annotated[Path | None, typer.Option(help="The anchor; AMENDS_AUDIT_ANCHOR when not given.")] = None,
    since: Annotated[int, typer.Option(min=0, help="Begin behind this entry, which is checked by itself.")] = 0,
    as_json: AsJson = False,
) -> None:
    """Check the audit chain; name the first entry altered, dropped, inserted or moved. Exit 1: the chain is broken."""
    auditing = _auditing()
    if anchor is not None:
        auditing = replace(auditing, anchor=existing(anchor))
    elif auditing.anchor is not None and not auditing.anchor.exists():
        raise BadInput(f"the anchor {auditing.anchor} is not there; `amends audit anchor` begins one")
    if export is None:
        verdict = check(auditing, since)
    elif since:
        raise BadInput("--export writes the whole chain, and --since is for a part of it")
    else:
        verdict = _exported(auditing, export)
    with auditing.ledger.begin() as work:
        remember(work, since, verdict.found)
    answer(_told(verdict, since), as_json=as_json, text=lambda: _in_words(verdict, since))
    if isinstance(verdict.found, ChainBroken):
        raise typer.Exit(refuse(_broken(verdict.found), BROKEN))


def anchor(
    to: Annotated[Path | None, typer.Option(help="Another file to append it to, besides AMENDS_AUDIT_ANCHOR.")] = None,
    timestamp_request: Annotated[
        Path | None, typer.Option(help="Also write a request that a time-stamp authority (RFC 3161) can answer.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Sign the end of the chain now, and append it to the anchor outside."""
    auditing = _auditing()
    made = anchor_chain(auditing)
    if made is None:
        raise BadInput("the audit chain is empty: there is nothing to anchor")
    if isinstance(made, ChainBroken):
        raise typer.Exit(refuse(f"{_broken(made)}; nothing was signed", BROKEN))
    if to is not None:
        append_heads(to, [made.head])
    told: dict[str, Any] = {"entries": made.head.seq, "hash": made.head.hash, "at": made.head.at}
    told |= {"anchor": auditing.anchor, "written": made.written, "also": to}
    if timestamp_request is not None:
        stamped = line_of(made.head).encode()
        document = timestamp_request.with_name(f"{timestamp_request.name}.head")
        document.write_bytes(stamped)
        timestamp_request.write_bytes(request(stamped))
        told |= {"timestamp_request": timestamp_request, "stamped": document}
    answer(told, as_json=as_json, text=lambda: table(told))


def key(as_json: AsJson = False) -> None:
    """The public key that heads and anchors are checked with: for the auditor, long before it is needed."""
    found = _auditing().key
    told = {"key_id": found.id, "public_key": found.public_pem}
    answer(told, as_json=as_json, text=lambda: found.public_pem.rstrip("\n"))


def _auditing() -> Auditing:
    settings = Settings()
    ledger = wiring.open_ledger(settings)
    kept = set(inspect(ledger.engine).get_table_names())
    if gone := [table for table in ("auditentry", "audithead", "auditcheck") if table not in kept]:
        raise typer.Exit(refuse(f"the audit chain is broken: the table {gone[0]} is gone", BROKEN))
    return wiring.auditing_of(settings, ledger)


def _exported(auditing: Auditing, file: Path) -> Verdict:
    """Check the chain and write the very rows that were checked; that they left the house is an entry, too."""
    with _new_file(file) as out:
        copied = _Copy(out)
        verdict = check(auditing, passed=copied.through)
        copied.rest()
    with auditing.ledger.begin() as work:
        facts = {"what": "audit", "rows": copied.rows, "by": operator()}
        work.audit("export.made", copied.sha256.hexdigest(), facts)
    return verdict


class _Copy:
    """What goes by, written down."""

    def __init__(self, out: BinaryIO) -> None:
        self._out = out
        self._going: Iterator[Row] = iter(())
        self.sha256 = hashlib.sha256()
        self.rows = 0

    def through(self, rows: Iterable[Row]) -> Iterator[Row]:
        self._going = self._written(rows)
        return self._going

    def rest(self) -> None:
        """What lies behind the place where the check stopped."""
        for _ in self._going:
            pass

    def _written(self, rows: Iterable[Row]) -> Iterator[Row]:
        for row in rows:
            line = f"{exported(row)}\n".encode(errors="surrogateescape")
            self._out.write(line)
            self.sha256.update(line)
            self.rows += 1
            yield row


@contextmanager
def _new_file(file: Path) -> Iterator[BinaryIO]:
    """A file for its owner alone that is there when all of it is written, and not at all before."""
    if file.exists():
        raise BadInput(f"{file} is there already, and an export overwrites nothing")
    unfinished = file.with_name(f".{file.name}.unfinished")
    unfinished.unlink(missing_ok=True)
    try:
        with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
            yield out
            out.flush()
            os.fsync(out.fileno())
        unfinished.rename(file)
    finally:
        unfinished.unlink(missing_ok=True)


def _told(verdict: Verdict, since: int) -> dict[str, Any]:
    found = verdict.found
    told: dict[str, Any] = {"intact": verdict.intact, "since": since, "heads": verdict.heads}
    told |= {"anchored": verdict.anchored, "tail_guarded": verdict.anchored is not None}
    told |= {"anchor_lost": verdict.anchor_lost, "ledger_lost": verdict.ledger_lost}
    if isinstance(found, ChainBroken):
        return told | {"first_broken": found.seq, "vouched": found.vouched, "why": found.why}
    return told | {"entries": found.end.seq, "checked": found.checked, "hash": found.end.hash}


def _in_words(verdict: Verdict, since: int) -> str:
    if isinstance(verdict.found, ChainBroken):
        return "broken"
    found = verdict.found
    what = f"{found.end.seq} entries" if since == 0 else f"entries {since} to {found.end.seq}"
    guard = NO_ANCHOR if verdict.anchored is None else f"the anchor knows {verdict.anchored} of them"
    return "\n".join([f"intact: {what}, {verdict.heads} heads; {guard}", *_lost(verdict)])


def _lost(verdict: Verdict) -> Iterator[str]:
    if verdict.anchor_lost:
        yield f"the anchor lacks {verdict.anchor_lost} heads that were written out: it was cut, or it is another one"
    if verdict.ledger_lost:
        yield f"the database lacks {verdict.ledger_lost} heads that the anchor has: somebody deleted them"


def _broken(found: ChainBroken) -> str:
    known = "" if found.vouched is None else f"; what is vouched for ends with entry {found.vouched}"
    return f"the audit chain is broken: entry {found.seq} {found.why}{known}"
