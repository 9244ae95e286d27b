"""The way from a plan to a contact, measured: ``scripts/bench dispatch [gate|reserve|audit|faults|all] [options]``.

A part is a module ``bench.dispatch_<part>`` with ``measure(options) -> rows``: options are the words after the part
(none for ``all``), a row is a flat mapping of names to figures. Rows with the same names stand in one table.
"""

from __future__ import annotations

import argparse
import importlib
import importlib.util
import json
import os
import platform
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import groupby
from pathlib import Path

Row = Mapping[str, str | int | float | bool | None]
Measure = Callable[[Sequence[str]], Sequence[Row]]
PARTS = ("gate", "reserve", "audit", "faults")


def found_parts() -> dict[str, Measure]:
    """The parts that this checkout has, in the order of a contact's life."""
    modules = {part: f"bench.dispatch_{part}" for part in PARTS}
    return {
        part: importlib.import_module(module).measure
        for part, module in modules.items()
        if importlib.util.find_spec(module) is not None
    }


def main(arguments: Sequence[str]) -> None:
    """Print a table for each part; with ``--json``, write the figures too."""
    parts = found_parts()
    parser = argparse.ArgumentParser(prog="scripts/bench dispatch", description=__doc__)
    parser.add_argument("part", nargs="?", default="all", choices=[*parts, "all"])
    parser.add_argument("--json", type=Path, help="a file for the figures")
    given, options = parser.parse_known_args(arguments)
    if given.part == "all" and options:
        parser.error(f"all takes no options of a part: {' '.join(options)}")
    told: dict[str, object] = {"cores": len(os.sched_getaffinity(0)), "python": platform.python_version()}
    for part in parts if given.part == "all" else [given.part]:
        rows = told[part] = list(parts[part](options))
        sys.stdout.write(f"\n## {part}\n" + "\n".join(table(rows)) + "\n")
        sys.stdout.flush()
    if given.json:
        given.json.write_text(json.dumps(told, indent=2), encoding="utf-8")


def table(rows: Sequence[Row]) -> Iterator[str]:
    """Markdown, a new head wherever the names change."""
    for names, group in groupby(rows, key=_names):
        yield ""
        yield f"| {' | '.join(names)} |"
        yield f"|{'---|' * len(names)}"
        for row in group:
            yield f"| {' | '.join(_spelled(value) for value in row.values())} |"


def _names(row: Row) -> tuple[str, ...]:
    return tuple(row)


def _spelled(value: object) -> str:
    if isinstance(value, bool) or value is None:
        return {True: "yes", False: "no", None: ""}[value]
    if isinstance(value, int | float):
        return f"{value:,}" if isinstance(value, int) or value < 1_000 else f"{value:,.0f}"
    return str(value)


if __name__ == "__main__":
    main(sys.argv[1:])
