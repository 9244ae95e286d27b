"""How long a what-if takes, on made-up accounts. For the benchmark; numpy only."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from functools import partial
from typing import TypeVar
from zoneinfo import ZoneInfo

import numpy as np

from strategy.policy.facts import Action, ContactFacts, Content, Flags, HoldFact
from strategy.policy.packs import shipped_packs
from strategy.settings import TIERS, Capacity, StrategySettings
from strategy.treatments import CHANNELS
from strategy.whatif.book import Book, BookArrays, Grouped
from strategy.whatif.denials import FactsClass, GateAnswers
from strategy.whatif.effect import WhatIf, compare, placed
from strategy.whatif.hours import slices_of
from strategy.whatif.recovery import DRAWS, CalibrationDraws
from strategy.whatif.simulate import Day, Side, side, simulate

ZONES = ("Asia/Taipei", "Asia/Shanghai", "America/New_York", "America/Los_Angeles", "Europe/London")
Answer = TypeVar("Answer")
CLOCK = ZoneInfo("Asia/Shanghai")
WORKING_DAY = date(2026, 3, 5)
OPENING = Content(ai_disclosure_at_start=True, recording_notice_given=True, opt_out_instructions=True)


def whatif_speed(accounts: int, repeats: int = 3, seed: int = 5) -> dict[str, float]:
    """Seconds, the best of `repeats`: what a book costs once, then what one draft costs.

    ``threshold_s`` is a threshold moved: tiers, moves, balances, load, recovery and cost. ``everything_s`` adds load
    by hour, denials, capacity, fairness by four traits and the intervals, before and after.
    """
    book, day = made_up_book(accounts, seed)
    in_force = replace(StrategySettings(), capacity=Capacity(accounts / 1_000, accounts / 10))
    rng = np.random.default_rng(seed)
    draws = CalibrationDraws(*(np.array([1.0, 0.0]) + rng.normal(0, 0.05, (DRAWS, 2)) for _ in range(2)))
    first, before = _timed(lambda: side(book, in_force, day))
    drafts = [replace(in_force, w_high=0.85 + 0.01 * (step + 1)) for step in range(repeats)]
    threshold, everything = [], []
    for draft in drafts:
        threshold.append(_timed(partial(_moved, book, before, draft))[0])
        everything.append(_timed(partial(simulate, book, before, draft, day, draws))[0])
    return {
        "accounts": accounts,
        "once_per_book_s": first,
        "threshold_s": min(threshold),
        "everything_s": min(everything),
    }


def _moved(book: Book, before: Side, draft: StrategySettings) -> WhatIf:
    return compare(before.placed, placed(book.arrays, draft, before.placed.settings))


def _timed(work: Callable[[], Answer]) -> tuple[float, Answer]:
    started = time.perf_counter()
    answer = work()
    return time.perf_counter() - started, answer


def made_up_book(accounts: int, seed: int) -> tuple[Book, Day]:
    """Accounts with four traits, in five zones, a twentieth of them on hold; and the working day to ask about."""
    rng = np.random.default_rng(seed)
    arrays = BookArrays(
        willingness=rng.beta(6, 1.4, accounts),
        ability=rng.beta(5, 1.6, accounts),
        balance=rng.lognormal(10.4, 1.2, accounts),
        amount_due=rng.lognormal(7.4, 1.2, accounts),
        person_only=rng.random(accounts) < 0.05,
        broken_promises=rng.integers(0, 3, accounts),
        previous=rng.integers(-1, len(TIERS), accounts).astype(np.int8),
    )
    zones = rng.integers(0, len(ZONES), accounts).astype(np.int32)
    traits = {
        f"trait_{size}": Grouped(rng.integers(0, size, accounts).astype(np.int8), tuple(map(str, range(size))))
        for size in (2, 4, 5, 6)
    }
    slices = [slices_of((zone,), WORKING_DAY, CLOCK) for zone in ZONES]
    classes = [
        FactsClass({channel: _facts(zone, channel, held) for channel in CHANNELS}, slices[index])
        for held in (False, True)
        for index, zone in enumerate(ZONES)
    ]
    facts = (zones + len(ZONES) * arrays.person_only).astype(np.int32)
    book = Book(arrays, zones=Grouped(zones, ZONES), facts=facts, traits=traits)
    return book, Day(slices, GateAnswers(classes, shipped_packs(), _agent), CLOCK)


def _facts(zone: str, channel: str, held: bool) -> ContactFacts:
    action = Action("outbound_contact", channel, "human", "unknown", "n", "d", "consumer", "unknown")
    flags = Flags(holds=(HoldFact("hardship"),) if held else ())
    return ContactFacts(("CN",), "first_party_bank", (zone,), action, content=OPENING, flags=flags)


def _agent(channel: str, agent: str) -> str:
    return "human" if agent == "human" else f"ai_{channel}"
