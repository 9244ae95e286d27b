"""How a simulated debtor puts an amount and a day into words. Pure."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from random import Random

MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)


def amount_words(amount: Decimal, language: str, random: Random) -> str:
    """Whole units, as people write them."""
    if language == "zh":
        return f"{amount:.0f}{random.choice(('块', '块钱', '元'))}"
    return random.choice((f"{amount:.0f}", f"{amount:,.0f}"))


def day_words(today: date, day: date, language: str, random: Random) -> str:
    """A day from tomorrow on, so that it reads with or without a preposition before it."""
    ahead = (day - today).days
    if language == "zh":
        options = {1: ["明天"], 2: ["后天"], 3: ["大后天"]}.get(ahead, [f"{ahead}天后"])
        return random.choice([*options, f"{day.month}月{day.day}号", f"{day.month}月{day.day}日"])
    options = {1: ["tomorrow"], 2: ["the day after tomorrow"]}.get(ahead, [f"in {ahead} days"])
    month = MONTHS[day.month - 1]
    return random.choice([*options, f"on {month} {day.day}", f"on the {_ordinal(day.day)} of {month}"])


def _ordinal(number: int) -> str:
    suffix = "th" if 10 <= number % 100 <= 20 else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{suffix}"
