"""A finding in plain words, in Chinese or English. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Final, Literal, cast

import yaml

from strategy.quality.findings import Finding

Language = Literal["zh", "en"]
FILE = Path(__file__).with_name("words.yaml")
SHARES: Final = frozenset({"rejected", "repeated", "currency", "missing", "zero", "constant", "range"})
DAYS: Final = frozenset({"stale", "older"})
TIMES: Final = frozenset({"rows", "units", "proportion"})


@cache
def _words() -> Mapping[str, Mapping[str, Mapping[str, str]]]:
    return cast(Mapping[str, Mapping[str, Mapping[str, str]]], yaml.safe_load(FILE.read_text(encoding="utf-8")))


def level_name(level: str, language: Language) -> str:
    """What a level is called."""
    return _words()["levels"][level][language]


def sentence(finding: Finding, language: Language) -> str:
    """What was found, in one line; a check that is new to the words is told by its code and figure."""
    told = _words()["checks"].get(finding.check)
    facts = {
        "column": column_name(finding.column, language),
        "figure": _figure(finding.check, finding.figure),
        "usual": _figure(finding.check, finding.usual),
        "limit": _figure(finding.check, finding.limit),
    }
    if told is None:
        return f"{finding.check} {finding.column}: {facts['figure']}"
    return told[language].format(**facts)


def column_name(column: str, language: Language) -> str:
    """What a column, or a model's head, is called; a feature by its code."""
    columns = _words()["columns"]
    if column in columns:
        return columns[column][language]
    kind, _, month = column.partition("_")
    if kind in ("billed", "paid") and month.isdigit():
        return columns[kind][language].format(month=int(month) - 1)
    return column


def _figure(check: str, figure: float | None) -> str:
    if figure is None:
        return "-"
    if check in SHARES:
        share = 100 * figure
        return f"{share:.0f} %" if share in (0, 100) or share >= 10 else f"{share:.1f} %"
    if check in DAYS:
        return f"{figure:.0f}"
    if check in TIMES:
        return f"{figure:.0f}" if figure >= 10 else f"{figure:.2g}"
    return f"{figure:.2f}"
