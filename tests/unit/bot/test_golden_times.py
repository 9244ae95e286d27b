"""Every expression of the golden tables for times of day is understood as written there, in both languages."""

import pytest
from golden_tables import Row, rows
from hypothesis import given
from hypothesis import strategies as st

from bot.clock_times import read_span

PARTS = {"morning": "09:00-12:00", "noon": "12:00-14:00", "afternoon": "13:00-18:00", "evening": "18:00-20:00"}


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_times_as_the_golden_table_has_them(lang: str) -> None:
    table = list(rows(f"times_{lang}"))
    assert len(table) >= 60
    assert [row.said for row in table if not is_as_meant(row)] == []


def is_as_meant(row: Row) -> bool:
    span = read_span(row.said)
    if row.meant == "none" or span is None:
        return span is None and row.meant == "none"
    begins, ends = span.hours.split("-")
    match row.meant.split(" "):
        case ["at" | "after", hour]:
            return begins == hour
        case ["before", hour]:
            return ends == hour
        case [first, "to", last]:
            return (begins, ends) == (first, last)
    return span.hours == PARTS[row.meant]


PIECES = [
    "at ",
    "after ",
    "half past ",
    "quarter to ",
    "12",
    "3",
    "99",
    ":",
    "30",
    "pm",
    " to ",
    "noon",
    "今晚",
    "十",
    "点",
    "半",
]


@given(
    st.text(max_size=30)
    | st.lists(st.sampled_from([*PIECES, "以后", "别", "到", "刻", "before "]), max_size=10).map("".join)
)
def test_any_text_is_weighed_as_a_time(text: str) -> None:
    span = read_span(text)
    assert span is None or span.begins < span.ends
