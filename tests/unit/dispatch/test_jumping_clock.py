"""The clocks of the ordeal: they jump for whoever reads them, and for nobody else."""

from __future__ import annotations

import threading
from datetime import timedelta
from pathlib import Path
from random import Random

from bench.faults.clocks import JumpingClock, set_time
from bench.faults.setting import START


class AlwaysJumping(Random):
    """Draws the jump of six hours, at once."""

    def randrange(self, *_: int) -> int:
        return 0

    def choice(self, seq):
        return seq[-1]


def test_a_clock_that_jumps_for_one_thread_has_not_jumped_for_another(tmp_path: Path) -> None:
    file = tmp_path / "time"
    set_time(file, START)
    clock = JumpingClock(file, AlwaysJumping(), jumps=False)
    assert clock() == START

    def jump() -> None:
        clock.jumps = True
        assert clock() == START + timedelta(hours=6)
        assert clock.since_read() >= START + timedelta(hours=6)

    other = threading.Thread(target=jump)
    other.start()
    other.join()
    assert START <= clock.since_read() < START + timedelta(hours=1)
