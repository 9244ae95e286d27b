"""The main job, as its user runs it: a day through the real Rasa, judged by its one JSON object and by its log."""

import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from rasa_serving import NO_RASA, has_rasa

from ledger.keys import load_or_create
from ledger.ledger import sqlite_engine
from rehearsal.recheck import recheck

ACCOUNTS = 40
pytestmark = [pytest.mark.rasa, pytest.mark.skipif(not has_rasa(), reason=NO_RASA)]


def played(home):
    environment = {**os.environ, "AMENDS_HOME": str(home), "AMENDS_ASR_MODEL": "none"}
    done = subprocess.run(
        [Path(sys.executable).parent / "amends", "demo", "--accounts", str(ACCOUNTS), "--once", "--json"],
        capture_output=True,
        text=True,
        timeout=280,
        env=environment,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout), done.stderr


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="module")
def days(home, tmp_path_factory):
    """The same day twice, at once: neither knows of the other, and each keeps one processor busy."""
    with ThreadPoolExecutor() as at_once:
        return list(at_once.map(played, [home, tmp_path_factory.mktemp("other")]))


@pytest.fixture(scope="module")
def day(days):
    return days[0]


def test_every_account_went_through_every_step(day):
    told, _ = day
    assert told["accounts"] == told["scored"] == sum(told["tiers"].values()) == ACCOUNTS
    contacts = told["contacts"]
    assert contacts["planned"] == contacts["allowed"] + contacts["denied"] > 0
    assert sum(contacts["outcomes"].values()) == contacts["allowed"]
    assert 0 < told["right_party_contacts"] <= told["conversations"] <= contacts["allowed"]
    assert sum(told["dispositions"].values()) == told["conversations"]
    assert 0 < told["promises"] <= told["right_party_contacts"]
    assert told["escalations"]
    assert {"start", "import", "train", "score", "plan", "dispatch", "wrap_up", "recheck"} <= set(told["seconds"])


def test_the_recheck_finds_nothing_and_looked_at_everything(day, home):
    told, _ = day
    assert told["policy_violations"] == 0
    assert told["violations"] == []
    assert all(count > 0 for name, count in told["rechecked"].items() if name != "holds")
    again = recheck(sqlite_engine(home / "demo" / "amends.db"), load_or_create(home / "demo" / "keys"))
    assert again.checked == told["rechecked"]


def test_nobody_is_named_in_what_was_printed_or_kept(day, home):
    _, progress = day
    assert "example.com" not in progress
    for kept in (home / "demo").rglob("*"):
        if kept.is_file():
            content = kept.read_bytes()
            assert b"@example.com" not in content, kept.name
            assert "身份证件号码".encode() not in content, kept.name


def test_the_same_seed_plays_the_same_day(days):
    (told, _), (again, _) = days
    of_the_run = {"seconds", "home"}
    assert {name: again[name] for name in again.keys() - of_the_run} == {
        name: told[name] for name in told.keys() - of_the_run
    }
