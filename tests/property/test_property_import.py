"""Whatever stands in a file, reading it ends in rows, in errors with a place, or in one clear refusal."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.importing import reading
from ledger.importing.cells import BadCell, money
from ledger.importing.layouts import OWN, OWN_OPTIONAL, UCI, Layout
from ledger.importing.parsing import parse, uci_amount_due
from ledger.importing.rows import AccountRow, ImportRefused, RowError

ANY_CELL = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.dates(),
    st.decimals(allow_nan=True),
    st.text(max_size=30),
    st.sampled_from(["1,000", "2026-03-01", "CNY", "0", "-0", "+86", "granted", "\u202e", "=1", "9" * 40]),
)
TODAY = date(2026, 3, 4)


@settings(max_examples=300, deadline=None)
@given(st.dictionaries(st.sampled_from([*OWN, *OWN_OPTIONAL]), ANY_CELL))
def test_any_own_row_is_an_account_or_an_error_with_a_place(cells: dict) -> None:
    layout = Layout("amends", (*OWN, *OWN_OPTIONAL))
    row = parse(layout, 5, cells, today=TODAY)
    assert isinstance(row, AccountRow | RowError)
    if isinstance(row, RowError):
        assert row.line == 5
        assert row.field in layout.columns
        assert row.reason


@settings(max_examples=300, deadline=None)
@given(st.fixed_dictionaries({name: st.one_of(st.integers(-3, 10**6), ANY_CELL) for name in UCI}))
def test_any_uci_row_keeps_the_rules_of_an_account(cells: dict) -> None:
    row = parse(Layout("uci", UCI), 1, cells, today=TODAY)
    if isinstance(row, AccountRow):
        assert 0 <= row.amount_due <= max(row.balance, Decimal(0))
        assert row.credit_limit > 0
        assert row.dpd >= 0
        assert len(row.months) == 6
        assert not row.overdue or row.amount_due > 0


@given(st.decimals(min_value=-(10**10), max_value=10**10, places=2), st.integers(0, 9))
def test_the_uci_amount_due_grows_with_the_months_and_stays_within_the_balance(balance: Decimal, late: int) -> None:
    due = uci_amount_due(balance, late)
    assert 0 <= due <= max(balance, Decimal(0))
    assert due <= uci_amount_due(balance, late + 1)


@given(st.decimals(min_value=-(10**12), max_value=10**12, places=2), st.booleans())
def test_money_is_read_to_the_cent_with_or_without_grouping(amount: Decimal, grouped: bool) -> None:
    assert money({"x": f"{amount:,.2f}" if grouped else f"{amount:.2f}"}, "x") == amount


@given(st.floats(min_value=-1e9, max_value=1e9))
def test_a_float_is_read_as_its_writer_meant_it_or_not_at_all(value: float) -> None:
    try:
        assert money({"x": value}, "x") == Decimal(repr(value))
    except BadCell:
        assert round(value, 2) != value


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=400), st.sampled_from([b"", ",".join(OWN).encode() + b"\n", ",".join(UCI).encode() + b"\n"]))
def test_any_bytes_are_read_or_refused(tail: bytes, header: bytes) -> None:
    found: list[object]
    try:
        found = list(reading.read(header + tail).rows)
    except ImportRefused as refused:
        found = [refused]
    for item in found:
        assert isinstance(item, tuple | RowError) or "\n" not in str(item)
