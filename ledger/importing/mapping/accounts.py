"""From a table and its mapping to one row for each account, in our own names; bad rows are set aside with a reason."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

import polars as pl

from ledger.importing.layouts import MONTHS
from ledger.importing.mapping.binding import Bound
from ledger.importing.mapping.columns import feature_columns, outcome_columns, trait_columns
from ledger.importing.mapping.definition import FileMapping, Missed, Source
from ledger.importing.mapping.long import widen
from ledger.importing.mapping.table import open_table
from ledger.importing.mapping.values import Values
from ledger.importing.mapping.yaml_parts import MappingError
from ledger.importing.parsing import CURRENCIES, LONGEST_DPD
from ledger.importing.rows import RowError

BILLED = tuple(f"billed_{month}" for month in MONTHS)
PAID = tuple(f"paid_{month}" for month in MONTHS)
LONGEST_REF = 64


@dataclass(frozen=True, slots=True)
class Mapped:
    """What a mapping made of a file."""

    accounts: pl.DataFrame
    """The good rows. Columns: line, newest, external_ref, product, currency, as_of, credit_limit, balance, dpd,
    amount_due (each null where the table does not say), billed_1 .. paid_6, x_*, outcome_*."""
    traits: pl.DataFrame
    """The protected traits of the same rows as words, and `line`."""
    people: pl.DataFrame
    """The people's columns of the same rows as words, and `line`."""
    errors: list[RowError]
    rows: int
    """In the file."""
    unused: tuple[str, ...]
    """Columns of the file that the mapping does not speak of."""


def map_file(content: bytes, mapping: FileMapping, today: date) -> Mapped:
    """Read a file by its mapping.

    :raises ImportRefused: the file cannot be read, or the mapping does not fit it (:class:`MappingError`).
    """
    table = open_table(content, mapping.file)
    bound = Bound(mapping, table.header)
    values = Values(bound, table)
    rows, newest, as_of = table.height + len(table.broken), None, None
    if mapping.long:
        wide = widen(mapping.long, mapping.account["ref"], values, says_overdue=mapping.collects)
        values = Values(bound, wide.table, dict(wide.fields))
        rows, newest, as_of = wide.rows, wide.newest, wide.as_of
    return _Accounts(values, newest).mapped(rows, as_of, today)


