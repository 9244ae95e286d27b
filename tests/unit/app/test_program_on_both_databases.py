"""The commands of a day, one after another, on a file and on a server: the same answers, to the last figure."""

from __future__ import annotations

import itertools
import json
from pathlib import Path
from typing import Any

import pytest
from scored import NOW, portfolio, trained
from seeded import StoppedClock

from app import wiring
from strategy.models.registry import publish

COMMANDS = (
    ("import", "portfolio.parquet", "--limit", "300"),
    ("score",),
    ("score",),
    ("plan",),
    ("half an hour later",),
    ("dispatch",),
    ("dispatch", "status"),
    ("plan",),
    ("report",),
    ("quality",),
    ("capacity",),
    ("strategy", "show"),
    ("strategy", "simulate", "--draft", "draft.json"),
    ("strategy", "draft", "draft.json", "--by", "Li"),
    ("strategy", "approve", "2", "--by", "Wang"),
    ("strategy", "versions"),
    ("models", "list"),
    ("experiment", "status"),
    ("fairness",),
    ("audit", "verify"),
)
ALWAYS_JSON = {("strategy", "show")}
PLACES = {"home", "book_file", "reject_file", "registry", "seconds", "hash"}


@pytest.fixture
def in_step(monkeypatch: pytest.MonkeyPatch) -> StoppedClock:
    """Commands at one time, which is given back, and with ids that count up."""
    clock, numbers = StoppedClock(NOW), itertools.count(1)
    monkeypatch.setattr(wiring.open_ledger, "__defaults__", (clock, lambda: f"{next(numbers):032x}"))
    return clock


@pytest.fixture(scope="module")
def days() -> dict[str, list[Any]]:
    """What each database answered so far."""
    return {}


def comparable(told: Any) -> Any:
    if isinstance(told, dict):
        return {name: comparable(value) for name, value in told.items() if name not in PLACES}
    return [comparable(each) for each in told] if isinstance(told, list) else told


@pytest.mark.slow
@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_a_day_of_commands_is_the_same_on_both(amends, in_step, days, request, tmp_path: Path, database: str) -> None:
    there = {"AMENDS_DATABASE_URL": request.getfixturevalue("postgres_url")} if database == "postgresql" else {}
    portfolio().write_parquet(tmp_path / "portfolio.parquet")
    publish(tmp_path / "home" / "models", trained(), NOW)
    answers = []
    for command in COMMANDS:
        if command == ("half an hour later",):
            in_step.advance(minutes=30)
            continue
        done = amends(*command, *(() if command in ALWAYS_JSON else ("--json",)), **there)
        assert done.returncode == 0, (command, done.stderr)
        told = json.loads(done.stdout)
        if command == ("strategy", "show"):
            (tmp_path / "draft.json").write_text(json.dumps({**told, "w_high": 0.8}))
        answers.append((command, comparable(told)))
    days[database] = answers
    told = dict(answers)
    assert told["dispatch",]["due"] > 0
    assert told["dispatch",]["outcomes"]["delivered"] > 0
    assert told["audit", "verify"]["intact"]
    for other in days.values():
        for there_said, here_said in zip(other, answers, strict=True):
            assert there_said == here_said
