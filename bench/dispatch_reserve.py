"""How fast contacts are decided and reserved in a ledger: ``scripts/bench dispatch reserve``.

A reservation is what the dispatcher does before anything is dialled: in one transaction the facts are read from the
ledger, the gate decides, and decision, attempt and their audit entries are written. People owe on three accounts each.
`past` counts the messages that each of them got before, one a day; 'month' means that all of them came within 30 days,
so that the gate has to look at every one.

``--steps`` tells where the processor time of one process goes, and how much the database server's own process needs: on
a busy machine it says nearly the same as on a quiet one. ``--accounts`` measures ledgers of several sizes instead: what
one contact costs the dispatcher from its claim to its reservation, and until its outcome is recorded.
"""

from __future__ import annotations

import argparse
import multiprocessing
import multiprocessing.sharedctypes
import multiprocessing.synchronize
import random
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta

from sqlalchemy import text

from bench import postgres
from bench import reserve_book as book
from bench.dispatch import Row
from bench.reserve_steps import steps
from ledger.ledger import Ledger
from strategy.dispatch.reservation import Reserved, Wanted, reserve_many
from strategy.dispatch.tick import tick
from strategy.policy.packs import Packs, shipped_packs

KINDS = ("sqlite", "postgresql")
PEOPLE = 2_000
DUE = 300
"""Planned contacts that are due when ledgers of several sizes are compared."""


def measure(options: Sequence[str] = ()) -> list[Row]:
    """A row for every database, history, number of processes and of contacts in one transaction; or for every size."""
    parser = argparse.ArgumentParser(prog="scripts/bench dispatch reserve", description=__doc__)
    parser.add_argument("--on", choices=KINDS, action="append", help="only this database")
    parser.add_argument("--people", type=int, default=PEOPLE, help=f"with three debts each (default: {PEOPLE:,})")
    parser.add_argument("--past", action="append", help="0, 50, 1000, month (default: all of them)")
    parser.add_argument("--workers", type=int, action="append", help="processes at once (default: 1 and 8)")
    parser.add_argument("--together", type=int, action="append", help="contacts in one transaction (default: 1 and 50)")
    parser.add_argument("--seconds", type=float, default=5.0, help="of every measurement (default: 5)")
    parser.add_argument("--accounts", type=int, action="append", help="compare ledgers of these sizes")
    parser.add_argument("--steps", action="store_true", help="tell the processor time of every step instead")
    given = parser.parse_args(options)
    kinds = [kind for kind in given.on or KINDS if kind == "sqlite" or postgres.missing() is None]
    if given.accounts:
        return [_growth(kind, accounts) for kind in kinds for accounts in given.accounts]
    if given.steps:
        return [
            row
            for kind in kinds
            for past in given.past or ("0", "50", "month")
            for row in _by_step(kind, past, given.people, given.together or (1, 50))
        ]
    return [
        row
        for kind in kinds
        for past in given.past or ("0", "50", "1000", "month")
        for row in _rates(kind, past, given.people, given.workers or (1, 8), given.together or (1, 50), given.seconds)
    ]


@contextmanager
def _filled(kind: str, past: str, people: int) -> Iterator[tuple[str, Ledger, int, float]]:
    """:yields: where a book is, its ledger, how many people are in it, and when it began."""
    with book.empty(kind) as where:
        began = time.monotonic()
        ledger = book.opened(where, "fill", began)
        # A long history of everybody would take longer to write than all that is measured on it.
        people = people // 10 if past in ("1000", "month") else people
        contacts, apart = (1_000, timedelta(minutes=42)) if past == "month" else (int(past), timedelta(days=1))
        book.fill(ledger, people, contacts, apart)
        yield where, ledger, people, began
        ledger.engine.dispose()


