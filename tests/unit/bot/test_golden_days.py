"""Every expression of the golden tables for days is understood as written there, in both languages."""

from datetime import date

import pytest
from golden_tables import Row, rows

from bot.dates import Ambiguous, Day, Gone, parse_date


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_days_as_the_golden_table_has_them(lang: str) -> None:
    table = list(rows(f"dates_{lang}"))
    assert len(table) >= 300
    assert [(row.said, understood(row, lang)) for row in table if understood(row, lang) != wanted(row)] == []


def understood(row: Row, lang: str) -> set[str]:
    assert row.today is not None
    day = parse_date(row.said, lang, row.today, row.payday)
    match day:
        case Day():
            return {day.value.isoformat()}
        case Gone():
            return {"gone"}
        case Ambiguous():
            return {each.isoformat() for each in day.options} or {"vague"}
        case None:
            return {"none"}


def wanted(row: Row) -> set[str]:
    said = set(row.meant.split(" or "))
    assert said <= {"gone", "vague", "none"} or all(date.fromisoformat(each) for each in said)
    return said
