"""Every expression of the golden tables for amounts is understood as written there, in both languages."""

from decimal import Decimal
from fractions import Fraction
from math import ceil

import pytest
from golden_tables import Row, rows

from bot.amounts import Ambiguous, Amount, parse_amount

DUE, BALANCE = Decimal(4325), Decimal(12000)
NAMED = {
    "all": {DUE, BALANCE},
    "minimum": {DUE},
    "half": {Decimal(ceil(DUE / 2))},
    # Neither is an amount: the bot asks how much.
    "vague": set(),
    "none": set(),
}


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_amounts_as_the_golden_table_has_them(lang: str) -> None:
    table = list(rows(f"amounts_{lang}"))
    assert len(table) >= 300
    assert [(row.said, understood(row, lang)) for row in table if understood(row, lang) != wanted(row)] == []


def understood(row: Row, lang: str) -> set[Decimal]:
    match parse_amount(row.said, lang, DUE, BALANCE, heard=row.heard):
        case Amount(value):
            return {value}
        case Ambiguous(options):
            return set(options)
        case None:
            return set()


def wanted(row: Row) -> set[Decimal]:
    if row.meant in NAMED:
        return NAMED[row.meant]
    if row.meant.endswith("%"):
        return {Decimal(ceil(Fraction(row.meant[:-1]) / 100 * Fraction(DUE)))}
    if "/" in row.meant:
        return {Decimal(ceil(Fraction(row.meant) * Fraction(DUE)))}
    return {Decimal(each) for each in row.meant.split(" or ")}
