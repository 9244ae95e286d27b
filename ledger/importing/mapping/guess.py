"""A draft of a mapping for a file that nobody has mapped yet: what is in each column, and what it may be by its name.

It only reads, and guesses nothing that it does not say: what is not plain is left for a person, as a comment.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, replace

import polars as pl

from ledger.importing.mapping.binding import trait_words
from ledger.importing.mapping.definition import FileStyle
from ledger.importing.mapping.formula import NO, YES, plain
from ledger.importing.mapping.table import Table, open_table

LOOKED_AT = 20_000
"""Rows."""
_LEVELS = 12
_NUMBERS = 0.97
_ROLES = {
    "ref": r"^(id|ref|no|nr|.*_id|id_.*|(.*_)?(contract|account|acct|loan)(_?(no|nr|ref|id))?)$|编号|合同号|账号",
    "credit_limit": r"limit|credit_line|amount_lent|loan_am(oun)?t|amt_credit|授信|额度|贷款金额",
    "balance": r"(^|_)balance|outstanding|owed|out_prncp|bill_am(oun)?t_?1$|账单金额|欠款|余额",
    "amount_due": r"min(imum)?_?(pay|due)|amount_due|arrears|最低还款|应还",
    "dpd": r"dpd|days_(late|past|overdue)|overdue_days|debt_?days|delinq|逾期天数|逾期",
    "as_of": r"as_?of|snapshot|report(ing)?_?(date|as)|statement_date|报表日|账单日|数据日期",
    "outcome": r"default|serious_?dlq|target|^(y|class|bad|label)$|performance|loan_status|是否还款|是否违约",
}
_PEOPLE = re.compile(r"name|phone|mobile|email|passport|id_?card|address|姓名|手机|电话|身份证|地址|邮箱")
_LATER = re.compile(r"recover|total_pymnt|total_rec|last_pymnt|collection_fee|settle|after|next|以后|之后")


@dataclass(frozen=True, slots=True)
class Guess:
    """One column."""

    name: str
    kind: str
    """'number', 'yes or no', 'levels', 'date', 'text', 'empty', 'one value'."""
    unknown: float
    """Share of the rows looked at."""
    values: int
    """Different ones."""
    role: str
    """A field of an account, 'outcome', 'protected', 'person', 'later', or empty."""
    levels: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()
    """Numbers below zero that stand there so often that they may mean: not known."""
    symbols: str = ""
    format: str = ""


def guess_columns(content: bytes) -> tuple[list[Guess], list[str]]:
    """Look at the first :data:`LOOKED_AT` rows of a file: its columns, and what a mapping must say of the file itself.

    :raises ImportRefused: it is no table that can be read.
    """
    table, told = _opened(content)
    taken: set[str] = set()
    found = []
    for name in table.header:
        guess = _column(table, name)
        if guess.role in taken:
            guess = replace(guess, role="")
        elif guess.role in _ROLES:
            taken.add(guess.role)
        found.append(guess)
    if symbols := "".join(sorted({sign for guess in found for sign in guess.symbols})):
        told.append(f"symbols: {_quoted(symbols)}")
    return found, told


def _opened(content: bytes) -> tuple[Table, list[str]]:
    """Some lines may stand above the header; cells may be parted by blanks, and decimals by a comma."""
    told: list[str] = []
    table, style = open_table(content, FileStyle()), FileStyle()
    for header in (2, 3):
        if len(table.header) < 2 or len(table.broken) > table.height:
            other = open_table(content, FileStyle(header=header))
            if len(other.header) > len(table.header):
                table, style, told = other, FileStyle(header=header), [f"header: {header}"]
    if len(table.header) == 1 and (wide := len(table.header[0].split())) > 2:
        names = tuple(f"c{number}" for number in range(1, wide + 1))
        style = FileStyle(separator="spaces", header=0, columns=names)
        table, told = open_table(content, style), [f"separator: spaces, header: 0, columns: [{', '.join(names)}]"]
    table = Table(table.frame.head(LOOKED_AT), table.style)
    if any(_has_decimal_commas(table.text(name).drop_nulls().head(1_000)) for name in table.header):
        table = Table(table.frame, replace(table.style, decimal=",", thousands="."))
        told.append('decimal: ","')
    return table, told


def _has_decimal_commas(known: pl.Series) -> bool:
    return len(known) > 0 and known.str.contains(r"^-?[\d.]*\d,(\d{1,2}|\d{4,})$").all()


def _column(table: Table, name: str) -> Guess:
    words = table.text(name)
    known = words.drop_nulls()
    share = 1 - len(known) / max(len(words), 1)
    kind, symbols = "text", ""
    levels: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()
    different = known.n_unique()
    if form := _date_form(known):
        kind = "date"
    elif different < 2:
        kind = "one value" if different else "empty"
    elif known.str.to_lowercase().is_in([*YES, *NO]).all():
        kind = "yes or no"
    else:
        symbols = "".join(sign for sign in "%$€£¥￥" if known.str.contains(sign, literal=True).any())
        numbers = _numbers(known, symbols, table.style)
        if numbers.null_count() <= (1 - _NUMBERS) * len(known):
            kind, codes = "number", _codes(numbers)
        else:
            symbols = ""
            if different <= _LEVELS and len(known) >= 5 * different:
                kind, levels = "levels", tuple(sorted(known.unique()))
    role = _role(name, kind, different == len(known))
    role = "" if "%" in symbols and role in ("credit_limit", "balance", "amount_due") else role
    return Guess(name, kind, share, different, role, levels, codes, symbols, form)


def _numbers(known: pl.Series, symbols: str, style: FileStyle) -> pl.Series:
    for sign in (*symbols, style.thousands):
        known = known.str.replace_all(sign, "", literal=True)
    known = known.str.replace(style.decimal, ".", literal=True)
    return known.str.strip_chars().cast(pl.Float64, strict=False)


def _codes(numbers: pl.Series) -> tuple[str, ...]:
    """Whole numbers below zero in a column that otherwise has none but -9 .. -1, -99, -999 and the like."""
    below = numbers.drop_nulls().filter(numbers.drop_nulls() < 0).unique().sort()
    odd = [value for value in below if value in (*range(-9, 0), -99, -999, -9999)]
    return tuple(f"{value:g}" for value in odd) if 0 < len(odd) == len(below) else ()


def _date_form(known: pl.Series) -> str:
    some = known.head(200)
    if some.is_empty():
        return ""
    for form in ("%Y-%m-%d", "%Y/%m/%d", "%d.%m.%Y", "%d/%m/%Y", "%m/%d/%Y", "%d-%b-%y", "%d-%b-%Y", "%Y年%m月%d日"):
        if some.str.to_date(form, strict=False).null_count() == 0:
            return form
    for form in ("%b-%Y", "%m/%Y", "%Y-%m"):
        if (some + " 01").str.to_date(f"{form} %d", strict=False).null_count() == 0:
            return form
    return ""


def _role(name: str, kind: str, unique: bool) -> str:
    simple = plain(_apart(name))
    if trait_words(name):
        return "protected"
    if _PEOPLE.search(simple):
        return "person"
    if _LATER.search(simple):
        return "later"
    for role, pattern in _ROLES.items():
        if re.search(pattern, simple):
            fits = {"ref": unique, "as_of": kind == "date", "outcome": kind not in ("empty", "one value", "date")}
            if fits.get(role, kind in ("number", "levels")):
                return role
    return "ref" if unique and kind == "number" and simple in ("", "column_1") else ""


def draft(content: bytes, file: str) -> str:
    """The draft as YAML, ready to be finished by hand.

    :param file: its name, for the first line.
    """
    columns, style = guess_columns(content)
    names = _names(columns)
    of = {guess.role: guess for guess in columns if guess.role in _ROLES}
    lines = [f"# A draft for {file}: answer every line that asks, then import the file with --mapping", "name: draft"]
    lines += [f"file: {{{', '.join(style)}}}"] if style else []
    lines.append("account:")
    lines.append(f"  ref: {_quoted(of['ref'].name)}" if "ref" in of else "  ref: row_number       # or a column")
    lines.append(_as_of(of.get("as_of")))
    for field in ("credit_limit", "balance", "amount_due", "dpd"):
        if field in of:
            ask = " # days past due: who is overdue becomes an account" if field == "dpd" else ""
            lines.append(f"  {field}: {_source(of[field])}{ask}")
    if "dpd" in of:
        lines.append("  currency: EUR          # which one?")
    features = [guess for guess in columns if guess.role == "" and guess.kind in ("number", "yes or no", "levels")]
    if features:
        lines += ["features:                # known on as_of? take out what is not"]
        lines += [f"  {names[guess.name]}: {_source(guess)}" for guess in features]
    lines += _outcome(of.get("outcome"))
    if traits := [guess for guess in columns if guess.role == "protected"]:
        lines.append("protected:")
        lines += [f"  {names[guess.name]}: {_trait(guess)}" for guess in traits]
    why = {"person": "tells who somebody is", "later": "reads as if it were known later only; an outcome?"}
    left = [guess for guess in columns if guess.role in why or (guess.role == "" and guess not in features)]
    lines += [f"# left out: {guess.name} ({why.get(guess.role, guess.kind)})" for guess in left]
    lines += ["#", "# column: kind, different values, share unknown"]
    lines += [f"#   {each.name}: {each.kind}, {each.values}, {each.unknown:.1%}" for each in columns]
    return "\n".join(lines) + "\n"


def _as_of(found: Guess | None) -> str:
    if found is None:
        return "  as_of: 2026-01-31      # which day does the table describe?"
    return f"  as_of: {{column: {_quoted(found.name)}, format: {_quoted(found.format)}}}"


def _outcome(found: Guess | None) -> list[str]:
    if found is None:
        return ["# outcomes: {pays: ...}   # does a column say what happened afterwards?"]
    if found.levels:
        return ["outcomes:", f"  pays: \"`{found.name}` == '...'\" # one of: {', '.join(found.levels)}"]
    return ["outcomes:", f'  pays: "not `{found.name}`" # if it says who did not pay; else without `not`']


def _source(guess: Guess) -> str:
    parts = [f"column: {_quoted(guess.name)}"]
    if guess.levels and guess.role == "":
        parts.append(f"levels: {json.dumps(guess.levels, ensure_ascii=False)}")
    elif guess.levels:
        parts.append(f"words: {{{', '.join(f'{_quoted(level)}: 0' for level in guess.levels)}}}")
    if guess.codes and guess.role == "":
        parts.append(f"missing: [{', '.join(guess.codes)}]")
    return f"{{{', '.join(parts)}}}"


def _trait(guess: Guess) -> str:
    bands = ", bands: [26, 36, 46, 56]" if guess.kind == "number" and guess.values > _LEVELS else ""
    return f"{{column: {_quoted(guess.name)}{bands}}}"


def _names(columns: list[Guess]) -> dict[str, str]:
    """By column a name that a mapping may use; columns whose names have no Latin letters are numbered."""
    found: dict[str, str] = {}
    for place, guess in enumerate(columns, start=1):
        name = re.sub(r"[^a-z0-9_]+", "", plain(_apart(guess.name))).strip("_")[:34].rstrip("_")
        name = name if re.match(r"[a-z]", name) else f"column_{place}"
        found[guess.name] = f"{name}_{place}" if name in found.values() else name
    return found


def _apart(name: str) -> str:
    """MonthlyIncome -> Monthly_Income"""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name)


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
