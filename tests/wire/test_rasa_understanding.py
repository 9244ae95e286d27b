"""How much of what it has never seen the assistant understands, measured through its own pipeline."""

from __future__ import annotations

import json
import subprocess

import pytest
from rasa_serving import NO_RASA, has_rasa

from bot.rasa_process import PROJECT, RasaProcess

pytestmark = [pytest.mark.rasa, pytest.mark.slow, pytest.mark.skipif(not has_rasa(), reason=NO_RASA)]


@pytest.mark.parametrize("heldout", ["nlu_heldout.yml", "nlu_fresh.yml"])
def test_nine_in_ten_unseen_sentences_are_understood(heldout: str) -> None:
    model = RasaProcess(PROJECT / ".rasa", 0, "", "", "").train()
    measured = subprocess.run(
        [PROJECT / ".venv" / "bin" / "python", PROJECT / "measure.py", model, PROJECT / "tests" / heldout],
        capture_output=True,
        check=True,
        text=True,
        timeout=120,
    )
    shares = json.loads(measured.stdout.splitlines()[-1])
    assert shares["zh"] >= 0.90
    assert shares["en"] >= 0.90
    assert shares["fell_back"] <= 0.05 * shares["sentences"]
