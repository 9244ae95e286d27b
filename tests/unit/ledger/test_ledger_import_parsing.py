"""One row at a time: what is read, what is refused, and in which words."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from ledger.importing.layouts import OWN, UCI, UCI_TRAITS, Layout, detect
from ledger.importing.parsing import parse, uci_amount_due
from ledger.importing.rows import AccountRow, ImportRefused, Month, RowError

TODAY = date(2026, 3, 4)
OWN_LAYOUT = Layout("amends", (*OWN, "language", "jurisdictions", "tz", "consent_chat", "flags"))
PEOPLE_LAYOUT = Layout("amends", (*OWN, "name", "phone", "email", "identity_last4", "language", "jurisdictions", "tz"))
UCI_LAYOUT = Layout("uci", UCI)

OWN_ROW = {
    "external_ref": "A-17",
    "product": "personal_loan",
    "currency": "cny",
    "balance": "12,345.60",
    "amount_due": "1,000",
    "credit_limit": "50000",
    "dpd": "21",
    "as_of": "2026-03-01",
    **{f"billed_{month}": "12000" for month in range(1, 7)},
    **{f"paid_{month}": "0" for month in range(1, 7)},
}
PERSON = {
    "name": "王静",
    "phone": "+86 000 1234-5678",
    "email": "a@example.com",
    "identity_last4": "123x",
    "language": "zh",
    "jurisdictions": "CN",
    "tz": "Asia/Shanghai",
}
UCI_ROW = {
    "ID": 9,
    "LIMIT_BAL": 20000.0,
    "PAY_0": 2,
    **{f"BILL_AMT{month}": 10000.0 * month for month in range(1, 7)},
    **{f"PAY_AMT{month}": 500.0 for month in range(1, 7)},
}


def own(**changes: object) -> AccountRow | RowError:
    return parse(OWN_LAYOUT, 7, {**OWN_ROW, **changes}, today=TODAY)  # type: ignore[dict-item]


def person(**changes: object) -> AccountRow | RowError:
    return parse(PEOPLE_LAYOUT, 7, {**OWN_ROW, **PERSON, **changes}, today=TODAY)  # type: ignore[dict-item]


def uci(**changes: object) -> AccountRow | RowError:
    return parse(UCI_LAYOUT, 7, {**UCI_ROW, **changes}, today=TODAY)  # type: ignore[dict-item]


def test_own_row_is_read_exactly() -> None:
    row = own()
    assert isinstance(row, AccountRow)
    assert (row.external_ref, row.currency, row.balance, row.dpd) == ("A-17", "CNY", Decimal("12345.60"), 21)
    assert row.months[0] == Month(Decimal(12000), Decimal(0))
    assert row.overdue


def test_uci_row_follows_the_documented_rules() -> None:
    row = uci()
    assert isinstance(row, AccountRow)
    assert (row.external_ref, row.dpd, row.balance, row.currency) == ("9", 60, Decimal(10000), "TWD")
    assert row.amount_due == Decimal(1000)
    assert row.as_of == date(2005, 9, 30)


@pytest.mark.parametrize(
    ("balance", "months_late", "due"),
    [("100000", 1, "4000"), ("100000", 2, "6000"), ("10000", 1, "1000"), ("3", 1, "3"), ("0", 2, "0"), ("-5", 1, "0")],
)
def test_uci_amount_due_is_the_missed_minimums_within_the_balance(balance: str, months_late: int, due: str) -> None:
    assert uci_amount_due(Decimal(balance), months_late) == Decimal(due)


@pytest.mark.parametrize(
    ("status", "bill", "overdue"),
    [(1, 1.0, True), (1, 0.0, False), (1, -10.0, False), (0, 500.0, False), (-2, 9.0, False)],
)
def test_uci_overdue_needs_both_a_late_payment_and_a_debt(status: int, bill: float, overdue: bool) -> None:
    row = uci(PAY_0=status, BILL_AMT1=bill)
    assert isinstance(row, AccountRow)
    assert row.overdue is overdue


@pytest.mark.parametrize(
    ("field", "value", "reason"),
    [
        ("external_ref", " ", "is empty"),
        ("external_ref", "A" * 65, "longer than 64"),
        ("external_ref", "A\u202e17", "control character"),
        ("product", "caf\ufffd", "cannot be read"),
        ("currency", "XXX", "not a currency"),
        ("balance", "", "is empty"),
        ("balance", "12.345,60", "not a number"),
        ("balance", "1,23", "not a number"),
        ("balance", "1e5", "not a number"),
        ("balance", "１２", "not a number"),
        ("balance", "=1+1", "not a number"),
        ("balance", float("nan"), "finite"),
        ("balance", float("inf"), "finite"),
        ("balance", "10000000000000", "too large"),
        ("balance", "1.005", "two decimals"),
        ("balance", True, "not a number"),
        ("amount_due", "-1", "negative"),
        ("amount_due", "12345.61", "more than the balance"),
        ("amount_due", "0", "zero although"),
        ("credit_limit", "-50000", "not above zero"),
        ("credit_limit", "0", "not above zero"),
        ("dpd", "-1", "not between"),
        ("dpd", "1.5", "whole number"),
        ("dpd", "", "is empty"),
        ("as_of", "03/04/2026", "not a date"),
        ("as_of", "2026-02-30", "calendar"),
        ("as_of", "2026-03-06", "future"),
        ("billed_1", "", "is empty"),
        ("billed_3", "", "is empty"),
        ("paid_3", "", "is empty; write 0"),
        ("paid_2", "-4", "negative"),
        ("language", "fr", "neither zh nor en"),
        ("jurisdictions", "China", "pack ids"),
        ("tz", "Mars/Olympus", "IANA"),
        ("consent_chat", "yes", "neither granted"),
        ("flags", "disputed", "is not a list of"),
    ],
)
def test_a_bad_cell_is_named_and_never_quoted(field: str, value: object, reason: str) -> None:
    error = own(**{field: value})
    assert isinstance(error, RowError)
    assert (error.line, error.field) == (7, field)
    assert reason in error.reason
    if isinstance(value, str) and len(value.strip()) > 4:
        assert value not in error.reason


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("phone", "13800000000"),
        ("phone", ""),
        ("email", "nobody"),
        ("identity_last4", "12"),
        ("identity_last4", ""),
        ("language", ""),
    ],
)
def test_a_real_person_must_be_whole(field: str, value: str) -> None:
    error = person(**{field: value})
    assert isinstance(error, RowError)
    assert error.field == field
    assert not value or value not in error.reason


def test_a_real_person_is_normalised_and_nothing_is_invented() -> None:
    row = person(jurisdictions="", tz="")
    assert isinstance(row, AccountRow)
    assert row.given.person is not None
    assert row.given.person.phone == "+8600012345678"
    assert row.given.person.identity_last4 == "123X"
    assert (row.given.jurisdictions, row.given.tz_candidates) == ((), ())


@pytest.mark.parametrize(("field", "value"), [("PAY_0", "10"), ("LIMIT_BAL", "-1"), ("PAY_AMT6", "-1"), ("ID", "")])
def test_uci_errors_speak_of_uci_columns(field: str, value: str) -> None:
    error = uci(**{field: value})
    assert isinstance(error, RowError)
    assert error.field == field


def test_a_month_without_a_statement_is_unknown_not_zero() -> None:
    row = own(billed_6="", paid_6="")
    assert isinstance(row, AccountRow)
    assert row.months[5] is None


@pytest.mark.parametrize(
    "value",
    ["2026-03-01", "2026/3/1", "2026-03-01 00:00:00", date(2026, 3, 1), datetime(2026, 3, 1, tzinfo=UTC)],
)
def test_dates_that_can_mean_one_day_only(value: object) -> None:
    row = own(as_of=value)
    assert isinstance(row, AccountRow)
    assert row.as_of == date(2026, 3, 1)


PUBLISHED = [
    *("ID", "LIMIT_BAL", "SEX", "EDUCATION", "MARRIAGE", "AGE", "PAY_0"),
    *(f"PAY_{month}" for month in range(2, 7)),
    *(f"BILL_AMT{month}" for month in range(1, 7)),
    *(f"PAY_AMT{month}" for month in range(1, 7)),
    "default payment next month",
]
CODES = ["", *(f"X{number}" for number in range(1, 24)), "Y"]


@pytest.mark.parametrize(
    ("first", "second", "header_rows"),
    [
        (PUBLISHED, [], 1),
        ([name.replace("default payment next month", "default.payment.next.month") for name in PUBLISHED], [], 1),
        ([name.replace("default payment next month", "Y").replace("PAY_0", "PAY_1") for name in PUBLISHED], [], 1),
        ([name.lower() for name in PUBLISHED], [], 1),
        (CODES, PUBLISHED, 2),
        (["a title", *[""] * 24], PUBLISHED, 2),
        (CODES, ["1", *["0"] * 24], 1),
    ],
)
def test_every_published_uci_header_maps_to_the_same_columns(
    first: list[str], second: list[str], header_rows: int
) -> None:
    layout = detect(first, second)
    assert (layout.name, layout.header_rows) == ("uci", header_rows)
    by_name = dict(zip(layout.columns, PUBLISHED, strict=True))
    assert {ours: theirs for ours, theirs in by_name.items() if ours} == {name: name for name in (*UCI, *UCI_TRAITS)}


def test_older_statuses_and_the_label_are_not_read() -> None:
    unread = {theirs for ours, theirs in zip(detect(PUBLISHED).columns, PUBLISHED, strict=True) if ours is None}
    assert unread == {*(f"PAY_{month}" for month in range(2, 7)), "default payment next month"}


def test_a_uci_file_without_traits_is_a_uci_file() -> None:
    assert detect(UCI).name == "uci"


def test_traits_are_words_on_their_own_and_an_unreadable_one_costs_no_account() -> None:
    found = uci(SEX="2", EDUCATION="5", MARRIAGE="x", AGE="41")
    assert isinstance(found, AccountRow)
    assert found.traits == {"sex": "female", "education": "other", "age": "41"}
    assert "female" not in repr(found)


@pytest.mark.parametrize(
    ("header", "words"),
    [
        (PUBLISHED[:-3], "looks like the UCI layout, but lacks: PAY_AMT5, PAY_AMT6"),
        ([*PUBLISHED, "PAY_1"], "twice: PAY_0"),
        ([name for name in OWN if name != "dpd"], "lacks: dpd"),
        ([*OWN, "flag", "race"], "no such column, please leave out or rename: flag, race"),
        ([*OWN, "phone", "name"], "lacks: email, identity_last4, language"),
        ([*OWN, "dpd"], "twice: dpd"),
        (["a", "b"], "fits no known layout.*any other needs --mapping, and --guess drafts one"),
    ],
)
def test_a_header_that_does_not_fit_says_what_is_missing(header: list[str], words: str) -> None:
    with pytest.raises(ImportRefused, match=words):
        detect(header)
