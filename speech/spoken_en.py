"""How English says numbers, amounts, dates, times and codes."""

from __future__ import annotations

import re
from collections.abc import Callable

Rules = tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], str]], ...]

_ONES = (
    *("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"),
    *("thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"),
)
_TENS = ("", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_SCALES = ((10**12, "trillion"), (10**9, "billion"), (10**6, "million"), (10**3, "thousand"))
_ORDINALS = {
    "one": "first",
    "two": "second",
    "three": "third",
    "five": "fifth",
    "eight": "eighth",
    "nine": "ninth",
    "twelve": "twelfth",
}
_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
# Symbol or code -> singular, plural, and the hundredth part where people name it.
_CURRENCIES: dict[str, tuple[str, str, str | None]] = {
    "NT$": ("New Taiwan dollar", "New Taiwan dollars", "cent"),
    "HK$": ("Hong Kong dollar", "Hong Kong dollars", "cent"),
    "US$": ("US dollar", "US dollars", "cent"),
    "$": ("dollar", "dollars", "cent"),
    "¥": ("yuan", "yuan", None),
    "€": ("euro", "euros", "cent"),
    "£": ("pound", "pounds", "penny"),
    "TWD": ("New Taiwan dollar", "New Taiwan dollars", "cent"),
    "HKD": ("Hong Kong dollar", "Hong Kong dollars", "cent"),
    "USD": ("US dollar", "US dollars", "cent"),
    "CNY": ("yuan", "yuan", None),
    "RMB": ("yuan", "yuan", None),
    "EUR": ("euro", "euros", "cent"),
    "GBP": ("pound", "pounds", "penny"),
    "JPY": ("yen", "yen", None),
    "SGD": ("Singapore dollar", "Singapore dollars", "cent"),
    "AUD": ("Australian dollar", "Australian dollars", "cent"),
    "NZD": ("New Zealand dollar", "New Zealand dollars", "cent"),
    "CAD": ("Canadian dollar", "Canadian dollars", "cent"),
    "CHF": ("Swiss franc", "Swiss francs", None),
    "KRW": ("won", "won", None),
    "MYR": ("ringgit", "ringgit", None),
}
_PLURAL_PARTS = {"cent": "cents", "penny": "pence"}
_NUMBER = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?"


def cardinal(number: int) -> str:
    """A whole number, 0 or greater, in words."""
    for size, name in _SCALES:
        if number >= size:
            rest = number % size
            joint = " and " if 0 < rest < 100 else " "
            return f"{cardinal(number // size)} {name}" + (joint + cardinal(rest) if rest else "")
    if number >= 100:
        rest = number % 100
        return f"{_ONES[number // 100]} hundred" + (f" and {cardinal(rest)}" if rest else "")
    if number >= 20:
        return _TENS[number // 10] + (f"-{_ONES[number % 10]}" if number % 10 else "")
    return _ONES[number]


def ordinal(number: int) -> str:
    """A rank, 1 or greater, in words: first, twenty-second."""
    words = cardinal(number)
    head, last = re.fullmatch(r"(.*?)(\w+)", words).groups()  # type: ignore[union-attr]
    if last in _ORDINALS:
        return f"{head}{_ORDINALS[last]}"
    return f"{head}{last[:-1]}ieth" if last.endswith("y") else f"{head}{last}th"


def digits(text: str) -> str:
    """Each digit for itself; other characters are dropped."""
    return " ".join(_ONES[int(each)] for each in text if each.isdigit())


def decimal(text: str) -> str:
    """A number as written, with thousands commas and a decimal point."""
    whole, _, part = text.replace(",", "").partition(".")
    return cardinal(int(whole)) + (f" point {digits(part)}" if part else "")


def year(number: int) -> str:
    """A year from 1000 to 9999 as people say it."""
    if number % 1000 < 10:
        return cardinal(number)
    century, rest = divmod(number, 100)
    if rest == 0:
        return f"{cardinal(century)} hundred"
    return f"{cardinal(century)} {cardinal(rest) if rest >= 10 else 'oh ' + _ONES[rest]}"


def _amount(number: str, currency: str, minus: bool) -> str:
    one, many, part_name = _CURRENCIES[currency]
    whole, _, part = number.replace(",", "").partition(".")
    sign = "minus " if minus else ""
    if not part_name or len(part) > 2:
        plain = number.rstrip("0") if part.strip("0") else whole
        return f"{sign}{decimal(plain)} {one if plain == '1' else many}"
    cents = int(part.ljust(2, "0")) if part else 0
    said = []
    if int(whole) or not cents:
        said.append(f"{cardinal(int(whole))} {one if int(whole) == 1 else many}")
    if cents:
        said.append(f"{cardinal(cents)} {part_name if cents == 1 else _PLURAL_PARTS[part_name]}")
    return sign + " and ".join(said)


def _scaled_amount(match: re.Match[str]) -> str:
    """Two million dollars."""
    return f"{decimal(match[2])} {match[3]} {_CURRENCIES[match[1]][1]}"


def _named_date(match: re.Match[str]) -> str:
    said = f"{_month_name(match['month'])} {ordinal(int(match['day']))}"
    return f"{said}, {year(int(match['year']))}" if match["year"] else said


def _iso_date(match: re.Match[str]) -> str:
    month, day = int(match[2]), int(match[3])
    if not (1 <= month <= 12 and 1 <= day <= 31):
        return digits(match.group())
    return f"{_MONTHS[month - 1]} {ordinal(day)}, {year(int(match[1]))}"


def _month_name(written: str) -> str:
    return next(name for name in _MONTHS if name.startswith(written[:3].capitalize()))


def _day_range(match: re.Match[str]) -> str:
    first, last = ordinal(int(match[1])), ordinal(int(match[2]))
    return f"{_month_name(match['month'])} {first} to {last}"


def _time(match: re.Match[str]) -> str:
    hour, minute = int(match[1]), int(match[2] or 0)
    morning = match[3].lower() == "a" if match[3] else hour < 12
    if not minute and hour % 12 == 0:
        return "midnight" if morning else "twelve noon"
    said = cardinal((hour - 1) % 12 + 1)
    if minute:
        said += f" {cardinal(minute) if minute >= 10 else 'oh ' + _ONES[minute]}"
    return f"{said} {'a' if morning else 'p'} m"


def _code(match: re.Match[str]) -> str:
    """A telephone number or another code: digit by digit, a breath where it was grouped."""
    groups = [digits(group) for group in re.split(r"[^\d]+", match.group()) if group]
    return ("plus " if match.group().startswith("+") else "") + ", ".join(groups)


def _mixed_code(match: re.Match[str]) -> str:
    """Letters and digits, each for itself."""
    return " ".join(_ONES[int(each)] if each.isdigit() else each for each in match.group() if each.isalnum())


_MONTH = r"(?P<month>(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*)\.?"
_DAY = r"(?P<day>[12]\d|3[01]|0?[1-9])(?:st|nd|rd|th)?"
_YEAR = r"(?:,? (?P<year>[12]\d{3}))?"
_SYMBOLS = "|".join(re.escape(symbol) for symbol in sorted(_CURRENCIES, key=len, reverse=True))
_CODES = "|".join(code for code in _CURRENCIES if code.isalpha())
_NAMED_DIGITS = re.compile(
    r"\b(ending(?: in| with)?|last (?:four|4)(?: digits)?(?: are| is)?|dial|call"
    r"|(?:code|number|reference|case|account|ID)(?: number)?(?: is|:)?) (\d+)\b"
    r"(?! (?:times|people|days|of))",
    re.IGNORECASE,
)
# Letters and digits in one word, such as a reference: AM-2041, X7K9.
_MIXED = r"(?<![A-Za-z\d])(?=[A-Z\d-]*[A-Z])(?=[A-Z\d-]*\d)[A-Z\d]+(?:-[A-Z\d]+)*(?![A-Za-z\d]|[.,]\d)"

RULES: Rules = (
    (re.compile(r"\b(\d{4})-(\d\d)-(\d\d)\b"), _iso_date),
    (re.compile(r"\b(\d\d?)[-–](\d\d?) " + _MONTH + r"\b"), _day_range),
    (re.compile(rf"\b{_DAY} {_MONTH}\b{_YEAR}(?!\d)"), _named_date),
    (re.compile(rf"\b{_MONTH} {_DAY}\b{_YEAR}(?!\d)"), _named_date),
    (re.compile(rf"\b{_MONTH} ([12]\d{{3}})\b"), lambda m: f"{_month_name(m['month'])} {year(int(m[2]))}"),
    # From one to another: a dash between two of a kind.
    (re.compile(rf"((?:{_SYMBOLS})(?:{_NUMBER}))[-–](?={_SYMBOLS})"), lambda m: f"{m[1]} to "),
    (re.compile(rf"({_SYMBOLS})({_NUMBER})[-–](?={_NUMBER})"), lambda m: f"{decimal(m[2])} to {m[1]}"),
    (re.compile(r"(\d:\d\d|\d ?[ap]\.?m\.?) ?[-–] ?(?=\d)", re.IGNORECASE), lambda m: f"{m[1]} to "),
    (re.compile(r"(?<![\w.,/+-])(\d{1,3})[-–](?=\d{1,3}(?:%| [a-z]))"), lambda m: f"{decimal(m[1])} to "),
    (re.compile(rf"({_SYMBOLS}) ?({_NUMBER}) (thousand|million|billion)\b"), _scaled_amount),
    (re.compile(rf"(-?)({_SYMBOLS}) ?(-?)({_NUMBER})"), lambda m: _amount(m[4], m[2], bool(m[1] or m[3]))),
    (re.compile(rf"(-?)({_NUMBER}) ?({_CODES})\b"), lambda m: _amount(m[2], m[3], bool(m[1]))),
    (re.compile(rf"\b([A-Z]{{3}}) ?(?=(?:{_NUMBER})\b)"), lambda m: f"{' '.join(m[1])} "),
    (re.compile(r"\b([01]?\d|2[0-3]):([0-5]\d)(?::[0-5]\d)?(?: ?([ap])\.?m\b\.?)?", re.IGNORECASE), _time),
    (re.compile(r"\b(1[0-2]|0?[1-9])() ?([ap])\.?m\b\.?", re.IGNORECASE), _time),
    (re.compile(rf"({_NUMBER}) ?%"), lambda m: f"{decimal(m[1])} percent"),
    (re.compile(r"\b(\d+)(?:st|nd|rd|th)\b"), lambda m: ordinal(int(m[1])) if int(m[1]) else digits(m[1])),
    (re.compile(r"\b24/7\b"), lambda _: "twenty-four seven"),
    # Digits that name something: grouped like a telephone number, masked, introduced as the end of a number, very
    # long, or beginning with a zero.
    (re.compile(r"\+?\d{1,4}(?:[- ]\d{1,4}){2,}\b"), _code),
    (re.compile(r"[*•]+ ?(\d+)"), lambda m: digits(m[1])),
    (re.compile(r"#(\d+)"), lambda m: f"number {digits(m[1])}"),
    (re.compile(r"\bNo\. ?(?=\d)"), lambda _: "number "),
    (_NAMED_DIGITS, lambda m: f"{m[1].replace('4', 'four')} {digits(m[2])}"),
    (re.compile(r"\b(in|since) ([12]\d{3})\b(?![,.:]?\d)"), lambda m: f"{m[1]} {year(int(m[2]))}"),
    (re.compile(_MIXED), _mixed_code),
    (re.compile(r"\+\d{5,}|(?<![\d.,])\d{7,}(?![\d.,]*\d)|(?<![\d.,])0\d+(?![\d.,]*\d)"), _code),
    (re.compile(rf"(?<![\w])-({_NUMBER})"), lambda m: f"minus {decimal(m[1])}"),
    (re.compile(rf"({_NUMBER})([A-Za-z]?)"), lambda m: f"{decimal(m[1])} {m[2]}".rstrip()),
)
