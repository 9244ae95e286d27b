"""Reading a spoken line the way an auditor would: which amounts, which days, whether it hints at a debt. Pure."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal

_NUMBER = re.compile(r"(?<![\d.])\d{1,3}(?:[,，]\d{3})+(?:\.\d+)?|(?<![\d.,])\d+(?:\.\d+)?")
_DAY = re.compile(
    r"\d{4}-\d\d-\d\d|(?:\d{4}年)?\d{1,2}月\d{1,2}[日号]"
    r"|\b\d{1,2} (?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?(?: \d{4})?",
    re.IGNORECASE,
)
_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_DEBT = re.compile(
    r"\b(?:past[ -]?due|overdue|in arrears|arrears|debts?|owe[sd]?|owing|outstanding|balance|repay\w*|delinquen\w*"
    r"|instal?lments?|pay(?:ing|ments?)?|collect(?:ions?|ing|or)s?)\b"
    r"|逾期|欠款|拖欠|欠[您你我他们的]*钱|债务|账单|余额|还款|应还|催收|分期|缴款",
    re.IGNORECASE,
)
_AUTOMATED = re.compile(
    r"\b(?:automated|artificial|virtual|bot|machine|AI)\b|智能|机器人|自动|人工智能|虚拟", re.IGNORECASE
)
_ASKS_FOR_MONEY = re.compile(
    r"\b(?:pay|payment|amount)\b[^.!?]*\?|\bhow much\b[^.!?]*\?"
    r"|(?:还(?!有|是)|付|缴|打款|多少钱?|金额)[^。！？]*[？?]",
    re.IGNORECASE,
)


def numbers(line: str) -> set[Decimal]:
    """Every number in digits that is not part of a date, thousands separators taken out."""
    return {Decimal(re.sub("[,，]", "", found)) for found in _NUMBER.findall(_DAY.sub(" ", line))}


def names_day(line: str, day: date) -> bool:
    """Whether the line names this day, in Chinese or English or as ISO."""
    if day.isoformat() in line or re.search(rf"(?<!\d){day.month}月{day.day}[日号]", line):
        return True
    month = _MONTHS[day.month - 1]
    return bool(
        re.search(rf"\b{day.day}(?:st|nd|rd|th)?(?: of)? {month}[a-z]*\b", line, re.IGNORECASE)
        or re.search(rf"\b{month}[a-z]*\.? {day.day}(?:st|nd|rd|th)?\b", line, re.IGNORECASE)
    )


def hints_at_debt(line: str) -> bool:
    """Whether the words alone let a stranger guess that money is owed. A product is no hint: it may be in the name of
    the bank."""
    return bool(_DEBT.search(line))


def asks_for_money(line: str) -> bool:
    """Whether the line asks somebody to pay, or how much and when."""
    return bool(_ASKS_FOR_MONEY.search(line))


def says_automated(line: str) -> bool:
    """Whether the line tells that no person is speaking."""
    return bool(_AUTOMATED.search(line))
