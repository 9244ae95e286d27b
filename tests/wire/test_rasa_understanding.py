"""How much of what it has never seen the assistant understands, measured through its own pipeline."""

from __future__ import annotations

import json
import subprocess
from typing import Any

import pytest
from rasa_serving import NO_RASA, has_rasa, shared_process

from bot.rasa_process import PROJECT

pytestmark = [pytest.mark.rasa, pytest.mark.slow, pytest.mark.skipif(not has_rasa(), reason=NO_RASA)]
HELD_OUT = ["nlu_heldout.yml", "nlu_fresh.yml"]


@pytest.fixture(scope="module")
def understood() -> dict[str, dict[str, Any]]:
    """By file, from one process: its start costs more than the reading."""
    files = [PROJECT / "tests" / name for name in HELD_OUT]
    measured = subprocess.run(
        [PROJECT / ".venv" / "bin" / "python", PROJECT / "measure.py", shared_process().train(), *files],
        capture_output=True,
        check=True,
        text=True,
        timeout=120,
    )
    told = [json.loads(line) for line in measured.stdout.splitlines() if line.startswith("{")]
    return {shares["file"]: shares for shares in told}


@pytest.mark.parametrize("heldout", HELD_OUT)
def test_nine_in_ten_unseen_sentences_are_understood(understood: dict[str, dict[str, Any]], heldout: str) -> None:
    shares = understood[heldout]
    assert shares["zh"] >= 0.90
    assert shares["en"] >= 0.90
    assert shares["fell_back"] <= 0.05 * shares["sentences"]
