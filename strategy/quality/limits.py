"""The limits of the checks, with their reasons (limits.yaml), and a manager's own file that may tighten them. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

SHIPPED = Path(__file__).with_name("limits.yaml")


class LimitsUnreadable(Exception):
    """A manager's limits are no limits, or looser than the shipped ones; the message names the line to mend."""


@dataclass(frozen=True, slots=True)
class Limit:
    """From where on a check warns, and from where on the feed is broken; None: never by this check."""

    warn: float
    broken: float | None
    why: str


Limits = Mapping[str, Limit]
"""By the check's code."""


@cache
def shipped_limits() -> Limits:
    """The limits that come with Amends."""
    entries = yaml.safe_load(SHIPPED.read_text(encoding="utf-8"))
    return {
        check: Limit(float(entry["warn"]), float(entry["broken"]) if "broken" in entry else None, entry["why"])
        for check, entry in entries.items()
    }


def limits_of(own: Path) -> Limits:
    """The shipped limits, tightened by ``own`` where there is such a file (``psi: {warn: 0.08}``).

    :raises LimitsUnreadable: then nothing may be called good.
    """
    limits = dict(shipped_limits())
    try:
        entries = yaml.safe_load(own.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return limits
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise LimitsUnreadable(f"{own.name}: cannot be read") from error
    if not isinstance(entries, dict):
        raise LimitsUnreadable(f"{own.name}: must hold checks with their limits")
    for check, entry in entries.items():
        if check not in limits:
            raise LimitsUnreadable(f"{own.name}: there is no check {check!r}; there are {', '.join(limits)}")
        limits[check] = _tightened(f"{own.name}: {check}", limits[check], entry)
    return limits


def _tightened(where: str, limit: Limit, entry: Any) -> Limit:
    if not isinstance(entry, dict) or not entry or not entry.keys() <= {"warn", "broken"}:
        raise LimitsUnreadable(f"{where}: must hold warn, broken or both")
    warn, broken = _number(where, entry.get("warn", limit.warn)), entry.get("broken", limit.broken)
    broken = None if broken is None else _number(where, broken)
    if warn > limit.warn or (limit.broken is not None and (broken is None or broken > limit.broken)):
        raise LimitsUnreadable(f"{where}: may be tightened (lowered), not loosened")
    if broken is not None and broken < warn:
        raise LimitsUnreadable(f"{where}: broken must not lie below warn")
    return Limit(warn, broken, limit.why)


def _number(where: str, value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not value >= 0:
        raise LimitsUnreadable(f"{where}: must be a number, 0 or more")
    return float(value)
