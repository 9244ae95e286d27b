"""One dispatcher process of the ordeal: it ticks until it is told to stop, or dies."""

from __future__ import annotations

import json
import logging
import os
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from random import Random
from typing import Final

import structlog

from bench.faults.carrier import Carrier
from bench.faults.clocks import JumpingClock
from bench.faults.flaws import FLAWS
from bench.faults.moments import AtRandom, nothing_happens, watch
from bench.faults.setting import Setting
from strategy.dispatch.tick import tick
from strategy.policy.packs import shipped_packs

KILLED_ONE_MOMENT_IN: Final = 4_000
KILLED_ONE_DIAL_IN: Final = 80
TICKED_TWICE_ONE_IN: Final = 6
MOST_AT_ONCE: Final = 8
IDLE_S: Final = 0.1
PACKS: Final = shipped_packs()
"""Read once for all processes: those that are born later are copies of one that has read them."""


def name(number: int, life: int) -> str:
    """With what the ids begin that a worker gives in one of its lives."""
    return f"w{number}.{life}"


def run(setting: Setting, number: int, life: int, mortal: bool = True) -> None:
    """Begin the `life`-th life of worker `number`; returns when the stop file is there and, being immortal, idle."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    parent = os.getppid()
    draw, who = Random(f"{setting.seed}-{number}-{life}"), name(number, life)
    clock = JumpingClock(setting.clock_file, Random(draw.random()), jumps=mortal)
    ledger = setting.open(clock, who)
    moment = AtRandom(draw, KILLED_ONE_MOMENT_IN, KILLED_ONE_DIAL_IN) if mortal else nothing_happens
    watch(ledger.engine, moment, reads=True)
    carrier = Carrier(ledger.engine, clock, setting.folder / f"dials-{who}.jsonl", draw, moment)
    if setting.flaw:
        FLAWS[setting.flaw](ledger, carrier)
    done, notes = Counter[str](), setting.folder / f"ticks-{who}.json"
    with ThreadPoolExecutor(2) as twice:
        # Whoever has lost the ordeal that started it would tick for ever.
        while os.getppid() == parent and not (mortal and setting.stop_file.exists()):
            at_once = draw.randint(1, MOST_AT_ONCE)
            if mortal and draw.randrange(TICKED_TWICE_ONE_IN) == 0:
                ticks = [twice.submit(tick, ledger, PACKS, carrier.place, at_once) for _ in range(2)]
                due = sum(each.result().due for each in ticks)
                done["doubled"] += 1
            else:
                due = tick(ledger, PACKS, carrier.place, at_once).due
            done["ticks"] += 1
            notes.write_text(json.dumps({**done, "steps": dict(clock.steps)}))
            if due == 0:
                if not mortal:
                    break
                time.sleep(IDLE_S)
    ledger.engine.dispose()
