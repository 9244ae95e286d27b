"""Eight dispatcher processes, killed at random, on clocks that jump: whatever is left, the independent re-check says
that the law held, and says the contrary of a dispatcher with a mistake."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from bench import postgres

ROOT = Path(__file__).parents[2]
PEOPLE = int(os.environ.get("AMENDS_FAULTS_PEOPLE", "33"))
"""scripts/bench dispatch faults takes all 2,000; see docs/faults.md for how long each takes."""
LIMIT_S = max(240, 3 * PEOPLE)

pytestmark = [pytest.mark.slow, pytest.mark.timeout(LIMIT_S + 60)]
needs_postgres = pytest.mark.skipif(postgres.missing() is not None, reason=str(postgres.missing()))
DATABASES = ["sqlite", pytest.param("postgresql", marks=needs_postgres)]


def faults(*arguments: str) -> Any:
    """In a process of its own, for the workers are copies of it."""
    command = [sys.executable, "-m", "bench.faults", *arguments, "--limit-s", str(LIMIT_S)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=LIMIT_S + 40)
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads(done.stdout)


@pytest.mark.parametrize("database", DATABASES)
def test_the_law_holds_through_kills_jumping_clocks_and_doubled_ticks(database: str) -> None:
    told = faults(database, "--people", str(PEOPLE))
    assert told["rules_broken"] == {}
    # Nothing is lost: each planned contact was allowed and tried, or denied, or given up as too old by name.
    assert told["checked"]["planned"] == sum(told["planned"].values()) == 12 * PEOPLE
    assert set(told["planned"]) <= {"allowed", "denied", "superseded"}
    assert told["planned"].get("superseded", 0) < PEOPLE
    # And it was an ordeal: nought violations of nothing would be no good news.
    assert told["dials"] > 2 * PEOPLE
    assert told["kills"]["from outside"] > PEOPLE / 10
    assert told["kills"]["by itself"] > 0
    assert told["ticks"]["doubled"] > 0
    assert told["steps"]["hours"] > 0
    assert told["between"]["found half-way"] > 0
    assert told["between"]["holds"] > 0
    assert told["between"]["contacts reported"] > 0
    assert told["denials"].keys() >= {"FREQ_CAP", "CONVERSATION_COOLDOWN", "OUTSIDE_CONTACT_WINDOW", "HISTORY_INVALID"}


@pytest.mark.parametrize(
    ("database", "flaw", "broken"),
    [
        ("sqlite", "dials_again", {"dial.twice"}),
        ("sqlite", "sets_out_for_nothing", {"dial.not_set_out"}),
        pytest.param("postgresql", "keeps_nobody_away", {"cap", "wait"}, marks=needs_postgres),
    ],
)
def test_a_mistake_of_the_dispatcher_is_found(database: str, flaw: str, broken: set[str]) -> None:
    # Few people with many contacts, so that workers meet at the same person.
    told = faults(database, "--people", "11", "--contacts", "40", "--flaw", flaw)
    found = set(told["rules_broken"])
    assert found & broken or {rule.split(".")[0] for rule in found} & broken, told["rules_broken"]