class _Accounts:
    def __init__(self, values: Values, newest: pl.Series | None) -> None:
        self.values, self.table, self.fields = values, values.table, values.fields
        self.mapping: FileMapping = values.bound.mapping
        true = pl.repeat(True, self.table.height, dtype=pl.Boolean(), eager=True)
        self.newest = true if newest is None else newest

    def mapped(self, rows: int, as_of: pl.Series | None, today: date) -> Mapped:
        """Every field in turn; then the rows about which nothing was noted."""
        self._months()
        self._identity(as_of, today)
        self._amounts()
        if self.mapping.collects:
            self._overdue()
        fields = {name: self._nothing() for name in ("dpd", "amount_due")} | self.fields
        own = feature_columns(self.values) | outcome_columns(self.values)
        traits, people = trait_columns(self.values), self._people()
        bad, errors = self.table.rejects()
        good = ~bad
        accounts = pl.DataFrame(
            {"line": self.table.lines, "newest": self.newest, **{name: fields[name] for name in _ACCOUNT}, **own}
        )
        unused = self.values.bound.unused
        return Mapped(accounts.filter(good), traits.filter(good), people.filter(good), errors, rows, unused)

    def _months(self) -> None:
        months = self.mapping.months
        for name, columns in (("billed", months.billed), ("paid", months.paid)) if months else ():
            for number, source in enumerate(columns, start=1):
                if source is not None:
                    found = self.values.number(source)
                    self.fields[f"{name}_{number}"] = found
                    if name == "paid":
                        self.table.note(found < 0, self.values.name(source, f"paid_{number}"), "is negative")
        for name in (*BILLED, *PAID):
            self.fields.setdefault(name, self._nothing())

    def _identity(self, as_of: pl.Series | None, today: date) -> None:
        account = self.mapping.account
        if "ref" in account:
            refs = self.values.text(account["ref"])
            name = self.values.name(account["ref"], "ref")
            self.table.note(refs.is_null(), name, "is empty")
            self.table.note(refs.str.len_chars() > LONGEST_REF, name, f"is longer than {LONGEST_REF} characters")
            # The earlier states of an account in a long table bear its reference again.
            if not self.mapping.long:
                again = ~refs.is_first_distinct() & refs.is_not_null()
                self.table.note(again, name, "stands in an earlier line already")
        else:
            refs = f"{self.mapping.name}-" + self.table.lines.cast(pl.String)
        self.fields["external_ref"] = refs
        self._field("product", self.values.text, None)
        self._field("currency", lambda source: self.values.text(source).str.to_uppercase(), None)
        if "product" not in account:
            self.fields["product"] = pl.repeat("credit", self.table.height, dtype=pl.String(), eager=True)
        if "currency" in account:
            strange = ~self.fields["currency"].is_in(list(CURRENCIES)).fill_null(False)
            name = self.values.name(account["currency"], "currency")
            self.table.note(strange, name, "is not a currency we know (ISO 4217, three letters)")
        days = self.values.day(account["as_of"]) if "as_of" in account else as_of
        if days is None:
            raise MappingError(self.mapping.where, "account.as_of is missing")
        name = self.values.name(account["as_of"], "as_of") if "as_of" in account else "as_of"
        self.table.note(days.is_null(), name, "is empty")
        self.table.note(days > today + timedelta(days=1), name, "lies in the future")
        self.fields["as_of"] = days

    def _amounts(self) -> None:
        fields = self.fields
        self._field("credit_limit", self.values.number, None)
        self._field("balance", self.values.number, fields["billed_1"])
        if not (self.mapping.months or self.mapping.long):
            fields["billed_1"] = fields["balance"]
        for name in ("credit_limit", "balance", *BILLED, *PAID):
            fields[name] = fields[name].round(2) + 0.0  # no -0.0 where a sign was turned
        limit = fields["credit_limit"]
        fields["credit_limit"] = pl.select(pl.when(limit > 0).then(limit)).to_series()

    def _overdue(self) -> None:
        """Days past due, and the amount due of those who are; whoever is not overdue has 0 days."""
        fields, account, mapping = self.fields, self.mapping.account, self.mapping
        if mapping.missed:
            fields["dpd"] = _missed_days(mapping.missed, fields)
        elif "dpd" in account:
            fields["dpd"] = self.values.number(account["dpd"])
            self.table.note(fields["dpd"].is_null(), self.values.name(account["dpd"], "dpd"), "is empty")
        else:
            fields["dpd"] = pl.repeat(1.0, self.table.height, dtype=pl.Float64(), eager=True)
        days = fields["dpd"].round(0).clip(0, None)
        self.table.note(days > LONGEST_DPD, "dpd", f"is not between 0 and {LONGEST_DPD}")
        owes = (fields["balance"] > 0).fill_null(False)
        if mapping.overdue:
            late = self.values.truth(mapping.overdue).fill_null(False)
            days = pl.select(pl.when(late).then(days.clip(1, None)).otherwise(0.0)).to_series()
        fields["dpd"] = days
        overdue = (days >= 1) & owes
        self._field("amount_due", self.values.number, fields["balance"])
        due = pl.select(pl.min_horizontal(fields["amount_due"].fill_null(fields["balance"]), fields["balance"]))
        fields["amount_due"] = due.to_series().round(2).clip(0, None)
        name = self._name("amount_due")
        self.table.note(overdue & (fields["amount_due"] <= 0), name, "is zero although the account is past due")
        self.table.note(fields["balance"].is_null(), self._name("balance"), "is empty")
        missing = self.newest & overdue & fields["credit_limit"].is_null()
        self.table.note(missing, self._name("credit_limit"), "is empty or not above zero")

    def _people(self) -> pl.DataFrame:
        people = {name: self.values.text(source) for name, source in self.mapping.people.items()}
        return pl.DataFrame({"line": self.table.lines, **people})

    def _field(self, name: str, read: Callable[[Source], pl.Series], otherwise: pl.Series | None) -> None:
        source = self.mapping.account.get(name)
        if source is not None:
            self.fields[name] = read(source)
        else:
            self.fields[name] = self._nothing() if otherwise is None else otherwise

    def _name(self, field: str) -> str:
        source = self.mapping.account.get(field)
        return self.values.name(source, field) if source else field

    def _nothing(self) -> pl.Series:
        return pl.repeat(None, self.table.height, dtype=pl.Float64(), eager=True)


_ACCOUNT = (
    *("external_ref", "product", "currency", "as_of", "credit_limit", "balance", "dpd", "amount_due"),
    *BILLED,
    *PAID,
)


def _missed_days(rule: Missed, fields: dict[str, pl.Series]) -> pl.Series:
    """So many days for each of the latest months in a row whose payment missed the bill it answers."""
    run = pl.repeat(0, len(fields["billed_1"]), dtype=pl.Int64(), eager=True)
    going = run == 0
    for month in list(MONTHS)[:-1]:
        asked, paid = fields[f"billed_{month + 1}"], fields[f"paid_{month}"]
        going = going & ((asked > 0) & (paid < rule.below * asked)).fill_null(False)
        run = run + going.cast(pl.Int64)
    return (run * rule.days).cast(pl.Float64)
