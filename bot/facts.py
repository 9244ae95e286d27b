"""How a fact is worded in each language: money, days, counts of days and choices."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from ledger.money import Money


@dataclass(frozen=True, slots=True)
class Digits:
    """An amount to be said figure by figure, so that no ear takes fifteen for fifty."""

    amount: Decimal


@dataclass(frozen=True, slots=True)
class Alike:
    """Sums that sound alike, each to be said as a sum and figure by figure."""

    sums: tuple[Money, ...]


@dataclass(frozen=True, slots=True)
class Count:
    """How many there are of something that the sentence names."""

    number: int


@dataclass(frozen=True, slots=True)
class Parts:
    """Sums and their days, all to be said."""

    parts: tuple[tuple[Money, date], ...]


Fact = Money | date | int | str | Count | Digits | Alike | Parts | tuple[Money, ...] | tuple[date, ...]

# What people call the currency in a sentence. Others are worded by their ISO 4217 code, which is never wrong.
CURRENCIES = {
    "zh": {"TWD": "新台币", "CNY": "人民币", "USD": "美元", "HKD": "港币", "EUR": "欧元", "GBP": "英镑"},
    "en": {"TWD": "NT$", "CNY": "¥", "USD": "$", "HKD": "HK$", "EUR": "€", "GBP": "£"},
}
WEEKDAYS = {
    "zh": ("星期一", "星期二", "星期三", "星期四", "星期五", "星期六", "星期日"),
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
}
MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
# What each field of a sentence may hold. A sentence with a field that is not listed here is not loaded.
KINDS: dict[str, tuple[type, ...]] = {
    "amount": (Money,),
    "amount_due": (Money,),
    "balance": (Money,),
    "smallest": (Money,),
    "due_on": (date,),
    "latest": (date,),
    "bound": (Money, date),
    "example": (Money, date),
    "options": (tuple,),
    "days_past_due": (int,),
    "count": (Count,),
    "figures": (Digits,),
    "alike": (Alike,),
    "parts": (Parts,),
    "reference": (str,),
    "hours": (str,),
    "bank": (str,),
    "link": (str,),
}
FIGURES = {
    "zh": dict(zip("0123456789.", "零一二三四五六七八九点", strict=True)),
    "en": dict(
        zip(
            "0123456789.",
            ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "point"),
            strict=True,
        )
    ),
}
BETWEEN_OPTIONS = {"zh": "，还是", "en": ", or "}
COMMA = {"zh": "，", "en": ", "}
BETWEEN_FIGURES = {"zh": "、", "en": ", "}
ON_THE_DAY = {"zh": "：", "en": ": "}
BETWEEN_PARTS = {"zh": "；", "en": "; "}
# A text fact is a name or a link. Longer ones, or ones over several lines, are not facts.
LONGEST_TEXT = 200


def money(value: Money, lang: str) -> str:
    """`新台币2300元` or `NT$2,300`, with decimals only when there are cents; no commas in Chinese, voices say them."""
    symbol = CURRENCIES[lang].get(value.currency)
    whole = value.amount == value.amount.to_integral_value()
    if lang == "zh":
        return f"{symbol or value.currency}{_digits(value.amount, whole, commas=False)}元"
    digits = _digits(abs(value.amount), whole, commas=True)
    sign = "-" if value.amount < 0 else ""
    return f"{sign}{symbol}{digits}" if symbol else f"{sign}{value.currency} {digits}"


def _digits(amount: Decimal, whole: bool, *, commas: bool) -> str:
    decimals = 0 if whole else 2
    return f"{amount:,.{decimals}f}" if commas else f"{amount:.{decimals}f}"


def day(value: date, lang: str) -> str:
    """`2026年11月27日星期五` or `Friday 27 November 2026`: weekday and year make a read-back unmistakable."""
    weekday = WEEKDAYS[lang][value.weekday()]
    if lang == "zh":
        return f"{value.year}年{value.month}月{value.day}日{weekday}"
    return f"{weekday} {value.day} {MONTHS[value.month - 1]} {value.year}"


def days(count: int, lang: str) -> str:
    if lang == "zh":
        return f"{count}天"
    return f"{count} day" if count == 1 else f"{count} days"


def wording(fact: Fact, lang: str) -> str:
    """The fact in words.

    :raises ValueError: a text that is too long or has control characters, or an empty choice.
    """
    if isinstance(fact, Money):
        return money(fact, lang)
    if isinstance(fact, date):
        return day(fact, lang)
    if isinstance(fact, int):
        return days(fact, lang)
    if isinstance(fact, Count):
        return str(fact.number)
    if isinstance(fact, Digits):
        whole = fact.amount == fact.amount.to_integral_value()
        return BETWEEN_FIGURES[lang].join(FIGURES[lang][each] for each in _digits(fact.amount, whole, commas=False))
    if isinstance(fact, Alike):
        return _choice(
            [f"{money(each, lang)}{COMMA[lang]}{wording(Digits(each.amount), lang)}" for each in fact.sums], lang
        )
    if isinstance(fact, Parts):
        return BETWEEN_PARTS[lang].join(
            f"{day(on, lang)}{ON_THE_DAY[lang]}{money(sum_, lang)}" for sum_, on in fact.parts
        )
    if isinstance(fact, tuple):
        return _choice([wording(option, lang) for option in fact], lang)
    if not fact.isprintable() or not 0 < len(fact) <= LONGEST_TEXT:
        raise ValueError("a text fact must be one short printable line")
    return fact


def _choice(options: list[str], lang: str) -> str:
    if not options:
        raise ValueError("a choice needs at least one option")
    return BETWEEN_OPTIONS[lang].join(options)


def pattern(field: str, lang: str) -> str:
    """A regular expression for every wording that `field` can have in `lang`.

    :raises KeyError: no such field.
    """
    return "(?:" + "|".join(_shape(kind, lang) for kind in KINDS[field]) + ")"


def _shape(kind: type, lang: str) -> str:
    if kind is Money:
        named = "|".join(re.escape(symbol) for symbol in CURRENCIES[lang].values())
        return (
            rf"(?:{named}|[A-Z]{{3}})-?\d+(?:\.\d\d)?元"
            if lang == "zh"
            else (rf"-?(?:{named}|[A-Z]{{3}} )\d{{1,3}}(?:,\d{{3}})*(?:\.\d\d)?")
        )
    if kind is date:
        weekdays = "|".join(WEEKDAYS[lang])
        if lang == "zh":
            return rf"\d{{1,4}}年\d{{1,2}}月\d{{1,2}}日(?:{weekdays})"
        return rf"(?:{weekdays}) \d{{1,2}} (?:{'|'.join(MONTHS)}) \d{{1,4}}"
    if kind is int:
        return r"-?\d+天" if lang == "zh" else r"-?\d+ days?"
    if kind is Count:
        return r"\d+"
    if kind is Digits:
        figure = "(?:" + "|".join(FIGURES[lang].values()) + ")"
        return rf"{figure}(?:{BETWEEN_FIGURES[lang]}{figure})*"
    if kind is Alike:
        option = f"(?:{_shape(Money, lang)}){COMMA[lang]}(?:{_shape(Digits, lang)})"
        return f"{option}(?:{BETWEEN_OPTIONS[lang]}{option})*"
    if kind is Parts:
        part = f"(?:{_shape(date, lang)}){ON_THE_DAY[lang]}(?:{_shape(Money, lang)})"
        return rf"{part}(?:{BETWEEN_PARTS[lang]}{part})*"
    if kind is tuple:
        option = f"(?:{_shape(Money, lang)}|{_shape(date, lang)})"
        return f"{option}(?:{BETWEEN_OPTIONS[lang]}{option})*"
    return rf"[^\n]{{1,{LONGEST_TEXT}}}"
