"""From the text of a mapping file to its values, strictly: an error names file, line and field; nothing is guessed."""

from __future__ import annotations

import codecs
import hashlib
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Literal

from ledger.importing.layouts import MONTHS, OWN_OPTIONAL, OWN_PERSON
from ledger.importing.mapping.definition import (
    ACCOUNT,
    HEADS,
    MONTH_MARKS,
    OUTCOMES,
    Constant,
    FileMapping,
    FileStyle,
    LongMonth,
    Missed,
    Months,
    OutcomeRules,
    OwnFeature,
    Source,
    Trait,
)
from ledger.importing.mapping.formula import plain
from ledger.importing.mapping.yaml_parts import MappingError, Part, root_of

__all__ = ["MappingError", "read_mapping"]

_TOP = (
    *("name", "about", "file", "shape", "account", "overdue", "months", "features", "outcomes", "protected"),
    *("people", "ignore"),
)
_SOURCE = ("column", "formula", "value", "words", "otherwise", "missing", "format", "times", "default")
_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")
_RANGE = re.compile(r"\{(\d+)\.\.(\d+)\}")
_SEPARATORS = {"tab": "\t", "comma": ",", "semicolon": ";", "pipe": "|", "spaces": "spaces"}


def read_mapping(file: str, text: str) -> FileMapping:
    """Read a mapping file.

    :param file: its name, for errors.
    :raises MappingError: it is not one; the message has the line and the field. Whether the columns are there is only
        known once a table is read with it.
    """
    root = root_of(file, text)
    top = root.table(_TOP)
    name = _name(_must(root, top, "name"))
    shape = top["shape"].choice(("wide", "long")) if "shape" in top else "wide"
    account, missed = _account(_must(root, top, "account"))
    outcomes = _outcomes(top["outcomes"]) if "outcomes" in top else None
    months, long = _months(top.get("months"), shape, root)
    mapping = FileMapping(
        name=name,
        sha256=hashlib.sha256(text.encode()).hexdigest(),
        file=_style(top["file"]) if "file" in top else FileStyle(),
        account=account,
        missed=missed,
        overdue=_source(top["overdue"]) if "overdue" in top else None,
        months=months,
        long=long,
        features=tuple(_feature(name, part) for name, part in top["features"].items()) if "features" in top else (),
        outcomes=outcomes,
        protected=tuple(_trait(name, part) for name, part in top["protected"].items()) if "protected" in top else (),
        people=_people(top["people"]) if "people" in top else {},
        ignore=_ignored(top.get("ignore")),
        where=root.where,
    )
    _check(root, top, mapping)
    return mapping


def _check(root: Part, top: Mapping[str, Part], mapping: FileMapping) -> None:
    account = top["account"]
    if "as_of" not in mapping.account and not (mapping.long and mapping.long.mark == "month"):
        account.wrong("as_of is missing: a column, or the day that the table describes, such as 2005-09-30")
    if "ref" not in mapping.account and mapping.long is not None:
        account.wrong("ref is missing: a long table needs it to know which rows belong to one account")
    has_balance = "balance" in mapping.account or bool(mapping.months and mapping.months.billed)
    has_balance = has_balance or bool(mapping.long and mapping.long.billed)
    if mapping.collects:
        if "ref" not in mapping.account:
            account.wrong("ref is missing: an account that is to be collected needs the bank's reference")
        for needed in ("currency", "credit_limit"):
            if needed not in mapping.account:
                hint = " (of a loan: the amount lent)" if needed == "credit_limit" else " (ISO 4217, such as EUR)"
                account.wrong(f"{needed} is missing: the table says who is overdue, and they become accounts{hint}")
        if not has_balance:
            account.wrong("balance is missing: the table says who is overdue, and they become accounts")
    elif not (mapping.outcomes or mapping.months or mapping.long):
        root.wrong("the table gives neither months, nor who is overdue (account.dpd, overdue), nor outcomes")
    if mapping.missed and not (mapping.months or mapping.long):
        account.wrong("dpd.missed needs months to count in")


def _name(part: Part) -> str:
    found = part.text()
    if not _NAME.fullmatch(found):
        part.wrong("must be small letters, digits and _, beginning with a letter, at most 40")
    return found


