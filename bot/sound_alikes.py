"""Sums and days that a telephone line makes one sound: fifteen and fifty, 一 and 七, 四 and 十. Pure."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from typing import Final

_TEENS: Final = range(13, 20)
_TENS: Final = range(30, 100, 10)
# 四 and 十 each stand alone or before the same unit: 四 and 十, 四万 and 十万; and turned round: 十四 and 四十.
_ZH_WHOLE: Final = {4: 10, 10: 4, 14: 40, 40: 14}
_ZH_DAYS: Final = {4: 10, 10: 4, 1: 7, 7: 1, 11: 17, 17: 11, 21: 27, 27: 21}
_EN_DAYS: Final = {13: 30, 30: 13}


def alike_sums(value: Decimal, lang: str, *, least: Decimal, most: Decimal) -> tuple[Decimal, ...]:
    """Other sums from `least` to `most` that `value` is easily mistaken for, in the language that was spoken."""
    whole = int(value)
    alike = _alike_en(whole) if lang == "en" else _alike_zh(whole)
    cents = value - whole
    return tuple(each + cents for each in sorted(alike - {whole}) if least <= each + cents <= most)


def alike_days(day: date, lang: str, today: date) -> tuple[date, ...]:
    """The other day of the same month that `day` is easily mistaken for, where it is not over."""
    other = (_EN_DAYS if lang == "en" else _ZH_DAYS).get(day.day)
    try:
        alike = None if other is None else day.replace(day=other)
    except ValueError:  # February has no 30th
        return ()
    return () if alike is None or alike < today else (alike,)


def _alike_en(whole: int) -> set[Decimal]:
    """-teen and -ty, in the thousands and in what comes after them."""
    thousands, rest = divmod(whole, 1000)
    return {Decimal(thousands * 1000 + other) for other in _teen_or_ty(rest)} | {
        Decimal(other * 1000 + rest) for other in _teen_or_ty(thousands)
    }


def _teen_or_ty(group: int) -> set[int]:
    hundreds, tail = divmod(group, 100)
    if tail in _TEENS:
        return {hundreds * 100 + (tail - 10) * 10}
    return {hundreds * 100 + tail // 10 + 10} if tail in _TENS else set()


def _alike_zh(whole: int) -> set[Decimal]:
    for unit in (1, 10_000):
        if whole % unit == 0 and whole // unit in _ZH_WHOLE:
            return {Decimal(_ZH_WHOLE[whole // unit] * unit)} | _one_or_seven(whole)
    return _one_or_seven(whole)


def _one_or_seven(whole: int) -> set[Decimal]:
    """The first or the last figure that is said, one for seven; 十 has no 一 before it."""
    figures = str(whole)
    said = [found.start() for found in re.finditer("[17]", figures)]
    if len(figures) == 2 and figures[0] == "1":
        said = said[1:]
    other = {"1": "7", "7": "1"}
    return {Decimal(figures[:at] + other[figures[at]] + figures[at + 1 :]) for at in said}
