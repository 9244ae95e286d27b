"""``python -m bench.faults sqlite|postgresql PEOPLE [WORKERS]``: one ordeal; its figures as JSON."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from bench import postgres
from bench.faults.ordeal import Ordeal, ordeal
from bench.faults.people import People
from bench.faults.setting import Setting


def on(kind: str, people: People, workers: int = 8, limit_s: float = 600) -> Ordeal:
    """One ordeal on a database of its own, gone afterwards. `kind`: 'sqlite' or 'postgresql'."""
    with TemporaryDirectory(prefix="amends-ordeal-") as folder:
        if kind == "sqlite":
            return ordeal(Setting(Path(folder)), people, workers, limit_s)
        with postgres.running() as url:
            return ordeal(Setting(Path(folder), url), people, workers, limit_s)


def main(arguments: list[str]) -> None:
    kind, people, workers = (*arguments, "8")[:3]
    print(json.dumps(on(kind, People(int(people)), int(workers)).figures(), indent=2))  # noqa: T201


if __name__ == "__main__":
    main(sys.argv[1:])
