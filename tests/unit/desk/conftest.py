from pathlib import Path

import pytest
from seeded import StoppedClock, fresh_ledger

from ledger.ledger import Ledger


@pytest.fixture
def clock() -> StoppedClock:
    return StoppedClock()


@pytest.fixture
def ledger(tmp_path: Path, clock: StoppedClock) -> Ledger:
    return fresh_ledger(tmp_path / "ledger.db", clock)
