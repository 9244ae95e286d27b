"""Where the time of a reservation goes: processor time by step, of this process, and that of the database server."""

from __future__ import annotations

import os
import random
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from functools import wraps
from pathlib import Path
from typing import Any, Final
from unittest.mock import patch

import ledger.audit
import strategy.dispatch.reservation
import strategy.facts_from_ledger
from ledger.ledger import Ledger, UnitOfWork
from strategy.facts_from_ledger import People

STEPS: Final[tuple[tuple[str, Any, str], ...]] = (
    ("read", strategy.facts_from_ledger, "read_together"),
    ("history", strategy.facts_from_ledger, "_remember"),
    ("facts", People, "facts"),
    ("gate", strategy.dispatch.reservation, "decide"),
    ("spell_and_hash", strategy.dispatch.reservation, "facts_json"),
    ("spell_and_hash", strategy.dispatch.reservation, "canonical_json"),
    ("spell_and_hash", strategy.dispatch.reservation, "digest"),
    ("note", UnitOfWork, "audit"),
    ("write", strategy.dispatch.reservation, "write_rows"),
    ("chain", ledger.audit, "append_many"),
)
"""A step, and where the function that does it is looked up. What is in none of them begins and commits."""


def steps(
    book: Ledger, reserve: Callable[[Sequence[int]], int], accounts: int, batch: int, rounds: int
) -> dict[str, float]:
    """Milliseconds of processor time for one reservation, by step."""
    draw = random.Random(batch)
    draws = [draw.sample(range(accounts), batch) for _ in range(rounds + 2)]
    for each in draws[:2]:  # what is done once, is done before the clock runs
        reserve(each)
    server = _server(book)
    with _timed() as spent:
        theirs, began = server(), time.process_time()
        made = sum(map(reserve, draws[2:]))
        mine, theirs = time.process_time() - began, server() - theirs
    spent["begin_and_commit"] = mine - sum(spent.values())
    each_step = {name: seconds / made for name, seconds in [*spent.items(), ("server", theirs)]}
    return {f"{name}_ms": round(1000 * seconds, 3) for name, seconds in each_step.items()}


@contextmanager
def _timed() -> Iterator[dict[str, float]]:
    """Processor seconds by step while this is open; what one step calls of another counts for the other alone."""
    spent = defaultdict[str, float](float)
    inner = [0.0]

    def timed(step: str, does: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(does)
        def run(*given: Any, **named: Any) -> Any:
            began = time.process_time()
            inner.append(0.0)
            try:
                return does(*given, **named)
            finally:
                took = time.process_time() - began
                spent[step] += took - inner.pop()
                inner[-1] += took

        return run

    with ExitStack() as stack:
        for step, where, name in STEPS:
            stack.enter_context(patch.object(where, name, timed(step, getattr(where, name))))
        yield spent


def _server(book: Ledger) -> Callable[[], float]:
    """Processor seconds that the server has spent on our connection so far; a SQLite file has none."""
    if book.engine.dialect.name != "postgresql":
        return lambda: 0.0
    with book.read() as work:
        pid = work.session.connection().exec_driver_sql("SELECT pg_backend_pid()").scalar_one()

    def seconds() -> float:
        used = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()[11:13]
        return sum(map(int, used)) / os.sysconf("SC_CLK_TCK")

    return seconds
