"""Rasa's own checks of the assistant: `rasa data validate`, `rasa test nlu` and `rasa test core`."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest
from rasa_serving import NO_RASA, ActionWebhook, has_rasa

from bot.rasa_process import PROJECT, RasaProcess

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


def test_the_data_is_valid_and_only_our_own_events_have_no_sentences() -> None:
    assert sorted(faults(PROJECT / "domain.yml")) == [
        f"The intent '{event}' is listed in the domain file, but is not found in the NLU training data."
        for event in EVENTS
    ]


def test_the_same_check_finds_an_intent_that_the_domain_lacks(tmp_path: Path) -> None:
    lacking = (PROJECT / "domain.yml").read_text(encoding="utf-8").replace("- ask_legal\n", "", 1)
    domain = tmp_path / "domain.yml"
    domain.write_text(lacking, encoding="utf-8")
    assert [line for line in faults(domain) if "ask_legal" in line]


def test_rasas_own_tests_agree(server: tuple[RasaProcess, ActionWebhook], tmp_path: Path) -> None:
    model = server[0].model
    stories = PROJECT / "tests" / "stories.yml"
    proposed = rasa(
        "test", "core", "--model", model, "--stories", stories, "--out", tmp_path, "--fail-on-prediction-errors"
    )
    assert proposed.returncode == 0, proposed.stdout[-1500:]
    report = json.loads((tmp_path / "story_report.json").read_text(encoding="utf-8"))
    assert report["conversation_accuracy"]["correct"] == 3
    fresh = PROJECT / "tests" / "nlu_fresh.yml"
    understood = rasa("test", "nlu", "--model", model, "--nlu", fresh, "--out", tmp_path, "--no-plot")
    assert understood.returncode == 0, understood.stderr[-1500:]
    intents = json.loads((tmp_path / "intent_report.json").read_text(encoding="utf-8"))
    assert intents["weighted avg"]["recall"] >= 0.9
