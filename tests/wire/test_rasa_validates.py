"""Rasa's own checks of the assistant: `rasa data validate`, `rasa test nlu` and `rasa test core`."""

from __future__ import annotations

import json
import os
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from rasa_serving import NO_RASA, has_rasa, shared_process

from bot.rasa_process import PROJECT

pytestmark = [pytest.mark.rasa, pytest.mark.slow, pytest.mark.skipif(not has_rasa(), reason=NO_RASA)]


def rasa(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "RASA_TELEMETRY_ENABLED": "false", "LOG_LEVEL": "WARNING", "TF_CPP_MIN_LOG_LEVEL": "3"}
    return subprocess.run(
        [PROJECT / ".venv" / "bin" / "python", PROJECT / "launch.py", *arguments],
        capture_output=True,
        check=False,
        env=environment,
        text=True,
        timeout=240,
    )


EVENTS = ("language_switched", "right_party_confirmed")
"""What our side reports has no sentences, on purpose; Rasa warns about it all the same."""


def faults(domain: Path) -> list[str]:
    """What the check warns about. Its exit code says nothing: it was seen to be 0 over warnings."""
    ran = rasa("data", "validate", "--domain", domain, "--data", "data", "--config", "config.yml", "--fail-on-warnings")
    said = (ran.stdout + ran.stderr).splitlines()
    return [line.split("UserWarning: ")[1] for line in said if "UserWarning: " in line and "auto-fill" not in line]


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> list[list[str]]:
    """In our data, and in the same without an intent; both checks at once, for each keeps one processor busy."""
    lacking = tmp_path_factory.mktemp("lacking") / "domain.yml"
    domain = PROJECT / "domain.yml"
    lacking.write_text(domain.read_text(encoding="utf-8").replace("- ask_legal\n", "", 1), encoding="utf-8")
    with ThreadPoolExecutor() as at_once:
        return list(at_once.map(faults, [domain, lacking]))


def test_the_data_is_valid_and_only_our_own_events_have_no_sentences(found: list[list[str]]) -> None:
    assert sorted(found[0]) == [
        f"The intent '{event}' is listed in the domain file, but is not found in the NLU training data."
        for event in EVENTS
    ]


def test_the_same_check_finds_an_intent_that_the_domain_lacks(found: list[list[str]]) -> None:
    assert [line for line in found[1] if "ask_legal" in line]


def test_rasas_own_tests_agree(tmp_path: Path) -> None:
    """Both at once; of what is understood only the report speaks, for the exit code does not."""
    shared: tuple[str | Path, ...] = ("--model", shared_process().train(), "--out", tmp_path)
    stories: tuple[str | Path, ...] = ("--stories", PROJECT / "tests" / "stories.yml", "--fail-on-prediction-errors")
    fresh: tuple[str | Path, ...] = ("--nlu", PROJECT / "tests" / "nlu_fresh.yml", "--no-plot")
    with ThreadPoolExecutor() as at_once:
        proposing = at_once.submit(rasa, "test", "core", *shared, *stories)
        understanding = at_once.submit(rasa, "test", "nlu", *shared, *fresh)
    proposed, understood = proposing.result(), understanding.result()
    assert proposed.returncode == 0, proposed.stdout[-1500:]
    report = json.loads((tmp_path / "story_report.json").read_text(encoding="utf-8"))
    assert report["conversation_accuracy"]["correct"] == 3
    assert understood.returncode == 0, understood.stderr[-1500:]
    intents = json.loads((tmp_path / "intent_report.json").read_text(encoding="utf-8"))
    assert intents["weighted avg"]["recall"] >= 0.9