def _by_step(kind: str, past: str, people: int, together: Sequence[int]) -> Iterator[Row]:
    packs = shipped_packs()
    with _filled(kind, past, people) as (_, ledger, people, _):
        for batch in together:
            rounds = max((100 if past == "month" else 1_000) // batch, 2)
            spent = steps(ledger, lambda some: _reserve(ledger, packs, some), people * book.DEBTS, batch, rounds)
            yield {"database": kind, "past": past, "together": batch, **spent}


def _rates(
    kind: str, past: str, people: int, workers: Sequence[int], together: Sequence[int], seconds: float
) -> Iterator[Row]:
    with _filled(kind, past, people) as (where, ledger, people, began):
        for count in workers:
            for batch in together:
                made, took = _run(where, count, batch, people, seconds, f"{count}x{batch}", began)
                yield {
                    "database": kind,
                    "past": past,
                    "processes": count,
                    "together": batch,
                    "reservations_per_second": round(made / took),
                    "ms_each": round(took * 1000 * count / made, 2),
                }
        _whole(ledger)


def _run(
    where: str, workers: int, batch: int, people: int, seconds: float, name: str, began: float
) -> tuple[int, float]:
    """Contacts reserved by all processes, and the seconds it took."""
    context = multiprocessing.get_context("spawn")
    ready = context.Barrier(workers)
    made = context.Array("d", workers * 2)
    processes = [
        context.Process(
            target=_work,
            args=(where, f"{name}-{number}", batch, people // workers, seconds, number, began, ready, made),
        )
        for number in range(workers)
    ]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
        if process.exitcode:
            raise RuntimeError(f"a process of the benchmark ended with {process.exitcode}")
    return int(sum(made[::2])), max(made[1::2])


def _work(
    where: str,
    name: str,
    batch: int,
    people: int,
    seconds: float,
    number: int,
    began: float,
    ready: multiprocessing.synchronize.Barrier,
    made: multiprocessing.sharedctypes.SynchronizedArray[float],
) -> None:
    """Reserve one batch after another for so many seconds; ``made`` gets how many, and how long it took.

    Every process has so many `people` of its own, as dispatchers nearly have: they claim the oldest contacts that are
    due, each its own. Eight batches of fifty drawn from two thousand would wait for each other nearly always.
    """
    ledger, packs, draw = book.opened(where, name, began), shipped_packs(), random.Random(name)
    mine = range(number * people * book.DEBTS, (number + 1) * people * book.DEBTS)
    _reserve(ledger, packs, [draw.choice(mine)])  # what is done once, is done before the clock runs
    ready.wait()
    count, started = 0, time.perf_counter()
    while (took := time.perf_counter() - started) < seconds:
        count += _reserve(ledger, packs, draw.sample(mine, batch))
    made[2 * number : 2 * number + 2] = [count, took]
    ledger.engine.dispose()


def _reserve(ledger: Ledger, packs: Packs, accounts: Sequence[int]) -> int:
    wanted = [Wanted(book.account_id(each), "chat", "bot") for each in accounts]
    with ledger.begin_for({book.person_id(book.owner_of(each)) for each in accounts}) as work:
        answers = reserve_many(work, packs, wanted)
    if refused := [answer for answer in answers if not isinstance(answer, Reserved)]:
        raise RuntimeError(f"nothing stood against these contacts, and yet: {refused[0]}")
    return len(answers)


def _whole(ledger: Ledger) -> None:
    """Every reservation has its entries, and no number in the chain was given twice or left out."""
    with ledger.read() as work:
        entries, last, reserved = work.session.execute(
            text(
                "SELECT count(*), max(seq), (SELECT count(*) FROM attempt WHERE status = 'reserved') FROM auditentry "
                "WHERE kind IN ('contact.decided', 'attempt.reserved') OR kind NOT LIKE 'strategy%'"
            )
        ).one()
    if entries != 2 * reserved or last < entries:
        raise RuntimeError(f"{reserved} reservations have {entries} entries, the last with the number {last}")


def _growth(kind: str, accounts: int) -> Row:
    """What one contact costs the dispatcher in a ledger of so many accounts, milliseconds of one process."""
    with book.empty(kind) as where:
        ledger = book.opened(where, "fill", time.monotonic())
        book.fill(ledger, accounts // book.DEBTS, past=3)
        book.plan(ledger, accounts // book.DEBTS * book.DEBTS, DUE)
        packs = shipped_packs()
        warm = tick(ledger, packs, lambda _contact: "delivered", at_once=100)
        began = time.perf_counter()
        done = tick(ledger, packs, lambda _contact: "delivered", at_once=DUE)
        took = time.perf_counter() - began
        if done.allowed != DUE - warm.due or done.released:
            raise RuntimeError(f"some of the contacts were not made: {done}")
        alone, single = time.perf_counter(), 50
        for number in range(single):
            _reserve(ledger, packs, [number * (accounts // single // book.DEBTS) * book.DEBTS])
        each = (time.perf_counter() - alone) / single
        ledger.engine.dispose()
    return {
        "database": kind,
        "accounts": accounts,
        "contact_ms": round(took * 1000 / done.allowed, 2),
        "reserve_alone_ms": round(each * 1000, 2),
    }
