"""A thousand random tamperings with an audit chain: each is found, and its place named, by both verifiers."""

from __future__ import annotations

import importlib.util
import json
from collections import Counter
from pathlib import Path
from random import Random
from types import ModuleType

import pytest
from seeded import HEAD_KEY, KEYS, StoppedClock, fresh_ledger
from tampering import WAYS, Entry, Tampered, hashed, tampered

from ledger.audit_check import ChainBroken, Mark, Row, Whole, exported, walk
from ledger.audit_form import spelled
from ledger.audit_rows import chain_rows

ENTRIES, EVERY, TAMPERINGS = 150, 30, 1000


def alone() -> ModuleType:
    """The verifier that needs nothing of Amends."""
    spec = importlib.util.spec_from_file_location("verify_audit", Path(__file__).parents[2] / "scripts/verify_audit.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


VERIFIER = alone()


@pytest.fixture(scope="module")
def chain(tmp_path_factory: pytest.TempPathFactory) -> list[Entry]:
    chance, clock = Random(1), StoppedClock()
    ledger = fresh_ledger(tmp_path_factory.mktemp("chain") / "ledger.db", clock)
    for number in range(ENTRIES):
        with ledger.begin() as work:
            facts = {"n": number, "by": "王经理", "codes": ["HOURS"] * (number % 3), "allowed": chance.random() < 0.5}
            work.audit("contact.decided", f"id-{chance.randrange(10**6)}", facts)
        clock.advance(seconds=chance.randrange(100), microseconds=chance.randrange(3))
    return [json.loads(exported(row)) for row in chain_rows(ledger)]


def as_row(entry: Entry) -> Row:
    names = ("seq", "at", "kind", "subject", "facts", "previous", "hash", "signature")
    return tuple(spelled(entry[name]) if name == "facts" else entry[name] for name in names)  # type: ignore[return-value]


def ours(entries: list[Entry], marks: list[Mark]) -> tuple[int, int | None] | None:
    found = walk(map(as_row, entries), KEYS.audit, marks)
    return None if isinstance(found, Whole) else (found.seq, found.vouched)


def theirs(entries: list[Entry], marks: list[Mark]) -> tuple[int, int | None] | None:
    lines = [f"{spelled(entry)}\n".encode() for entry in entries]
    try:
        VERIFIER.check(lines, [(mark.seq, mark.hash, mark.at) for mark in marks], KEYS.audit)
    except VERIFIER.Broken as broken:
        return broken.seq, broken.vouched
    return None


def named(done: Tampered, found: tuple[int, int | None] | None) -> bool:
    """Exactly the first one; where only the anchor can tell, between the heads around it."""
    if found is None:
        return False
    seq, vouched = found
    if done.with_key and vouched is not None:
        return vouched < done.first <= seq <= vouched + EVERY
    return seq == done.first


def test_a_thousand_tamperings_are_all_found_and_the_first_entry_is_named(chain: list[Entry]) -> None:
    marks = [Mark(seq, chain[seq - 1]["hash"], "then", "anchor") for seq in range(EVERY, ENTRIES + 1, EVERY)]
    assert ours(chain, marks) is None
    assert theirs(chain, marks) is None
    ways: Counter[str] = Counter()
    missed = []
    for seed in range(TAMPERINGS):
        done = tampered(seed, chain, KEYS.audit)
        ways[done.what] += 1
        found = ours(done.entries, marks)
        if not named(done, found) or theirs(done.entries, marks) != found:
            missed.append((seed, done.what, done.first, found, theirs(done.entries, marks)))
    assert missed == []
    assert sum(ways.values()) == TAMPERINGS
    assert len(ways) > len(WAYS)


def test_only_an_anchor_finds_what_the_holder_of_the_key_did(chain: list[Entry]) -> None:
    with_key = [done for seed in range(200) if (done := tampered(seed, chain, KEYS.audit)).with_key]
    assert len(with_key) > 20
    assert [done.what for done in with_key if ours(done.entries, []) is not None] == []
    assert [done.what for done in with_key if theirs(done.entries, []) is not None] == []


def test_what_only_looks_different_in_a_chain_is_no_entry_of_an_export(chain: list[Entry]) -> None:
    text = spelled(chain[0])
    for other in (
        text.replace('"seq":1', '"seq":1.0'),
        text.replace('"seq":1', '"seq":true'),
        text.replace(",", ", "),
        text.replace('"n":0', '"n":0,"n":0'),
        text.replace('"n":0', '"n":NaN'),
        text[:-1] + ',"more":1}',
        text[:-1],
        "",
        "null",
        "7",
    ):
        assert other != text
        with pytest.raises(VERIFIER.Broken) as broken:
            VERIFIER.check([other.encode()], [], None)
        assert broken.value.seq == 1
    with pytest.raises(VERIFIER.Broken):
        VERIFIER.check([text.encode()[:-9] + b"\xff" + text.encode()[-8:]], [], None)


def test_the_hash_is_the_one_that_the_documentation_tells(chain: list[Entry]) -> None:
    assert [entry["hash"] for entry in chain] == [hashed(entry) for entry in chain]


def test_the_verifier_reads_signatures_as_the_library_makes_them() -> None:
    chance = Random(2)
    public = VERIFIER.base64.b64decode("".join(HEAD_KEY.public_pem.split("\n")[1:-2]))[12:]
    for _ in range(20):
        message = chance.randbytes(chance.randrange(200))
        signature = HEAD_KEY.private.sign(message)
        assert VERIFIER.signed_by(public, message, signature)
        place = chance.randrange(64)
        forged = signature[:place] + bytes([signature[place] ^ 1 << chance.randrange(8)]) + signature[place + 1 :]
        assert not VERIFIER.signed_by(public, message, forged)
        assert not VERIFIER.signed_by(public, message + b"x", signature)
        assert not VERIFIER.signed_by(chance.randbytes(32), message, signature)
    order = VERIFIER.ORDER.to_bytes(32, "little")
    assert not VERIFIER.signed_by(public, b"", HEAD_KEY.private.sign(b"")[:32] + order)
    assert not VERIFIER.signed_by(public, b"", b"")


def test_a_broken_chain_is_told_apart_from_a_whole_one_by_type() -> None:
    assert isinstance(walk([], b"k" * 32, [Mark(1, "f" * 64, "then", "head")]), ChainBroken)
