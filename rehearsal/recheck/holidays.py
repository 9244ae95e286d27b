"""Public holidays on which nobody may be contacted, copied by hand from the governments' lists.

Where the law looks at national holidays and a person's region is unknown, the holiday of any region counts.
"""

from __future__ import annotations

from datetime import date

_DAYS_OF: dict[str, dict[int, str]] = {
    # gov.uk/bank-holidays: England and Wales, Scotland, Northern Ireland.
    "UK": {
        2026: "01-01 01-02 03-17 04-03 04-06 05-04 05-25 06-15 07-12 07-13 08-03 08-31 11-30 12-25 12-26 12-28",
    },
    # National ones only, on their own day.
    "AU": {2026: "01-01 01-26 04-03 04-06 04-25 12-25 12-26"},
    # The joint decree of the three ministers, without collective leave.
    "ID": {
        2026: "01-01 01-16 02-17 03-19 03-21 03-22 04-03 04-05 05-01 05-14 05-27 05-31 06-01 06-16 08-17 08-25 12-25",
    },
}

HOLIDAYS: dict[str, dict[int, frozenset[date]]] = {
    law: {
        year: frozenset(date.fromisoformat(f"{year}-{day}") for day in days.split()) for year, days in by_year.items()
    }
    for law, by_year in _DAYS_OF.items()
}
"""By law and year. A year that is not here is one that nobody has looked up."""