def _style(part: Part) -> FileStyle:
    top = part.table(
        ("separator", "encoding", "header", "columns", "null", "decimal", "thousands", "symbols"),
    )
    style = FileStyle()
    if "separator" in top:
        found = top["separator"].scalar()
        found = _SEPARATORS.get(str(found), found)
        if not isinstance(found, str) or (len(found) != 1 and found != "spaces"):
            top["separator"].wrong(f"must be one character, or one of: {', '.join(_SEPARATORS)}")
        style = replace(style, separator=found)
    if "encoding" in top:
        try:
            codecs.lookup(top["encoding"].text())
        except LookupError:
            top["encoding"].wrong("is not an encoding we know, such as utf-8, latin-1 or gb18030")
        style = replace(style, encoding=top["encoding"].text())
    if "header" in top:
        style = replace(style, header=int(top["header"].number(0, 100)))
    if "columns" in top:
        style = replace(style, columns=top["columns"].texts())
    if "null" in top:
        style = replace(style, null=frozenset(word.strip().lower() for word in top["null"].texts()) | {""})
    if "decimal" in top:
        decimal: Literal[".", ","] = "," if top["decimal"].choice((".", ",")) == "," else "."
        style = replace(style, decimal=decimal, thousands="." if decimal == "," else ",")
    if "thousands" in top:
        style = replace(style, thousands=str(top["thousands"].scalar() or ""))
    if "symbols" in top:
        style = replace(style, symbols=top["symbols"].text())
    if style.thousands == style.decimal:
        part.wrong("decimal and thousands cannot be the same character")
    if bool(style.columns) != (style.header == 0):
        part.wrong("`header: 0` and `columns: [...]` go together: a file without names needs them from here")
    return style


def _account(part: Part) -> tuple[dict[str, Source], Missed | None]:
    top = part.table(ACCOUNT)
    missed = None
    if "dpd" in top and top["dpd"].is_table and any(name == "missed" for name, _ in top["dpd"].items()):
        rule = top.pop("dpd").table(("missed",))["missed"].table(("below", "days"))
        missed = Missed(
            below=rule["below"].number(0.0001, 1) if "below" in rule else 0.02,
            days=int(rule["days"].number(1, 366)) if "days" in rule else 30,
        )
    sources = {name: _source(found) for name, found in top.items()}
    if "ref" in top and not top["ref"].is_table and top["ref"].text() == "row_number":
        del sources["ref"]
    return sources, missed


def _months(part: Part | None, shape: str, root: Part) -> tuple[Months | None, LongMonth | None]:
    if shape == "long":
        if part is None:
            root.wrong("months is missing: a long table says there which column is the month, billed and paid")
        top = part.table((*MONTH_MARKS, "billed", "paid", "history", "repeated"))
        marks = [mark for mark in MONTH_MARKS if mark in top]
        if len(marks) != 1:
            part.wrong(f"a long table needs exactly one of: {', '.join(MONTH_MARKS)}")
        if "billed" not in top:
            part.wrong("billed is missing")
        paid = _source(top["paid"]) if "paid" in top else None
        history = "history" in top and top["history"].truth()
        if history and marks[0] != "month":
            top["history"].wrong("needs `month`: without dates nobody knows when an earlier state was")
        adds = "repeated" in top and top["repeated"].choice(("refuse", "add")) == "add"
        repeated: Literal["refuse", "add"] = "add" if adds else "refuse"
        return None, LongMonth(marks[0], _source(top[marks[0]]), _source(top["billed"]), paid, history, repeated)
    if part is None:
        return None, None
    top = part.table(("billed", "paid", "order"))
    oldest_first = "order" in top and top["order"].choice(("newest_first", "oldest_first")) == "oldest_first"
    columns: dict[str, tuple[Source | None, ...]] = {}
    for name in ("billed", "paid"):
        found = _month_sources(top[name]) if name in top else []
        columns[name] = tuple(found[::-1] if oldest_first else found)[: len(MONTHS)]
    if not columns["billed"]:
        part.wrong("billed is missing")
    return Months(**columns), None


def _month_sources(part: Part) -> list[Source | None]:
    """A list, or a pattern such as BILL_{1..6}; newest first unless `order` says otherwise."""
    if part.is_list:
        return [None if each.node.value in ("", "~", "null") else _source(each) for each in part.parts()]
    pattern = _source(part)
    ranges = {found.groups() for found in _RANGE.finditer(pattern.formula)}
    if len(ranges) != 1:
        part.wrong("must be a list, or a pattern with one range such as BILL_{1..6}")
    first, last = next(iter(ranges))
    step = 1 if int(last) >= int(first) else -1
    width = len(first) if first.startswith("0") or last.startswith("0") else 0
    return [
        replace(
            pattern,
            formula=_RANGE.sub(str(number).zfill(width), pattern.formula),
            where=replace(part.where, field=f"{part.where.field}[{number}]"),
        )
        for number in range(int(first), int(last) + step, step)
    ]


