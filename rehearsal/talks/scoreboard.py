"""The scoreboard of docs/scoreboard.md: one row a version of the assistant, over the same talks. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

COLUMNS: Final[tuple[tuple[str, str], ...]] = (
    ("success", "success"),
    ("promises", "promises"),
    ("within_ability", "within ability"),
    ("conceded", "conceded"),
    ("politeness", "politeness"),
    ("turns_median", "turns"),
    ("turns_p90", "p90"),
    ("help", "help"),
    ("missed_cries", "missed cries"),
    ("wrong_alarms", "wrong alarms"),
    ("understood", "understood"),
    ("violations", "violations"),
    ("failed", "failed"),
)
HEADING: Final = "| version | model | day | talks | seed | " + " | ".join(name for _, name in COLUMNS) + " |"
RULE: Final = "|" + "---|" * (5 + len(COLUMNS))
SHARES: Final = frozenset(
    {"success", "promises", "within_ability", "conceded", "politeness", "help", "wrong_alarms", "understood"}
)


class NoScoreboard(Exception):
    """The file has no table to add a row to; the message says which heading it should have."""


def row(figures: Mapping[str, Any], version: str, model: str, day: date, seed: int) -> str:
    """One version's row. Shares are in per cent."""
    told = " | ".join(_told(name, figures[name]) for name, _ in COLUMNS)
    return f"| {version} | {model} | {day.isoformat()} | {figures['talks']} | {seed} | {told} |"


def with_row(document: str, new: str) -> str:
    """The document with the row at the end of its table; a row of the same version, model, talks and seed gives way.

    :raises NoScoreboard: there is no such table.
    """
    lines = document.splitlines()
    if HEADING not in lines:
        raise NoScoreboard(f"no table in it begins with: {HEADING}")
    end = lines.index(HEADING) + 2
    while end < len(lines) and lines[end].startswith("|"):
        if _same(lines[end], new):
            del lines[end]
        else:
            end += 1
    lines.insert(end, new)
    return "\n".join(lines) + "\n"


def _told(name: str, value: Any) -> str:
    if value is None:
        return "-"
    return f"{100 * value:.1f}%" if name in SHARES else f"{value:g}"


def _same(left: str, right: str) -> bool:
    of_the_run = (1, 2, 4, 5)
    return [left.split("|")[place] for place in of_the_run] == [right.split("|")[place] for place in of_the_run]
