"""The staff pages' words in both languages, from words.yaml. What debtors are told is in bot/phrases, not here."""

from __future__ import annotations

from datetime import datetime
from functools import cache
from pathlib import Path
from typing import cast
from zoneinfo import ZoneInfo

import yaml

from app.web.language import Language
from ledger.money import Money

FILE = Path(__file__).parent / "words.yaml"
ZONE = ZoneInfo("Asia/Shanghai")
"""The zone that staff read times in."""


@cache
def entries() -> dict[str, dict[str, str]]:
    """Every entry: id -> {'zh': ..., 'en': ...}."""
    return cast(dict[str, dict[str, str]], yaml.safe_load(FILE.read_text(encoding="utf-8")))


def say(name: str, language: Language, /, **facts: object) -> str:
    """One entry, its braces filled with `facts`.

    :raises KeyError: there is no such entry.
    """
    return entries()[name][language].format(**facts)


def name_of(kind: str, code: str, language: Language) -> str:
    """The name of a code (a trigger, a queue, ...), or the code itself spelt readably when it is new to us."""
    entry = entries().get(f"{kind}.{code}")
    return entry[language] if entry else code.replace("_", " ")


def amount(money: Money) -> str:
    """1,234.50 TWD."""
    return f"{money.amount:,.2f} {money.currency}"


def moment(at: datetime, zone: ZoneInfo = ZONE) -> str:
    """Day and minute, in the staff's zone or another one."""
    return at.astimezone(zone).strftime("%m-%d %H:%M")


def clock_time(at: datetime) -> str:
    return at.astimezone(ZONE).strftime("%H:%M:%S")