def _feature(name: str, part: Part) -> OwnFeature:
    if not _NAME.fullmatch(name):
        part.wrong("a feature's name must be small letters, digits and _, beginning with a letter, at most 40")
    if not part.is_table:
        return OwnFeature(name, _source(part), "other", {})
    extra = ("group", "signs", "levels", "not_protected")
    top = part.table((*_SOURCE, *extra))
    signs = {}
    if "signs" in top:
        for head, sign in top["signs"].table(HEADS).items():
            signs[head] = int(sign.number(-1, 1))
    levels = top["levels"].texts() if "levels" in top else ()
    if levels and len({plain(level) for level in levels}) < len(levels):
        top["levels"].wrong("two levels would have the same name")
    if levels and signs:
        top["signs"].wrong("go with a number, not with levels")
    return OwnFeature(
        name=name,
        source=_source(part, extra),
        group=_name(top["group"]) if "group" in top else "other",
        signs=signs,
        levels=levels,
        not_protected="not_protected" in top and top["not_protected"].truth(),
    )


def _trait(name: str, part: Part) -> Trait:
    if not _NAME.fullmatch(name):
        part.wrong("a trait's name must be small letters, digits and _, such as marital_status")
    if not part.is_table:
        return Trait(name, _source(part))
    top = part.table((*_SOURCE, "bands"))
    bands = tuple(each.number(-1e9, 1e9) for each in top["bands"].parts()) if "bands" in top else ()
    if list(bands) != sorted(set(bands)):
        top["bands"].wrong("must rise, such as [25, 35, 45]")
    return Trait(name, _source(part, ("bands",)), bands)


def _outcomes(part: Part) -> OutcomeRules:
    top = part.table((*OUTCOMES, "pays_share", "covers_share"))
    if not {*OUTCOMES} & set(top):
        part.wrong(f"needs at least one of: {', '.join(OUTCOMES)}")
    pays, covers, paid = (_source(top[name]) if name in top else None for name in OUTCOMES)
    usual = OutcomeRules()
    return OutcomeRules(
        pays,
        covers,
        paid,
        top["pays_share"].number(0, 10) if "pays_share" in top else usual.pays_share,
        top["covers_share"].number(0, 10) if "covers_share" in top else usual.covers_share,
    )


def _people(part: Part) -> dict[str, Source]:
    top = part.table(OWN_OPTIONAL)
    missing = [name for name in (*OWN_PERSON, "language") if name not in top]
    if set(OWN_PERSON) & set(top) and missing:
        part.wrong(f"whoever names people must say all of it; missing: {', '.join(missing)}")
    return {name: _source(found) for name, found in top.items()}


def _ignored(part: Part | None) -> tuple[str, ...] | None:
    if part is None or (not part.is_list and part.text() == "rest"):
        return None
    return part.texts()


def _source(part: Part, extra: tuple[str, ...] = ()) -> Source:
    if not part.is_table:
        value = part.scalar()
        if isinstance(value, str):
            return Source(part.where, formula=value.strip())
        return Source(part.where, value=_constant(part))
    top = part.table((*_SOURCE, *extra))
    given = [name for name in ("column", "formula", "value") if name in top]
    if len(given) != 1:
        part.wrong("needs exactly one of: column, formula, value")
    found: dict[str, Any] = {"where": part.where}
    if "value" in top:
        found["value"] = _constant(top["value"])
    else:
        found["formula"] = top[given[0]].text()
    if "words" in top:
        found["words"] = {name.strip().lower(): _constant(word) for name, word in top["words"].items()}
    if "otherwise" in top:
        found |= {"otherwise": _constant(top["otherwise"]), "has_otherwise": True}
    if "missing" in top:
        codes = top["missing"]
        found["missing"] = frozenset(codes.texts() if codes.is_list else (codes.text(),))
    if "format" in top:
        found["format"] = top["format"].text()
    if "times" in top:
        found["times"] = top["times"].number(-1e9, 1e9)
    if "default" in top:
        found["default"] = _constant(top["default"])
    return Source(**found)


def _constant(part: Part) -> Constant:
    value = part.scalar()
    if value is None or isinstance(value, bool | str):
        return value
    if isinstance(value, int | float):
        return float(value)
    return part.text()


def _must(root: Part, top: Mapping[str, Part], name: str) -> Part:
    if name not in top:
        root.wrong(f"{name} is missing")
    return top[name]
