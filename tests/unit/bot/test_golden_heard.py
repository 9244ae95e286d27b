"""Sums and days as a recogniser writes them, without punctuation and as they came, are read as the tables have them."""

from datetime import date
from decimal import Decimal

import pytest
from golden_tables import rows

from bot import amounts, dates

DUE, BALANCE = Decimal(8640), Decimal(48000)


def told(read: amounts.Amount | amounts.Ambiguous | dates.Day | dates.Gone | dates.Ambiguous | None) -> str:
    match read:
        case None:
            return "none"
        case amounts.Amount(value) | dates.Day(value) | dates.Gone(value):
            return str(value)
        case amounts.Ambiguous(options) | dates.Ambiguous(options):
            return " or ".join(map(str, options)) or "vague"


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_sums_that_were_heard(lang: str) -> None:
    table = list(rows(f"heard_amounts_{lang}"))
    assert len(table) >= 80
    read = {row.said: told(amounts.parse_amount(row.said, lang, DUE, BALANCE)) for row in table}
    assert read == {row.said: row.meant for row in table}


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_days_that_were_heard(lang: str) -> None:
    table = list(rows(f"heard_dates_{lang}"))
    assert len(table) >= 80
    assert all(isinstance(row.today, date) for row in table)
    read = {row.said: told(dates.parse_date(row.said, lang, row.today)) for row in table if row.today}
    assert read == {row.said: row.meant for row in table}
