"""A process dies at each write of one contact's life: others end it, and nobody is called twice."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from bench import postgres

ROOT = Path(__file__).parents[2]
NEEDS_POSTGRES = pytest.mark.skipif(postgres.missing() is not None, reason=str(postgres.missing()))

pytestmark = pytest.mark.slow

UNTIL_RESERVED = ["INSERT decision", "INSERT attempt", "UPDATE plannedcontact", "INSERT auditentry"]
LATER = ["UPDATE attempt", "INSERT auditentry"]
"""What setting out writes, and what recording the outcome writes."""


Deaths = list[dict[str, Any]]


def one_death_after_another(database: str) -> Deaths:
    """In a process of its own, for who dies is a copy of it."""
    command = [sys.executable, "-m", "bench.faults", database, "--one-fault"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=280)
    assert done.returncode == 0, done.stderr[-3000:]
    return list(json.loads(done.stdout))


@pytest.fixture(scope="module")
def dying() -> Iterator[dict[str, Future[Deaths]]]:
    """On both databases at once: one dies at a time, which leaves a second processor idle."""
    with ThreadPoolExecutor() as at_once:
        databases = ["sqlite"] if postgres.missing() else ["sqlite", "postgresql"]
        yield {database: at_once.submit(one_death_after_another, database) for database in databases}


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgresql", marks=NEEDS_POSTGRES)])
def deaths(request: pytest.FixtureRequest, dying: dict[str, Future[Deaths]]) -> Deaths:
    """One for each moment, in the order of the contact's life."""
    return dying[request.param].result()


def test_every_write_of_a_contacts_life_is_tried(deaths: list[dict[str, Any]]) -> None:
    moments = [death["moment"] for death in deaths]
    before = [moment.removeprefix("before ") for moment in moments if moment.startswith("before ")]
    # Claim, decision and reservation; setting out; the dial itself; the outcome.
    expected = [*UNTIL_RESERVED, "a commit", *LATER, "a commit", "the dial", *LATER, "a commit"]
    assert [write for write in before if write in expected][: len(expected)] == expected
    assert {moment.removeprefix("after ") for moment in moments if moment.startswith("after ")} >= {
        *UNTIL_RESERVED,
        *LATER,
        "the dial",
        "a transaction",
    }


def test_nobody_is_called_twice_and_no_breach_is_left(deaths: list[dict[str, Any]]) -> None:
    for death in deaths:
        assert death["dials"] <= 1, death["moment"]
        assert death["recheck"]["violations"] == [], death["moment"]
        assert death["recheck"]["checked"]["planned"] == 1


def test_the_record_says_what_became_of_it(deaths: list[dict[str, Any]]) -> None:
    """Whoever died before anybody set out leaves a contact that others make; after that nobody does."""
    seen = [(death["attempts"], death["dials_before"], death["dials"]) for death in deaths]
    order = [
        (["finished"], 0, 1),  # nothing was committed: decided and dialled by the next
        (["released", "finished"], 0, 1),  # reserved, and given back when the reservation had run out
        (["unknown"], 0, 0),  # set out; whether it rang is not known, so it counts and is not tried again
        (["unknown"], 1, 1),  # dialled, and the outcome is lost
        (["finished"], 1, 1),  # recorded
    ]
    assert [case for case, after in zip(seen, [*seen[1:], None], strict=True) if case != after] == order
    assert {death["planned"] for death in deaths} == {"allowed"}
