"""What every command shares: progress on standard error, the answer on standard output, one line for bad input."""

from __future__ import annotations

import dataclasses
import getpass
import json
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from rich.cells import cell_len
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

stderr = Console(stderr=True, highlight=False)
stdout = Console(highlight=False)

LONGEST_REFUSAL = 2_000
"""Characters; what is longer quotes what nobody meant to read, and is cut in its middle."""

Step = Callable[[int, int], None]
"""progress(done, total)"""


class BadInput(Exception):
    """Something the caller can mend. The message is the one clear line; the exit status is 2."""


class Stopwatch:
    """Seconds by stage, in the order the stages ran."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    @contextmanager
    def stage(self, name: str, title: str) -> Iterator[Step]:
        """Time one stage and show its progress."""
        started = time.perf_counter()
        with progress(title) as step:
            yield step
        self.add(name, time.perf_counter() - started)

    def add(self, name: str, seconds: float) -> None:
        """Add to a stage that is timed piece by piece."""
        self.seconds[name] = round(self.seconds.get(name, 0) + seconds, 4)


@contextmanager
def progress(title: str) -> Iterator[Step]:
    """A progress bar on a terminal; a line at the start and one at the end where there is none."""
    if not stderr.is_terminal:
        started = time.perf_counter()
        stderr.print(f"==> {title}")
        yield lambda _done, _total: None
        stderr.print(f"    {time.perf_counter() - started:.1f} s")
        return
    columns = (TextColumn("{task.description:<42}"), BarColumn(24), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=stderr) as bar:
        task = bar.add_task(title, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)
        finished = bar.tasks[0].total or 1
        bar.update(task, completed=finished, total=finished)


@contextmanager
def stages(title: str) -> Iterator[Callable[[str, int, int], None]]:
    """Progress of work that tells its stages itself, `(stage, done, total)`: a bar, or a line, for each of them."""
    with ExitStack() as now:
        step: Step | None = None
        shown = ""

        def told(stage: str, done: int, total: int) -> None:
            nonlocal step, shown
            if step is None or stage != shown:
                now.close()
                step, shown = now.enter_context(progress(f"{title}: {stage}")), stage
            step(done, total)

        yield told


def answer(value: Any, *, as_json: bool, text: Callable[[], str]) -> None:
    """Print the command's result: one JSON value, or the text for people."""
    if as_json:
        sys.stdout.write(json.dumps(value, default=_plain, ensure_ascii=False, indent=2) + "\n")
    else:
        stdout.print(text(), markup=False, soft_wrap=True)


def table(rows: Mapping[str, Any], indent: str = "") -> str:
    """A nested mapping as aligned lines."""
    lines = []
    width = max((len(str(key)) for key in rows), default=0) + 2
    for key, value in rows.items():
        if isinstance(value, Mapping):
            lines.append(f"{indent}{key}")
            lines.append(table(value, indent + "  ") or f"{indent}  -")
        else:
            lines.append(f"{indent}{key!s:<{width}}{value}")
    return "\n".join(lines)


def aligned(rows: Sequence[Sequence[str]]) -> list[str]:
    """Columns under each other, Chinese counted as wide as it is printed; a row of one cell is a heading."""
    full = [row for row in rows if len(row) > 1]
    widths = [max(cell_len(row[place]) for row in full if place < len(row)) for place in range(max(map(len, full)))]
    return [
        row[0]
        if len(row) == 1
        else "  ".join(cell + " " * (width - cell_len(cell)) for cell, width in zip(row, widths, strict=False)).rstrip()
        for row in rows
    ]


def tell(line: str) -> None:
    """One line about what is going on, however long it is."""
    stderr.print(line, markup=False, soft_wrap=True)


def refuse(line: str, status: int) -> int:
    """Print a refusal and give the exit status back: one line, whatever it quotes of what was given."""
    shown = "".join(each if each.isprintable() else " " for each in line)
    if len(shown) > LONGEST_REFUSAL:
        half = LONGEST_REFUSAL // 2
        shown = f"{shown[:half]} ... {shown[-half:]}"
    tell(f"amends: {shown}")
    return status


def existing(path: Path) -> Path:
    """:raises BadInput: no such file."""
    if not path.is_file():
        raise BadInput(f"no such file: {path}")
    return path


def operator() -> str:
    """Who calls a command: the account at the operating system, as the audit chain names them."""
    try:
        return getpass.getuser()[:64]
    except (KeyError, OSError):  # a process without an entry of its own, as in some containers
        return "unknown"


def _plain(value: Any) -> Any:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return dataclasses.asdict(value)
    if isinstance(value, Decimal | Path):
        return str(value)
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, set | frozenset | tuple):
        return list(value)
    raise TypeError(f"cannot be written as JSON: {type(value).__name__}")
