"""Take out of a text what must never be kept: card numbers, identity numbers, one-time codes and passwords.

In figures, and in words as a recogniser writes them: "four one one one", 四幺幺幺.
"""

from __future__ import annotations

import re
import unicodedata

from bot.numerals import EN_DIGITS, ZH_DIGITS

CARD = "[card number]"
IDENTITY = "[identity number]"
SECRET = "[secret]"

_FOREIGN_DIGIT = re.compile(r"[^\D0-9]")
# 13 to 19 digits, as people group them: spaces, dashes, dots, commas or slashes between any two.
_GAP = r"[\s\-.,/_·、，]{0,3}"
_WORDS = "|".join(sorted(EN_DIGITS, key=len, reverse=True))
# One figure, written or spoken; "double four" are two.
_ONE = rf"(?:\d|[{''.join(ZH_DIGITS)}]|\b(?:(?:double|triple)[\s-]+)?(?:{_WORDS})\b)"
_SPOKEN_RUN = re.compile(rf"{_ONE}(?:{_GAP}{_ONE}){{4,}}", re.IGNORECASE)
_SPOKEN = re.compile(rf"(double|triple)?[\s-]*(\d|[{''.join(ZH_DIGITS)}]|\b(?:{_WORDS})\b)", re.IGNORECASE)
_LONG_RUN = re.compile(rf"\d(?:{_GAP}\d){{12,}}")
_CHINESE_ID = re.compile(rf"(?<!\d)[1-9](?:{_GAP}\d){{16}}{_GAP}[\dXx](?!\d)")
_TAIWAN_ID = re.compile(r"(?<![A-Za-z0-9])[A-Za-z][12]\d{8}(?!\d)")
_AMERICAN_ID = re.compile(r"(?<!\d)(?!000|9)\d{3}-\d{2}-\d{4}(?!\d)")
_NAMED_SECRET = re.compile(
    r"(?P<name>验证码|校验码|动态码|短信码|安全码|密码|口令|\bcvv2?\b|\bcvc2?\b|\bpin\b|\bpass(?:word|code)\b|\botp\b"
    r"|\b(?:security|verification|one[- ]?time|access|sms|text(?:ed)?) code\b|\bcode\b)"
    r"(?P<between>\s*(?:number\s*)?(?:is|was|are|=|:|：|是|为|就是)?\s*[\"'“]?)"
    rf"(?P<secret>{_ONE}(?:{_GAP}{_ONE}){{2,9}})",
    re.IGNORECASE,
)
_SHORTEST, _LONGEST = 13, 19


def redact(text: str) -> str:
    """`text` without card, identity and secret numbers, each replaced by what it was.

    Redacting twice changes nothing, and no run of 13 to 19 digits that passes the card check (Luhn) is left, however
    it was grouped.
    """
    text = _FOREIGN_DIGIT.sub(lambda found: str(unicodedata.decimal(found.group())), text)
    # What is taken out may have hidden the start of the next secret: "...1111pin 1234".
    while (redacted := _redact_once(text)) != text:
        text = redacted
    return text


def _redact_once(text: str) -> str:
    text = _NAMED_SECRET.sub(lambda found: f"{found['name']}{found['between']}{SECRET}", text)
    text = _CHINESE_ID.sub(lambda found: IDENTITY if _is_chinese_id(found.group()) else found.group(), text)
    text = _LONG_RUN.sub(lambda found: CARD if _holds_card(_bare(found.group())) else found.group(), text)
    text = _SPOKEN_RUN.sub(lambda found: CARD if _is_spoken_card(found.group()) else found.group(), text)
    text = _TAIWAN_ID.sub(IDENTITY, text)
    return _AMERICAN_ID.sub(IDENTITY, text)


def holds_secret(text: str) -> bool:
    """Whether there is anything in `text` that `redact` takes out."""
    redacted = redact(text)
    return any(mark in redacted and mark not in text for mark in (CARD, IDENTITY, SECRET))


def _bare(run: str) -> str:
    return "".join(char for char in run if char.isdigit())


def _is_spoken_card(run: str) -> bool:
    """Whether so many figures are spoken in a row that they are no amount, no day and no telephone number.

    One of them may have been misheard, so the card check is not asked.
    """
    times = {"": 1, "double": 2, "triple": 3}
    figures = [(times[how.lower()], figure) for how, figure in _SPOKEN.findall(run)]
    return sum(many for many, _ in figures) >= _SHORTEST and not all(figure.isdigit() for _, figure in figures)


def _holds_card(digits: str) -> bool:
    """Whether any 13 to 19 digits in a row pass the card check: people say extra digits before and after."""
    return any(
        passes_luhn(digits[start : start + length])
        for length in range(_SHORTEST, min(_LONGEST, len(digits)) + 1)
        for start in range(len(digits) - length + 1)
    )


def passes_luhn(digits: str) -> bool:
    """The card check of ISO/IEC 7812-1: from the right, every second digit doubled, the sum divisible by ten."""
    total = 0
    for place, char in enumerate(reversed(digits)):
        value = int(char) * (1 + place % 2)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def _is_chinese_id(text: str) -> bool:
    """The check character of a mainland identity number (GB 11643)."""
    digits = [char for char in text.upper() if char.isdigit() or char == "X"]
    total = sum((2 ** (17 - place) % 11) * int(digit) for place, digit in enumerate(digits[:17]))
    return "10X98765432"[total % 11] == digits[17]
