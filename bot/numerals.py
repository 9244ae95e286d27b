"""Numbers as people say them: Chinese, English and mixed numerals, and digits spelled one by one."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal

import cn2an

_ZH_DIGITS = ("零〇", "一幺壹", "二两贰貳", "三叁叄", "四肆", "五伍", "六陆", "七柒", "八捌", "九玖")
ZH_DIGITS = {char: value for value, chars in enumerate(_ZH_DIGITS) for char in chars}
ZH_UNITS = {"十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1000, "仟": 1000, "万": 10**4, "亿": 10**8}
EN_DIGITS = {
    "zero": 0, "nought": 0, "naught": 0, "oh": 0, "o": 0, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5,
    "six": 6, "seven": 7, "eight": 8, "nine": 9,
}  # fmt: skip
EN_TEENS = {
    "ten": 10, "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16,
    "seventeen": 17, "eighteen": 18, "nineteen": 19,
}  # fmt: skip
EN_TENS = {
    "twenty": 20, "thirty": 30, "forty": 40, "fourty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80,
    "ninety": 90,
}  # fmt: skip
EN_SCALES = {"thousand": 1000, "k": 1000, "grand": 1000, "million": 10**6}
EN_WORDS = {word: value for word, value in {**EN_DIGITS, **EN_TEENS, **EN_TENS}.items() if word not in ("o", "oh")}

_ZH_DIGIT = "".join(ZH_DIGITS)
_ZH_NUMERAL = re.compile(rf"[\d.点半{_ZH_DIGIT}{''.join(ZH_UNITS)}]+", re.ASCII)
_ZH_POINT = re.compile(f"(?<![^{_ZH_DIGIT}])([{_ZH_DIGIT}]+)点([{_ZH_DIGIT}]+)(?=[{''.join(ZH_UNITS)}])")
_FIGURE = re.compile(r"\d+(?:\.\d+)?")


def chinese(said: str) -> Decimal | None:
    """The value of a whole Chinese or mixed numeral: 两千三百, 一万二, 三百五, 1.5万, 2千3, 半万, 二三零零.

    A last digit without its unit is a tenth of the unit before it, as people shorten: 三百五 is 350, 三百零五 is 305.
    None when `said` is no number.
    """
    if not _ZH_NUMERAL.fullmatch(said):
        return None
    if said[0] == "半":
        return Decimal(ZH_UNITS[said[1]]) / 2 if len(said) == 2 and said[1] in ZH_UNITS else None
    # The library reads 1.5万, and not 一点五万.
    said = _ZH_POINT.sub(lambda found: f"{_spelled(found[1])}.{_spelled(found[2])}", said)
    try:
        return Decimal(str(cn2an.cn2an(said, "smart")))
    except (KeyError, ValueError):
        # The library stumbles over what is no number (三51).
        return None


def english(words: Sequence[str]) -> Decimal | None:
    """The value of a whole English numeral, one word or figure each: two thousand three hundred, 2.5 thousand, a grand.

    As people shorten, "twenty three hundred" is 2300 and "one fifty" is 150. None if the words are no number.
    """
    total, group, limit = Decimal(0), None, Decimal("Infinity")
    rest = list(words)
    while rest:
        word = rest.pop(0)
        following = rest[0] if rest else ""
        if word in ("a", "an") and group is None and (following == "hundred" or following in EN_SCALES):
            group = Decimal(1)
        elif word == "half" and group is None and rest[:1] == ["a"] and len(rest) > 1 and rest[1] in EN_SCALES:
            group, rest = Decimal("0.5"), rest[1:]
        elif word == "and" and rest[:2] == ["a", "half"] and group is not None and len(rest) > 2:
            group, rest = group + Decimal("0.5"), rest[2:]
        elif word == "and" and rest == ["a", "half"] and group is None and total:
            return total + limit / 2
        elif word == "and" and following and (group is not None or total):
            continue
        elif word == "point" and group is not None and following in EN_DIGITS:
            group, rest = group + Decimal(EN_DIGITS[following]) / 10, rest[1:]
        elif word == "hundred" and group is not None and group < 100:
            group *= 100
        elif word in EN_SCALES and group is not None and EN_SCALES[word] < limit:
            limit = Decimal(EN_SCALES[word])
            total, group = total + group * limit, None
        else:
            value = EN_WORDS.get(word)
            figure = Decimal(word) if _is_figure(word) else None if value is None else Decimal(value)
            group = None if figure is None else figure if group is None else _joined(group, figure)
            if group is None:
                return None
    return total + group if group is not None and group < limit else total if group is None and total else None


def _joined(group: Decimal, value: Decimal) -> Decimal | None:
    """`value` said right after `group`: twenty + three, two hundred + thirty, one + fifty."""
    if group >= 100 and group % 100 == 0 and value < 100:
        return group + value
    if group >= 20 and group % 10 == 0 and group % 100 != 10 and 0 < value < 10:
        return group + value
    if 0 < group < 20 and 10 <= value < 100:
        return group * 100 + value
    return None


def _is_figure(token: str) -> bool:
    return token.isascii() and _FIGURE.fullmatch(token) is not None


def _spelled(digits: str) -> str:
    return "".join(str(ZH_DIGITS[each]) for each in digits)
