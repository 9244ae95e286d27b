"""``python -m bench.faults sqlite|postgresql [--people N] [--one-fault]``: what came of it, as JSON."""

from __future__ import annotations

import argparse
import json
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory

from bench import postgres
from bench.faults.flaws import FLAWS
from bench.faults.one_fault import every_moment
from bench.faults.ordeal import Ordeal, ordeal
from bench.faults.people import People
from bench.faults.setting import Setting

KINDS = ("sqlite", "postgresql")


def on(kind: str, people: People, workers: int = 8, limit_s: float = 600, seed: int = 1, flaw: str = "") -> Ordeal:
    """One ordeal on a database of its own, gone afterwards. `kind`: one of `KINDS`."""
    with _database(kind) as (folder, url):
        return ordeal(Setting(folder, url, seed, flaw), people, workers, limit_s)


@contextmanager
def _database(kind: str) -> Iterator[tuple[Path, str | None]]:
    with TemporaryDirectory(prefix="amends-ordeal-") as folder:
        if kind == "sqlite":
            yield Path(folder), None
            return
        with postgres.running() as url:
            yield Path(folder), url


def main(arguments: list[str]) -> None:
    """Print the figures of an ordeal, or with ``--one-fault`` a list with one entry for each moment of dying."""
    parser = argparse.ArgumentParser(prog="python -m bench.faults", description=__doc__)
    parser.add_argument("kind", choices=KINDS)
    parser.add_argument("--people", type=int, default=100)
    parser.add_argument("--contacts", type=int, default=12, help="planned for each of them (default: 12)")
    parser.add_argument("--workers", type=int, default=8)
    parser.add_argument("--limit-s", type=float, default=600)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--flaw", choices=FLAWS, default="", help="a mistake that workers make, which must be found")
    parser.add_argument("--one-fault", action="store_true", help="one contact, and a death at each moment of its life")
    given = parser.parse_args(arguments)
    # So that whoever ends us ends the workers and the database, too.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    told: object
    if given.one_fault:
        told = [asdict(each) for each in every_moment(given.kind)]
    else:
        people = People(given.people, given.contacts)
        told = on(given.kind, people, given.workers, given.limit_s, given.seed, given.flaw).figures()
    sys.stdout.write(json.dumps(told, indent=2, default=str) + "\n")


if __name__ == "__main__":
    main(sys.argv[1:])
