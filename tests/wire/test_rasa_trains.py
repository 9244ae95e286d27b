"""The training of the assistant; scripts/check runs it first, beside the quick tests, so that nobody waits for it."""

from __future__ import annotations

import time

import pytest
from rasa_serving import NO_RASA, has_rasa, shared_process

pytestmark = [pytest.mark.rasa, pytest.mark.slow, pytest.mark.skipif(not has_rasa(), reason=NO_RASA)]


@pytest.mark.timeout(600)
def test_training_takes_no_longer_than_promised() -> None:
    rasa = shared_process()
    if rasa.model.exists():
        pytest.skip("trained before this run; a fresh checkout measures it")
    began = time.monotonic()
    rasa.train()
    assert time.monotonic() - began < 300
