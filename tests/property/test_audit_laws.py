"""Whatever may stand in an entry comes out of both databases as it was hashed, and whatever may not never gets in."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from engines import OpenLedger
from hypothesis import HealthCheck, example, given
from hypothesis import settings as example_settings
from hypothesis import strategies as st
from seeded import HEAD_KEY, KEYS, START, StoppedClock
from tampering import hashed

from ledger.audit_check import Point, Whole, exported, walk
from ledger.audit_form import (
    LARGEST,
    NAMES,
    FactsRefused,
    digest,
    plainly_spelled,
    require_plain,
    spelled,
    spelled_time,
)
from ledger.audit_heads import head_of, line_of
from ledger.audit_rows import chain_rows
from ledger.ledger import Ledger

CODES = st.from_regex(r"[A-Za-z][A-Za-z0-9_.:/+-]{0,40}", fullmatch=True)
PEOPLE = st.text(st.characters(categories=("L", "N", "P", "S")), min_size=1, max_size=30)
PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers(-LARGEST, LARGEST) | CODES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(CODES, inner, max_size=3),
    max_leaves=8,
)
FACTS = st.dictionaries(CODES, PLAIN, max_size=4) | st.fixed_dictionaries({"by": PEOPLE, "n": st.integers(0, 9)})
TIMES = st.builds(
    lambda microseconds, zone: (START + timedelta(microseconds=microseconds)).astimezone(zone),
    st.integers(-(10**15), 10**15),
    st.sampled_from([UTC, timezone(timedelta(hours=5, minutes=45))]),
)
ENTRIES = st.lists(st.tuples(TIMES, CODES, FACTS), min_size=1, max_size=8)


@pytest.fixture
def ledger(ledger_on: OpenLedger) -> Ledger:
    return ledger_on(StoppedClock())


# One ledger for all examples, emptied before each: a database of its own for each would take minutes.
@example_settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(ENTRIES)
def test_what_is_read_back_is_what_was_hashed(ledger: Ledger, noted: list[tuple[datetime, str, Any]]) -> None:
    with ledger.begin() as work:
        work.session.connection().exec_driver_sql("DELETE FROM auditentry")
    for at, subject, facts in noted:
        ledger.clock.now = at  # type: ignore[attr-defined]
        with ledger.begin() as work:
            work.audit("a.thing", subject, facts)
    rows = list(chain_rows(ledger))
    found = walk(rows, KEYS.audit)
    assert isinstance(found, Whole)
    assert found.checked == len(noted)
    for row, (at, subject, facts) in zip(rows, noted, strict=True):
        entry = json.loads(exported(row))
        assert (entry["subject"], entry["facts"]) == (subject, facts)
        assert datetime.fromisoformat(entry["at"]) == at
        assert entry["hash"] == hashed(entry)


@given(TIMES, st.text(max_size=20), st.text(max_size=20), FACTS)
def test_an_entry_is_hashed_as_the_canonical_json_of_its_fields(
    at: datetime, kind: str, subject: str, facts: dict[str, Any]
) -> None:
    body = {"at": spelled_time(at), "facts": facts, "kind": kind, "previous": "0" * 64, "seq": 7, "subject": subject}
    assert digest(7, spelled_time(at), kind, subject, spelled(facts), "0" * 64) == hashed(body)


def words(value: Any, name: str = "") -> list[tuple[str, str]]:
    """Every text in some facts, with the name it stands under."""
    if isinstance(value, dict):
        return [("", key) for key in value] + [pair for key, each in value.items() for pair in words(each, key)]
    if isinstance(value, list):
        return [pair for each in value for pair in words(each, name)]
    return [(name, value)] if isinstance(value, str) else []


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=150) | st.binary(max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=20), inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(st.text(max_size=20), ANYTHING, max_size=4))
def test_no_free_text_and_nothing_that_is_spelled_in_two_ways_gets_in(facts: dict[str, Any]) -> None:
    try:
        require_plain("a.thing", "id", facts)
    except FactsRefused:
        return
    for name, word in words(facts):
        assert len(word) <= (64 if name in NAMES else 128)
        assert name in NAMES or (word.isascii() and not any(each.isspace() for each in word))
    assert json.loads(spelled(facts)) == facts
    assert "." not in "".join(str(each) for each in facts.values() if isinstance(each, float))


ALMOST = st.none() | st.booleans() | st.integers() | st.text("0123456789@+-:.aZ_/", max_size=70)
NEARLY_PLAIN = st.dictionaries(
    st.sampled_from([*sorted(NAMES), "code", "0123456789", "x" * 129, "a b"]) | st.text("0123456789+-a", max_size=12),
    ALMOST
    | st.lists(ALMOST, max_size=3)
    | st.floats()
    | st.text(max_size=5)
    | st.dictionaries(CODES, ALMOST, max_size=2),
    max_size=4,
)


@given(st.sampled_from(["a.thing", "A", ""]), st.sampled_from(["id", "a b", "0123456789"]), NEARLY_PLAIN)
@example("a.thing", "id", {"codes": ["x"] * 199})
@example("a.thing", "id", {"codes": ["x"] * 198})
@example("a.thing", "id", {"pack": "CN@2026-11-01", "by": "x" * 65})
@example("a.thing", "id", {1: "x"})
@example("a.thing", "id", {"at": START})
def test_a_quick_look_lets_nothing_in_that_a_long_one_does_not(kind: str, subject: str, facts: dict[Any, Any]) -> None:
    try:
        require_plain(kind, subject, facts)
    except FactsRefused:
        with pytest.raises(FactsRefused):
            plainly_spelled(kind, subject, facts)
    else:
        assert plainly_spelled(kind, subject, facts) == spelled(facts)


@given(st.from_regex(r"\+?[0-9]{2,4}[ -]?[0-9]{3,4}[ -]?[0-9]{4}", fullmatch=True))
def test_no_telephone_number_gets_in(number: str) -> None:
    for facts in ({"code": number}, {"codes": ["x", number]}, {number: 1}):
        with pytest.raises(FactsRefused) as refused:
            require_plain("a.thing", "id", facts)
        assert number not in str(refused.value)


@given(st.integers(1, 10**9), TIMES)
def test_a_head_is_read_from_its_line_as_it_was_signed(seq: int, at: datetime) -> None:
    head = HEAD_KEY.sign(Point(seq, "f" * 64), at)
    read = head_of(line_of(head))
    assert read is not None
    assert HEAD_KEY.signed(read)
    assert line_of(read) == line_of(head)
