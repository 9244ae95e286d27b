"""The sum that is due, in the words in which people say a sum that both sides know: "the four ten", "twelve forty"."""

from __future__ import annotations

import re
from decimal import Decimal
from functools import lru_cache

from bot.numerals import EN_DIGITS, EN_TEENS, EN_TENS

_MOST = 100_000
_WORD_OF = {value: word for word, value in reversed({**EN_DIGITS, **EN_TEENS, **EN_TENS}.items())}


def named_as_said(said: str, due: Decimal) -> str:
    """Normalised text in which `due`, spoken as nobody would write it, stands in figures.

    Such words can mean other sums, hours or years too, which is why only the sum that is due is looked for.
    """
    shape = _shape(due)
    return said if shape is None else shape.sub(f"{due.normalize():f}", said)


@lru_cache(maxsize=256)
def _shape(due: Decimal) -> re.Pattern[str] | None:
    whole, cents = int(due), int(due * 100) % 100
    if not 100 <= whole < _MOST:
        return None
    forms = _hundreds(whole)
    if cents:
        small = [_small(cents)] if cents >= 10 else [f"oh {_small(cents)}", f"and {_small(cents)} cents?"]
        forms = [f"{form}(?: dollars| pounds| euros)?(?: and)? {each}(?: cents)?" for form in forms for each in small]
    written = "|".join(sorted(forms, key=len, reverse=True)).replace(" ", "[ -]")
    # "Call me at four ten" names an hour.
    return re.compile(rf"(?<!at )(?<!\w)(?:{written})(?![\w-]| (?:hundred|thousand|grand|k)\b)", re.ASCII)


def _hundreds(whole: int) -> list[str]:
    """ "Four hundred and ten", "four ten"; "twelve hundred and forty", "one thousand two hundred forty"."""
    hundreds, rest = divmod(whole, 100)
    forms: list[str] = []
    if hundreds < 100 and hundreds:
        forms += [f"{_small(hundreds)} hundred{tail}" for tail in ([f"(?: and)? {_small(rest)}"] if rest else [""])]
        if rest:
            forms.append(f"{_small(hundreds)} {_small(rest) if rest >= 10 else f'oh {_small(rest)}'}")
    thousands, below = divmod(whole, 1000)
    if thousands:
        left = (_hundreds(below) if below >= 100 else [f"(?:and )?{_small(below)}"]) if below else [""]
        forms += [f"{_small(thousands)} thousand {each}".strip() for each in left]
    return forms


def _small(value: int) -> str:
    tens, unit = divmod(value, 10)
    if value in _WORD_OF:
        return _WORD_OF[value]
    return f"{_WORD_OF[tens * 10]} {_WORD_OF[unit]}"
