"""The run: our path and Rasa alone take turns on the same machine, with 1, 8 and 32 debtors at once, then a long talk.

``scripts/bench chat [--debtors N ...] [--rounds N] [--processes N ...] [--long N] [--json FILE]``
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from statistics import median, quantiles
from tempfile import TemporaryDirectory
from typing import Any

from bench.chat.load import BareLine, Line, OurLine, Spoken, block
from bench.chat.talks import Debtor
from bench.dispatch import Row, table

TALKS_A_BLOCK = 4
"""At least, so that a block with one debtor lasts a while."""
DEBTORS = (1, 8, 32)
PROCESSES = (1, 2)
AT_ONCE = 8
"""Debtors when numbers of Rasa processes are compared."""
LONG = 40


def main(arguments: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(prog="scripts/bench chat", description=__doc__)
    parser.add_argument("--debtors", type=int, action="append", help=f"at once (default: {DEBTORS})")
    parser.add_argument("--rounds", type=int, default=3, help="blocks of each path at each number (default: 3)")
    parser.add_argument("--processes", type=int, action="append", help=f"Rasa processes alone (default: {PROCESSES})")
    parser.add_argument("--long", type=int, default=LONG, help=f"turns of the long talk (default: {LONG})")
    parser.add_argument("--json", type=Path, help="a file for the figures")
    given = parser.parse_args(arguments)
    levels, processes = given.debtors or list(DEBTORS), given.processes or list(PROCESSES)
    told: dict[str, list[Row]] = {}
    with TemporaryDirectory(prefix="amends-chat-") as folder:
        home, learnt = Path(folder), Path(folder) / "learnt.json"
        _learn(home / "learning", learnt, given.long)
        pairs = given.rounds * sum(_talks(level) * level for level in levels) // 2 + 2
        with _serving("floor", str(home / "floor"), str(pairs)) as floor:
            debtors = iter([each for pair in _paired(floor) for each in pair])
            with _serving("bare", str(learnt), "1") as bare:
                told["turns"] = [
                    row for level in levels for row in _compared(level, given.rounds, debtors, floor, bare)
                ]
                told["a long talk"] = _long(next(debtors), given.long, floor, bare)
                told["memory"] = [*_memory("ours", floor), *_memory("Rasa alone", bare)]
        told["Rasa processes"] = [row for number in processes for row in _grown(number, learnt, given.rounds)]
    for name, rows in told.items():
        sys.stdout.write(f"\n## {name}\n" + "\n".join(table(rows)) + "\n")
    if given.json:
        facts = {"cores": len(os.sched_getaffinity(0)), **told}
        given.json.write_text(json.dumps(facts, indent=2), encoding="utf-8")


def _learn(home: Path, learnt: Path, long: int) -> None:
    """One talk of each kind and language with our acts, whose answers Rasa alone gets from memory."""
    with _serving("floor", str(home), "2", str(learnt)) as floor:
        for language in ("zh", "en"):
            first, second = (each for each in _debtors(floor) if each.language == language)
            block([[(_ours(floor, first), first.promise())]])
            block([[(_ours(floor, second), second.long_talk(min(long, 8)))]])


def _compared(level: int, rounds: int, debtors: Iterator[Debtor], floor: Any, bare: Any) -> Iterator[Row]:
    ours, alone = [], []
    for _ in range(rounds):
        people = [[next(debtors) for _ in range(_talks(level))] for _ in range(level)]
        ours.append(block([[(_ours(floor, each), each.promise()) for each in talks] for talks in people]))
        alone.append(block([[(_bare(bare), each.promise()) for each in talks] for talks in people]))
    path, rasa = _figures("ours", level, ours), _figures("Rasa alone", level, alone)
    yield {**path, "times Rasa's p50": round(float(str(path["p50_ms"])) / float(str(rasa["p50_ms"])), 2)}
    yield {**rasa, "times Rasa's p50": 1.0}


def _figures(path: str, level: int, blocks: Sequence[Spoken]) -> Row:
    seconds = [each for spoken in blocks for each in spoken.seconds]
    return {
        "path": path,
        "debtors at once": level,
        "turns": len(seconds),
        "p50_ms": round(median(seconds) * 1000, 1),
        "p95_ms": round(quantiles(seconds, n=20)[-1] * 1000, 1),
        "turns a second": round(median(spoken.rate for spoken in blocks), 1),
    }


def _long(debtor: Debtor, turns: int, floor: Any, bare: Any) -> list[Row]:
    lines: dict[str, Line] = {"ours": _ours(floor, debtor), "Rasa alone": _bare(bare)}
    quarter = max(turns // 4, 2)
    rows: list[Row] = []
    for path, line in lines.items():
        (took,) = block([[(line, debtor.long_talk(turns))]]).turns
        first, last = median(took[1 : quarter + 1]), median(took[-quarter:])
        rows.append(
            {
                "path": path,
                "turns": turns,
                f"p50_ms, turns 2 to {quarter + 1}": round(first * 1000, 1),
                f"p50_ms, last {quarter}": round(last * 1000, 1),
            }
        )
    return rows


def _grown(processes: int, learnt: Path, rounds: int) -> Iterator[Row]:
    with _serving("bare", str(learnt), str(processes)) as bare:
        someone = Debtor("", "zh", "0000", "100"), Debtor("", "en", "0000", "100")

        def talks(number: int) -> list[Any]:
            return [(_bare(bare, number), someone[turn % 2].promise()) for turn in range(_talks(AT_ONCE))]

        blocks = [block([talks(number) for number in range(AT_ONCE)]) for _ in range(rounds)]
        yield {"processes": processes, **_figures("Rasa alone", AT_ONCE, blocks)}


def _talks(level: int) -> int:
    return max(TALKS_A_BLOCK // level, 2)


def _ours(floor: Any, debtor: Debtor) -> OurLine:
    return OurLine(floor["url"], debtor.token, debtor.language)


def _bare(bare: Any, number: int = 0) -> BareLine:
    return BareLine(bare["urls"][number % len(bare["urls"])], bare["secret"])


def _debtors(floor: Any) -> list[Debtor]:
    return [Debtor(**each) for each in floor["debtors"]]


def _paired(floor: Any) -> Iterator[tuple[Debtor, Debtor]]:
    """One of each language in turns."""
    here = _debtors(floor)
    return zip(here[: len(here) // 2], here[len(here) // 2 :], strict=True)


def _memory(path: str, served: Any) -> Iterator[Row]:
    """What every process of a path holds in memory after all of its talks."""
    for pid, name in _family(served["pid"]):
        resident = next(line for line in Path(f"/proc/{pid}/status").read_text().splitlines() if "VmRSS" in line)
        yield {"path": path, "process": name, "MB": round(int(resident.split()[1]) / 1024)}


def _family(pid: int) -> Iterator[tuple[int, str]]:
    command = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    yield pid, "Rasa" if any(word.endswith(b"launch.py") for word in command) else "Amends"
    for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
        yield from _family(int(child))


@contextmanager
def _serving(which: str, *arguments: str) -> Iterator[Any]:
    """A process of bench.chat that is ready: what it said of itself, and its `pid`."""
    command = [sys.executable, "-m", f"bench.chat.{which}", *arguments]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            ready = process.stdout.readline()
            if not ready:
                raise SystemExit(f"bench.chat.{which} did not start")
            yield {**json.loads(ready), "pid": process.pid}
        finally:
            process.stdin.close()
            process.wait(60)
