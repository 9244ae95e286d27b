"""How fast, and in how much memory: files and ledgers of up to ten million accounts, each part in a process of its own.

Figures are of one run on whatever else the machine was doing; what is compared is measured side by side in one process.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import polars as pl
from catboost import Pool

from bench import postgres
from bench.books import book_chunk, book_file, registry
from bench.ledgers import scoring_run
from strategy.models.registry import load
from strategy.reasons.leaf_tables import leaf_tables
from strategy.scoring.book import check_book
from strategy.scoring.bulk import CHUNK, score_file
from strategy.scoring.features import feature_table
from strategy.scoring.score import Scorer
from strategy.settings import StrategySettings
from strategy.whatif.speed import whatif_speed

EXPLAINED_BY_CATBOOST = 20_000
"""Its own SHAP call is timed on a sample: a million accounts would take it minutes."""


def file(folder: Path, rows: int, *, reasons: bool) -> dict[str, Any]:
    """Parquet to parquet, and the stages on their own."""
    model, source, target = load(registry(folder)), book_file(folder, rows), folder / "scores.parquet"
    started = time.perf_counter()
    score_file(model, StrategySettings(), source, target, reasons=reasons)
    told: dict[str, Any] = {"accounts": rows, "seconds": _since(started), "peak_mb": _peak()}
    told["output_mb"] = round(target.stat().st_size / 1e6)
    scorer, stages = Scorer(model, reasons=reasons), dict.fromkeys(("read", "features", "bare_model"), 0.0)
    if reasons:
        stages["reasons"] = 0.0
    lazy = pl.scan_parquet(source)
    for start in range(0, rows, CHUNK):
        with _timed(stages, "read"):
            book = check_book(lazy.slice(start, CHUNK).collect(), "book")
        with _timed(stages, "features"):
            table = feature_table(book, model.spec)
        with _timed(stages, "bare_model"):
            for head in model.heads.values():
                head.log_odds(table)
        if reasons:
            with _timed(stages, "reasons"):
                for each in scorer.explainers:
                    each.reasons(table)
    told["stages_s"] = {name: round(seconds, 2) for name, seconds in stages.items()}
    return told


def explained(folder: Path, rows: int) -> dict[str, Any]:
    """SHAP values by our tables and by CatBoost's own call, for both heads, on the same matrix."""
    model = load(registry(folder))
    table = feature_table(check_book(book_chunk(7, rows), "book"), model.spec)
    sample = table[:EXPLAINED_BY_CATBOOST]
    told: dict[str, Any] = {"accounts": rows, "sample": len(sample)}
    ours = theirs = 0.0
    apart = 0.0
    for head in model.heads.values():
        started = time.perf_counter()
        values = leaf_tables(head.model).contributions(table)
        ours += time.perf_counter() - started
        started = time.perf_counter()
        shap = np.asarray(head.model.get_feature_importance(Pool(sample), type="ShapValues", thread_count=2))
        theirs += time.perf_counter() - started
        apart = max(apart, float(np.abs(values[: len(sample)] - shap[:, :-1]).max()))
    scorer = Scorer(model)
    started = time.perf_counter()
    for each in scorer.explainers:
        each.reasons(table)
    told["accounts_a_second"] = {
        "catboost": round(len(sample) / theirs),
        "by_feature": round(rows / ours),
        "reasons_as_text": round(rows / (time.perf_counter() - started)),
    }
    told["times_as_fast"] = round(rows / ours / (len(sample) / theirs), 1)
    told["largest_difference"] = apart
    return told


def ledger(folder: Path, rows: int, kind: str) -> dict[str, Any]:
    """Ledger to ledger in one transaction: scores, reasons and places."""
    if kind == "postgres" and (why := postgres.missing()):
        return {"skipped": why}
    return scoring_run(kind, rows, registry(folder)) | {"peak_mb": _peak()}


def what_if(_folder: Path, rows: int) -> dict[str, Any]:
    """What a manager waits for when a threshold moves."""
    seconds = whatif_speed(rows)
    return {"accounts": rows, **{name: round(value, 3) for name, value in seconds.items()}}


PARTS: dict[str, Callable[[Path, int], dict[str, Any]]] = {
    "file": lambda folder, rows: file(folder, rows, reasons=False),
    "file_reasons": lambda folder, rows: file(folder, rows, reasons=True),
    "explained": explained,
    "sqlite": lambda folder, rows: ledger(folder, rows, "sqlite"),
    "postgres": lambda folder, rows: ledger(folder, rows, "postgres"),
    "what_if": what_if,
}


def main(arguments: Sequence[str]) -> None:
    """Print a table; with ``--json``, write the figures too."""
    parser = argparse.ArgumentParser(prog="scripts/bench score speed", description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000, help="accounts of a part (default: a million)")
    parser.add_argument("--most", type=int, default=10_000_000, help="the largest file (default: 10 million)")
    parser.add_argument("--json", type=Path, help="a file for the figures")
    parser.add_argument("--part", choices=PARTS, help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args(arguments)
    if given.part:
        sys.stdout.write(json.dumps(PARTS[given.part](given.folder, given.rows)))
        return
    sizes = [size for size in (10_000, 100_000, given.rows, given.most) if size <= given.most]
    plan = [("file", size) for size in dict.fromkeys(sizes)]
    plan += [(part, given.rows) for part in PARTS if part != "file"]
    told: dict[str, Any] = {"cores": len(os.sched_getaffinity(0)), "parts": []}
    with TemporaryDirectory(prefix="amends-bench-") as folder:
        registry(Path(folder))
        for part, rows in plan:
            if part.startswith("file"):
                book_file(Path(folder), rows)
            found = _in_a_process(part, rows, folder)
            told["parts"].append({"part": part, **found})
            sys.stdout.write(f"| {part} | {rows:,} | {_line(found)} |\n")
            sys.stdout.flush()
    if given.json:
        given.json.write_text(json.dumps(told, indent=2), encoding="utf-8")


def _in_a_process(part: str, rows: int, folder: str) -> dict[str, Any]:
    command = [sys.executable, "-m", "bench.speed", "--part", part, "--rows", str(rows), "--folder", folder]
    done = subprocess.run(command, stdout=subprocess.PIPE, check=True, text=True)
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def _line(found: dict[str, Any]) -> str:
    return ", ".join(f"{name} {value}" for name, value in found.items() if name != "accounts")


@contextmanager
def _timed(stages: dict[str, float], name: str) -> Iterator[None]:
    started = time.perf_counter()
    yield
    stages[name] += time.perf_counter() - started


def _since(started: float) -> float:
    return round(time.perf_counter() - started, 2)


def _peak() -> int:
    """The most memory this process has had, in MB."""
    return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


if __name__ == "__main__":
    main(sys.argv[1:])
