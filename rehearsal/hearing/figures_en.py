"""Amounts, days and digits as English-speaking debtors say them, drawn at random; in words, as they are heard."""

from __future__ import annotations

from decimal import Decimal
from random import Random

_ONES = (
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
    "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
)  # fmt: skip
_TENS = (
    "zero", "ten", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety",
)  # fmt: skip
WORDS = (*_ONES, *_TENS)
_ORDINALS = {
    "one": "first", "two": "second", "three": "third", "five": "fifth", "eight": "eighth", "nine": "ninth",
    "twelve": "twelfth", "twenty": "twentieth", "thirty": "thirtieth",
}  # fmt: skip
_WEEKDAYS = (
    "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday",
)  # fmt: skip
_MONTHS = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
    "december",
)  # fmt: skip
_NEAR = (
    "today", "tomorrow", "the day after tomorrow", "tonight", "tomorrow morning", "tomorrow afternoon",
    "tomorrow evening", "this afternoon", "this evening",
)  # fmt: skip
_VAGUE = (
    "the end of the month", "end of the month", "the end of this month", "the end of next month", "the end of the week",
    "next week", "next month", "this week", "this weekend", "the weekend", "next weekend", "payday", "my payday",
    "when i get paid", "after payday", "the start of next month", "the middle of the month", "in a few days",
    "in a couple of days", "the beginning of the month", "the end of the year", "a week from now", "next payday",
)  # fmt: skip


def number(value: int, draw: Random) -> str:
    """A whole number under a million in words; "and" is said after a hundred in half of them."""
    if value < 20:
        return _ONES[value]
    if value < 100:
        return _TENS[value // 10] + (f" {_ONES[value % 10]}" if value % 10 else "")
    if value < 1000:
        rest = value % 100
        and_ = " and " if draw.random() < 0.4 else " "
        return f"{_ONES[value // 100]} hundred" + (f"{and_}{number(rest, draw)}" if rest else "")
    rest = value % 1000
    and_ = " and " if 0 < rest < 100 and draw.random() < 0.5 else " "
    return f"{number(value // 1000, draw)} thousand" + (f"{and_}{number(rest, draw)}" if rest else "")


def amount(value: Decimal, draw: Random) -> str:
    """An amount in one of the ways it is said: fifteen hundred, two thousand dollars, forty five fifty."""
    whole, cents = divmod(int(value * 100), 100)
    unit = draw.choice(("dollars", "dollars", "dollars", "pounds", "bucks", ""))
    if whole < 20 and not unit:
        unit = "dollars"
    said = number(whole, draw)
    hundreds = whole // 100
    if whole % 100 == 0 and 10 < hundreds < 100 and hundreds % 10 and draw.random() < 0.4:
        said = f"{number(hundreds, draw)} hundred"
    elif 1 <= hundreds <= 9 and whole % 100 >= 20 and not cents and draw.random() < 0.25:
        said, unit = f"{number(hundreds, draw)} {number(whole % 100, draw)}", ""
    elif said.startswith("one ") and whole < 2000 and draw.random() < 0.4:
        said = "a" + said[3:]
    if whole == 1:
        unit = unit.rstrip("s")
    if not cents:
        return f"{said} {unit}".strip()
    if draw.random() < 0.4:
        return (
            f"{said} {number(cents, draw)}" if cents >= 20 else f"{said} point {_ONES[cents // 10]} {_ONES[cents % 10]}"
        )
    coins = f"{number(cents, draw)} {'cent' if cents == 1 else 'cents'}"
    if unit in ("pounds", "pound"):
        coins = f"{number(cents, draw)} pence"
    return (f"{said} {unit or 'dollars'} and " if whole else "") + coins


def ordinal(value: int, draw: Random) -> str:
    """A day of the month: fifteenth, twenty first."""
    *head, last = number(value, draw).split()
    return " ".join((*head, _ORDINALS.get(last, f"{last}th")))


def day(draw: Random) -> str:
    """A day on which to pay, or a way of putting one off."""
    kind = draw.randrange(9)
    if kind == 0:
        return draw.choice(_NEAR)
    if kind in (1, 2):
        return draw.choice(_VAGUE)
    if kind in (3, 4):
        return draw.choice(("", "", "next ", "next ", "this ", "this coming ")) + draw.choice(_WEEKDAYS)
    of_month = ordinal(draw.randint(1, 31), draw)
    if kind == 5:
        return f"the {of_month}" + draw.choice(("", "", "", " of this month", " of next month"))
    if kind in (6, 7):
        month = draw.choice(_MONTHS)
        of_month = ordinal(draw.randint(1, 28), draw)
        return draw.choice((f"{month} {of_month}", f"{month} the {of_month}", f"the {of_month} of {month}"))
    count = draw.randint(1, 20)
    unit = draw.choice(("day", "day", "week", "month")) if count <= 4 else "day"
    return f"in {number(count, draw)} {unit}{'s' if count > 1 else ''}"


def digits(count: int, draw: Random) -> str:
    """Digits one by one; zero is "oh" in a third of the strings, and a repeated one now and then "double"."""
    oh = draw.random() < 0.33
    said = [draw.choice(_ONES[:10]) for _ in range(count)]
    return " ".join("oh" if oh and each == "zero" else each for each in said)
