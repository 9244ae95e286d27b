"""The figures of a model by group on disk, `<home>/fairness/<model>.json`: counts and means, nothing about a person."""

from __future__ import annotations

import json
from pathlib import Path

from strategy.fairness.measuring import Measured


def figures_file(home: Path, model_id: str) -> Path:
    """Where the figures of one model lie."""
    return home / "fairness" / f"{model_id}.json"


def keep(home: Path, model_id: str, measured: Measured) -> None:
    """Write them; the file appears whole or not at all."""
    path = figures_file(home, model_id)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    unfinished = path.with_suffix(".unfinished")
    unfinished.write_text(json.dumps(measured.to_json(), ensure_ascii=False), encoding="utf-8")
    unfinished.replace(path)


def kept(home: Path, model_id: str | None) -> Measured | None:
    """The figures of a model; None where it was not measured, or they cannot be read."""
    if model_id is None:
        return None
    try:
        return Measured.from_json(json.loads(figures_file(home, model_id).read_text(encoding="utf-8")))
    except (OSError, ValueError):
        return None
