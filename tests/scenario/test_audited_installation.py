"""The audit chain of a ledger with its heads and its anchor, on both databases."""

from __future__ import annotations

import json
import shutil
import subprocess
from datetime import datetime
from pathlib import Path

import pytest
from engines import OpenLedger
from seeded import HEAD_KEY, KEYS, StoppedClock
from sqlalchemy import text
from tampering import Entry, tampered

from app.auditing import Anchored, Auditing, NoSuchEntry, anchor, broken_since, check, remember
from ledger.audit_anchor import AnchorUnusable, append_heads, read_heads
from ledger.audit_check import ChainBroken, Whole, exported
from ledger.audit_heads import head_of, heads, line_of, load_or_create
from ledger.audit_rows import chain_rows
from ledger.audit_timestamp import request
from ledger.keys import KeysUnusable
from ledger.ledger import Ledger
from ledger.tables import AuditHead


def note(ledger: Ledger, count: int) -> None:
    for number in range(count):
        with ledger.begin() as work:
            work.audit("a.thing", f"thing-{number}", {"by": "王经理", "n": number})


def tamper(ledger: Ledger, statement: str) -> None:
    with ledger.begin() as work:
        work.session.connection().exec_driver_sql(statement)


def broken(auditing: Auditing, since: int = 0) -> ChainBroken:
    found = check(auditing, since).found
    assert isinstance(found, ChainBroken)
    return found


@pytest.fixture
def auditing(ledger_on: OpenLedger, tmp_path: Path) -> Auditing:
    return Auditing(ledger_on(StoppedClock()), HEAD_KEY, tmp_path / "anchor.jsonl")


def test_heads_go_to_the_anchor_once_and_an_idle_hour_adds_none(auditing: Auditing) -> None:
    assert anchor(auditing) is None
    note(auditing.ledger, 3)
    made = anchor(auditing)
    assert isinstance(made, Anchored)
    assert (made.head.seq, made.written) == (3, 1)
    again = anchor(auditing)
    assert isinstance(again, Anchored)
    assert again.written == 0
    note(auditing.ledger, 2)
    anchor(auditing)
    assert auditing.anchor is not None
    assert [head.seq for head in read_heads(auditing.anchor)] == [3, 5]
    assert auditing.anchor.stat().st_mode & 0o777 == 0o600
    verdict = check(auditing)
    assert isinstance(verdict.found, Whole)
    assert (verdict.found.checked, verdict.found.marked, verdict.heads, verdict.anchored) == (5, 5, 2, 5)


def test_heads_that_could_not_be_written_go_to_the_anchor_the_next_time(auditing: Auditing, tmp_path: Path) -> None:
    away = Auditing(auditing.ledger, HEAD_KEY, tmp_path / "not mounted" / "anchor.jsonl")
    for _ in range(2):
        note(auditing.ledger, 1)
        with pytest.raises(AnchorUnusable, match="cannot be written"):
            anchor(away)
    assert away.anchor is not None
    away.anchor.parent.mkdir()
    anchor(away)
    assert [head.seq for head in read_heads(away.anchor)] == [1, 2]


def test_a_tail_cut_off_is_missed_with_the_anchor_and_only_with_it(auditing: Auditing) -> None:
    note(auditing.ledger, 4)
    anchor(auditing)
    tamper(auditing.ledger, "DELETE FROM auditentry WHERE seq > 2")
    assert broken(auditing).seq == 3
    assert broken(Auditing(auditing.ledger, HEAD_KEY)).seq == 3
    tamper(auditing.ledger, "DELETE FROM audithead")
    assert check(Auditing(auditing.ledger, HEAD_KEY)).intact
    assert broken(auditing) == ChainBroken(
        3, "is missing: the anchor of 2026-03-04T09:00:00+00:00 knows 4 entries", vouched=0
    )


def test_a_forged_head_is_found(auditing: Auditing) -> None:
    note(auditing.ledger, 4)
    anchor(auditing)
    tamper(auditing.ledger, "UPDATE audithead SET seq = 2")
    assert broken(auditing) == ChainBroken(2, "has a head that is not signed with our key", vouched=0)


def test_a_check_behind_an_entry_looks_at_that_entry_and_at_what_is_new(auditing: Auditing) -> None:
    note(auditing.ledger, 6)
    verdict = check(auditing_without_anchor(auditing), since=4)
    assert isinstance(verdict.found, Whole)
    assert (verdict.found.end.seq, verdict.found.checked) == (6, 2)
    with pytest.raises(NoSuchEntry, match="no entry 7"):
        check(auditing_without_anchor(auditing), since=7)
    tamper(auditing.ledger, "UPDATE auditentry SET subject = 'x' WHERE seq IN (1, 4)")
    assert broken(auditing_without_anchor(auditing), since=4).seq == 4
    assert check(auditing_without_anchor(auditing), since=2).found == ChainBroken(4, "was altered")


def auditing_without_anchor(auditing: Auditing) -> Auditing:
    return Auditing(auditing.ledger, auditing.key)


def test_no_head_is_made_over_a_break(auditing: Auditing) -> None:
    note(auditing.ledger, 3)
    tamper(auditing.ledger, "UPDATE auditentry SET kind = 'another.thing' WHERE seq = 2")
    assert anchor(auditing) == ChainBroken(2, "was altered")
    with auditing.ledger.read() as work:
        assert heads(work) == []


