"""From the cells of one row to an account, or to the error that says what is wrong with it. Pure."""

from __future__ import annotations

import re
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from zoneinfo import available_timezones

from ledger.importing import cells as read
from ledger.importing.cells import BadCell, Cells
from ledger.importing.layouts import CONSENT_KINDS, MONTHS, Layout
from ledger.importing.rows import AccountRow, Given, Month, Person, RowError
from ledger.importing.trait_words import own_traits, uci_traits

UCI_AS_OF = date(2005, 9, 30)
"""The day the published file describes: its newest month is September 2005."""
UCI_MINIMUM_SHARE = Decimal("0.02")
UCI_MINIMUM_FLOOR = Decimal(1000)
"""New Taiwan dollars."""

CURRENCIES = frozenset(
    (
        *("AED", "AUD", "BRL", "CAD", "CHF", "CNY", "CZK", "DKK", "EUR", "GBP", "HKD", "HUF", "IDR", "ILS", "INR"),
        *("JPY", "KRW", "MOP", "MXN", "MYR", "NOK", "NZD", "PHP", "PLN", "RUB", "SAR", "SEK", "SGD", "THB", "TRY"),
        *("TWD", "USD", "VND", "ZAR"),
    )
)
FLAGS = frozenset({"cease", "attorney", "bankruptcy", "dispute", "capacity", "moratorium", "sensitive_occasion"})
"""What a bank may already know that stops automated contact; each becomes a hold."""
LONGEST_DPD = 36_500

_PHONE = re.compile(r"\+\d{8,15}", re.ASCII)
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_LAST4 = re.compile(r"\d{3}[\dX]", re.ASCII)
_PACK = re.compile(r"[A-Z]{2}(-[A-Z0-9]{2,8})?", re.ASCII)


def parse(
    layout: Layout, line: int, cells: Cells, *, today: date, uci_as_of: date = UCI_AS_OF
) -> AccountRow | RowError:
    """Read one row.

    :param cells: by our name of the column, as `Layout.columns` gives them.
    :param today: the UTC date now; a row from later than tomorrow (somewhere it is tomorrow already) is refused.
    :param uci_as_of: the day a UCI file describes, since it has no date column.
    """
    try:
        row = _uci(line, cells, uci_as_of) if layout.name == "uci" else _own(line, cells, layout)
    except BadCell as bad:
        return RowError(line, bad.field, bad.reason)
    if row.as_of > today + timedelta(days=1):
        return RowError(line, "as_of", "lies in the future")
    return row


def _uci(line: int, cells: Cells, as_of: date) -> AccountRow:
    balance = read.required_money(cells, "BILL_AMT1")
    status = read.whole(cells, "PAY_0", -2, 9)
    months_late = max(status, 0)
    return AccountRow(
        line=line,
        external_ref=read.required(cells, "ID", 64),
        product="credit_card",
        currency="TWD",
        balance=balance,
        amount_due=uci_amount_due(balance, months_late),
        credit_limit=_above_zero(cells, "LIMIT_BAL"),
        dpd=30 * months_late,
        as_of=as_of,
        months=_months(cells, "BILL_AMT", "PAY_AMT"),
        traits=uci_traits(cells),
    )


def uci_amount_due(balance: Decimal, months_late: int) -> Decimal:
    """What cures a UCI account: the minimum payments missed and the one due now, at most the balance.

    The file has no amount due. A minimum payment is taken as 2 % of the balance, and at least NT$1,000 is asked for;
    one minimum for each month late and one for the running month. Whole NT$.
    """
    minimums = (balance * UCI_MINIMUM_SHARE * (months_late + 1)).quantize(Decimal(1), rounding=ROUND_HALF_UP)
    return max(Decimal(0), min(balance, max(UCI_MINIMUM_FLOOR, minimums)))