def test_only_a_check_of_the_whole_chain_says_that_all_is_well_again(auditing: Auditing) -> None:
    clock, ledger = auditing.ledger.clock, auditing.ledger
    bad = ChainBroken(2, "was altered")
    note(ledger, 3)
    whole = check(auditing_without_anchor(auditing)).found
    told = []
    for since, found in ((0, whole), (2, bad), (2, whole), (0, whole), (0, bad), (3, whole)):
        clock.advance(hours=1)  # type: ignore[attr-defined]
        with ledger.begin() as work:
            remember(work, since, found)
        with ledger.read() as work:
            told.append(broken_since(work))
    assert [each and each[0] for each in told] == [None, 2, 2, None, 2, 2]


def test_an_anchor_survives_a_power_cut_in_the_middle_of_a_line(auditing: Auditing, tmp_path: Path) -> None:
    note(auditing.ledger, 2)
    made = anchor(auditing)
    assert isinstance(made, Anchored)
    line = line_of(made.head)
    for kept in (line, f"{line}\n"):
        for cut in (1, 20, len(line) - 1):
            file = tmp_path / f"cut-{len(kept)}-{cut}"
            file.write_text(f"{line}\n{line[:cut]}")
            assert len(read_heads(file)) == 1
            append_heads(file, [made.head])
            assert len(read_heads(file)) == 2
    other = tmp_path / "other"
    for wrong in ("nonsense\n", f"{line}x\n", f" {line}\n", line.replace("amends", "others") + "\n", "[]\n", "\xff\n"):
        other.write_text(wrong, encoding="latin-1")
        with pytest.raises(AnchorUnusable):
            read_heads(other)
    with pytest.raises(AnchorUnusable, match="cannot be read"):
        read_heads(tmp_path)


def test_a_head_is_read_as_it_was_written_and_in_no_other_way(auditing: Auditing) -> None:
    note(auditing.ledger, 1)
    made = anchor(auditing)
    assert isinstance(made, Anchored)
    line = line_of(made.head)
    read = head_of(line)
    assert read is not None
    assert HEAD_KEY.signed(read)
    for old, new in (('"seq":1', '"seq":2'), ("09:00", "09:01"), ('hash":"', 'hash":"0')):
        changed = line.replace(old, new)
        forged = head_of(changed)
        assert changed != line
        assert forged is None or not HEAD_KEY.signed(forged)
    stranger = AuditHead(**(read.model_dump() | {"key_id": "0" * 16}))
    assert not HEAD_KEY.signed(stranger)


def test_the_key_of_heads_is_its_owners_alone_and_is_never_replaced(tmp_path: Path) -> None:
    file = tmp_path / "audit-head-key"
    made = load_or_create(file)
    assert file.stat().st_mode & 0o777 == 0o600
    assert load_or_create(file).id == made.id
    file.unlink()
    with pytest.raises(KeysUnusable, match="put it back"):
        load_or_create(file, may_create=False)
    file.write_text("no key")
    with pytest.raises(KeysUnusable, match="expected an Ed25519 key"):
        load_or_create(file)


@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl reads the request, and there is none here")
def test_openssl_reads_the_time_stamp_request(tmp_path: Path) -> None:
    document, asked = tmp_path / "head", tmp_path / "request.tsq"
    document.write_bytes(b"a head")
    asked.write_bytes(request(document.read_bytes()))
    read = ["openssl", "ts", "-query", "-in", asked, "-text"]
    said = subprocess.run(read, capture_output=True, text=True, check=True)
    assert "Hash Algorithm: sha256" in said.stdout
    assert "Certificate required: yes" in said.stdout
    made = subprocess.run(
        ["openssl", "ts", "-query", "-data", document, "-sha256", "-cert", "-no_nonce"], capture_output=True, check=True
    )
    assert made.stdout == asked.read_bytes()


def raw_rows(ledger: Ledger) -> list[Entry]:
    return [json.loads(exported(row)) for row in chain_rows(ledger)]


def lay_down(ledger: Ledger, entries: list[Entry]) -> None:
    """Write a chain over the one in the database, by SQL alone."""
    columns = ("seq", "at", "kind", "subject", "facts", "previous_hash", "hash", "signature")
    with ledger.begin() as work:
        connection = work.session.connection()
        connection.exec_driver_sql("DELETE FROM auditentry")
        for entry in entries:
            told = [entry[name] for name in ("seq", "at", "kind", "subject", "facts", "previous", "hash", "signature")]
            told[1] = datetime.fromisoformat(told[1]).replace(tzinfo=None).isoformat(" ", "microseconds")
            told[4] = json.dumps(told[4], ensure_ascii=False)
            values = ", ".join(str(each) if isinstance(each, int) else f"'{each}'" for each in told)
            connection.execute(
                text(f"INSERT INTO auditentry ({', '.join(columns)}) VALUES ({values})".replace(":", "\\:"))
            )


def test_tampering_with_the_rows_of_a_database_is_found_with_its_place(auditing: Auditing) -> None:
    ledger = auditing.ledger
    note(ledger, 6)
    anchor(auditing)
    note(ledger, 6)
    anchor(auditing)
    whole, tried = raw_rows(ledger), 0
    for seed in range(45):
        done = tampered(seed, whole, KEYS.audit)
        numbers = [entry["seq"] for entry in done.entries]
        if numbers != sorted(set(numbers)):
            continue  # no table holds one number twice, or gives rows back in another order
        tried += 1
        lay_down(ledger, done.entries)
        found = broken(auditing)
        if done.with_key and found.vouched is not None:
            assert found.vouched < done.first <= found.seq, done.what
        else:
            assert found.seq == done.first, done.what
    assert tried > 20
    lay_down(ledger, whole)
    assert check(auditing).intact