def _own(line: int, cells: Cells, layout: Layout) -> AccountRow:
    row = AccountRow(
        line=line,
        external_ref=read.required(cells, "external_ref", 64),
        product=read.required(cells, "product", 64),
        currency=_currency(cells),
        balance=read.required_money(cells, "balance"),
        amount_due=_not_negative(cells, "amount_due"),
        credit_limit=_above_zero(cells, "credit_limit"),
        dpd=read.whole(cells, "dpd", 0, LONGEST_DPD),
        as_of=read.day(cells, "as_of"),
        months=_months(cells, "billed_", "paid_"),
        given=given(cells, has_person=layout.has_person),
        traits=own_traits(cells),
    )
    if row.amount_due > max(row.balance, Decimal(0)):
        raise BadCell("amount_due", "is more than the balance")
    if row.overdue and row.amount_due == 0:
        raise BadCell("amount_due", "is zero although the account is past due")
    return row


def _months(cells: Cells, billed_prefix: str, paid_prefix: str) -> tuple[Month | None, ...]:
    months: list[Month | None] = []
    for number in MONTHS:
        billed_field, paid_field = f"{billed_prefix}{number}", f"{paid_prefix}{number}"
        billed, paid = read.money(cells, billed_field), read.money(cells, paid_field)
        if paid is not None and paid < 0:
            raise BadCell(paid_field, "is negative")
        if billed is None and paid is None and number > 1:
            months.append(None)
        elif billed is None:
            raise BadCell(billed_field, "is empty")
        elif paid is None:
            raise BadCell(paid_field, "is empty; write 0 when nothing was paid")
        else:
            months.append(Month(billed, paid))
    return tuple(months)


def given(cells: Cells, *, has_person: bool) -> Given:
    """What the file says about the person.

    :param has_person: whether the file has the columns that name people.
    :raises BadCell: one of them cannot be read.
    """
    language = read.text(cells, "language").lower() or None
    if language not in (None, "zh", "en"):
        raise BadCell("language", "is neither zh nor en")
    jurisdictions, zones = read.listed(cells, "jurisdictions"), read.listed(cells, "tz")
    if not all(_PACK.fullmatch(pack) for pack in jurisdictions or ()):
        raise BadCell("jurisdictions", "is not a list of pack ids such as CN or US-FED;US-CA")
    if not set(zones or ()) <= _zones():
        raise BadCell("tz", "is not a list of IANA zones such as Asia/Shanghai")
    flags = read.listed(cells, "flags") or ()
    if not set(flags) <= FLAGS:
        raise BadCell("flags", f"is not a list of: {', '.join(sorted(FLAGS))}")
    consents = tuple((kind, status) for kind in CONSENT_KINDS if (status := _consent(cells, kind)))
    if not has_person:
        return Given(None, language, jurisdictions, zones, consents, flags)
    if language is None:
        raise BadCell("language", "is empty")
    # With real people nothing is made up: what the file does not say is unknown, and unknown is never contacted.
    return Given(_person(cells), language, jurisdictions or (), zones or (), consents, flags)


def _person(cells: Cells) -> Person:
    phone = re.sub(r"[\s().\-]", "", read.required(cells, "phone"))
    if not _PHONE.fullmatch(phone):
        raise BadCell("phone", "does not start with + and the country code")
    email = read.text(cells, "email")
    if email and not _EMAIL.fullmatch(email):
        raise BadCell("email", "is not an e-mail address")
    identity = read.required(cells, "identity_last4").upper()
    if not _LAST4.fullmatch(identity):
        raise BadCell("identity_last4", "is not four digits (the last may be X)")
    return Person(read.required(cells, "name"), phone, email, identity)


def _consent(cells: Cells, kind: str) -> str:
    field = f"consent_{kind}"
    status = read.text(cells, field).lower()
    if status not in ("", "granted", "revoked"):
        raise BadCell(field, "is neither granted, revoked nor empty")
    return status


def _currency(cells: Cells) -> str:
    currency = read.required(cells, "currency").upper()
    if currency not in CURRENCIES:
        raise BadCell("currency", "is not a currency we know (ISO 4217, three letters)")
    return currency


def _above_zero(cells: Cells, field: str) -> Decimal:
    amount = read.required_money(cells, field)
    if amount <= 0:
        raise BadCell(field, "is not above zero")
    return amount


def _not_negative(cells: Cells, field: str) -> Decimal:
    amount = read.required_money(cells, field)
    if amount < 0:
        raise BadCell(field, "is negative")
    return amount


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())
