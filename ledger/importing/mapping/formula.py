"""The formulas of a mapping file: columns, numbers, words, comparisons, and/or/not and arithmetic. Nothing is ever run.

A formula is parsed with Python's own grammar and walked by hand; whatever is not listed here is refused. Unknown
values stay unknown, as in SQL: a comparison with an unknown is neither true nor false.
"""

from __future__ import annotations

import ast
import keyword
import operator
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from typing import Any, Final, Protocol

import polars as pl

Value = pl.Series | float | str | bool | None
THIS: Final = "this"
_BACKTICKED = re.compile(r"`([^`]+)`")
_SEVERAL_WORDS = re.compile(r"[^\W\d]\w*(?:[ .]\w+)+")
_LONGEST: Final = 2_000
_EPOCH: Final = date(1970, 1, 1)
YES: Final = ("true", "yes", "y", "t", "1", "是")
NO: Final = ("false", "no", "n", "f", "0", "否")
"""Words of a column that is true or false."""
_OPERATORS: Final = frozenset({"and", "or", "not", "in", "is", "if", "else", "None", "True", "False"})
_ARITHMETIC: Final[Mapping[type[ast.operator], Callable[[Any, Any], Any]]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Mod: operator.mod,
}
_ORDER: Final[Mapping[type[ast.cmpop], Callable[[Any, Any], Any]]] = {
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
}


class BadFormula(ValueError):
    """The formula cannot be understood; the message says which part."""


class Readings(Protocol):
    """The columns of a table, read on demand as numbers or as text; `height` values each."""

    @property
    def height(self) -> int: ...
    def number(self, column: str) -> pl.Series: ...
    def text(self, column: str) -> pl.Series: ...
    def day(self, column: str, format: str) -> pl.Series: ...


@dataclass(frozen=True, slots=True)
class Column:
    """A column that nobody has read yet, as a number or as text."""

    name: str


@dataclass(frozen=True, slots=True)
class Formula:
    """A parsed formula."""

    tree: ast.expr | Column
    columns: frozenset[str]
    """The table's columns that it reads."""
    fields: frozenset[str]
    """The fields of the account that it reads as `this.<field>`."""
    names: Mapping[str, str]
    """What stands in the tree -> the column."""


def find_column(name: str, header: Sequence[str]) -> str | None:
    """The column with this name: exactly, or the only one that differs in case, blanks and punctuation alone."""
    if name in header:
        return name
    alike = [column for column in header if plain(column) == plain(name)]
    return alike[0] if len(alike) == 1 and plain(name) else None


def whole_column(text: str, header: Sequence[str]) -> str | None:
    """The column that a text names, if it is no more than a name: `-Paid` is a formula unless a column is called so."""
    name = text.strip()
    name = name[1:-1] if re.fullmatch(r"`[^`]+`", name) else name
    if name in header:
        return name
    return find_column(name, header) if re.fullmatch(r"[\w .]+", name) else None


def plain(name: str) -> str:
    """Small letters and digits with one underscore between words."""
    return re.sub(r"[\W_]+", "_", name.strip().strip("\ufeff").lower()).strip("_")


def parse(text: str, header: Sequence[str]) -> Formula:
    """Understand a formula over these columns. A text that is just a column's name is that column.

    Names with blanks, dots or signs are written in backticks.

    :raises BadFormula: says what is not understood, or which column there is not.
    """
    whole = whole_column(text, header)
    if whole is not None:
        return Formula(Column(whole), frozenset({whole}), frozenset(), {})
    if len(text) > _LONGEST:
        raise BadFormula(f"is longer than {_LONGEST} characters")
    quoted: dict[str, str] = {}

    def stand_in(found: re.Match[str]) -> str:
        return quoted.setdefault(found[1], f"_quoted_{len(quoted)}")

    reserved = [name for name in header if keyword.iskeyword(name) and name not in _OPERATORS]
    ready = _BACKTICKED.sub(stand_in, text.strip())
    if several := _of_several_words(ready, header):
        pattern = rf"'[^']*'|\"[^\"]*\"|(?<![\w.])({'|'.join(several)})(?![\w.])"
        ready = re.sub(pattern, lambda found: stand_in(found) if found[1] else found[0], ready)
    if reserved:
        # A column may be called `class` or `from`; inside quotation marks these are words like any other.
        pattern = rf"'[^']*'|\"[^\"]*\"|\b({'|'.join(reserved)})\b"
        ready = re.sub(pattern, lambda found: stand_in(found) if found[1] else found[0], ready)
    try:
        tree = ast.parse(ready, mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise BadFormula(f"is neither a column nor a formula: {text!r} ({_nearest(text, header)})") from None
    spelt = {stand: name for name, stand in quoted.items()}
    names: dict[str, str] = {}
    fields: set[str] = set()
    _check(tree, names, fields)
    for stand in names:
        column = find_column(spelt.get(stand, stand), header)
        if column is None:
            raise BadFormula(f"there is no column {spelt.get(stand, stand)!r} ({_nearest(stand, header)})")
        names[stand] = column
    return Formula(tree, frozenset(names.values()), frozenset(fields), names)


def _of_several_words(text: str, header: Sequence[str]) -> list[str]:
    """Patterns of columns such as `days late` and `days.late`, that are nothing else in a formula, longest first."""
    names = [name for name in header if _SEVERAL_WORDS.fullmatch(name) and name in text]
    clear = [name for name in names if not _OPERATORS & set(name.split()) and not name.startswith(f"{THIS}.")]
    return [re.escape(name) for name in sorted(clear, key=len, reverse=True)]


def _nearest(name: str, header: Sequence[str]) -> str:
    inside = [column for column in header if not column.isidentifier() and column and column in name and column != name]
    if inside:
        return f"in a formula its name goes into backticks: `{max(inside, key=len)}`"
    close = get_close_matches(plain(name), [plain(column) for column in header], 1, 0.6)
    if close:
        return f"did you mean {next(column for column in header if plain(column) == close[0])!r}?"
    return f"the file has: {', '.join(header[:40])}{', ...' if len(header) > 40 else ''}"


def _check(node: ast.AST, names: dict[str, str], fields: set[str]) -> None:
    """Refuse whatever is not on the list; gather the columns and fields that are named."""
    match node:
        case ast.Name(id=name):
            names[name] = name
        case ast.Attribute(value=ast.Name(id="this"), attr=name):
            fields.add(name)
        case ast.Constant(value=str() | int() | float() | None):
            pass
        case ast.Call(func=ast.Name(id=name), args=args, keywords=[]) if name in FUNCTIONS:
            low, high = FUNCTIONS[name][1]
            if not low <= len(args) <= high:
                raise BadFormula(f"{name}() takes {low if low == high else f'{low} or more'} values")
            for arg in args:
                _check(arg, names, fields)
        case ast.Call(func=ast.Name(id=name)):
            raise BadFormula(f"there is no function {name}(); there are: {', '.join(FUNCTIONS)}")
        case (
            ast.BoolOp()
            | ast.UnaryOp(op=ast.Not() | ast.USub() | ast.UAdd())
            | ast.IfExp()
            | ast.Compare()
            | ast.List()
            | ast.Tuple()
        ):
            for part in ast.iter_child_nodes(node):
                if isinstance(part, ast.expr):
                    _check(part, names, fields)
        case ast.BinOp(left=left, op=op, right=right) if type(op) in _ARITHMETIC:
            _check(left, names, fields)
            _check(right, names, fields)
        case _:
            what = ast.unparse(node) if isinstance(node, ast.expr) else "this"
            raise BadFormula(f"{what} is not allowed in a formula")


class Evaluation:
    """Works a formula out over a whole table at once."""

    def __init__(self, formula: Formula, table: Readings, fields: Mapping[str, pl.Series]) -> None:
        self.formula, self.table, self.fields = formula, table, fields

    def raw(self) -> Any:
        """As it is: a column not yet read, a series, or one value for all rows."""
        if isinstance(self.formula.tree, Column):
            return self.formula.tree
        return self._of(self.formula.tree)

    def number(self, value: Value | Column) -> Any:
        """A Float64 series or a float.

        :raises BadFormula: it is a text that is not a number.
        """
        if isinstance(value, Column):
            return self.table.number(value.name)
        if isinstance(value, pl.Series):
            if value.dtype == pl.String:
                raise BadFormula("a text is used as a number")
            return value.cast(pl.Float64)
        if isinstance(value, str):
            raise BadFormula(f"{value!r} is used as a number")
        return None if value is None else float(value)

    def text(self, value: Value | Column) -> Any:
        """A String series or a str."""
        if isinstance(value, Column):
            return self.table.text(value.name)
        if isinstance(value, pl.Series):
            return value.cast(pl.String)
        return None if value is None else str(value)

    def truth(self, value: Value | Column) -> Any:
        """A Boolean series or a bool: the words :data:`YES` and numbers other than 0 are true."""
        if isinstance(value, Column):
            words = self.table.text(value.name).str.to_lowercase()
            yes, no = words.is_in(list(YES)), words.is_in(list(NO))
            return pl.select(pl.when(yes).then(True).when(no).then(False)).to_series()
        if isinstance(value, pl.Series):
            return value if value.dtype == pl.Boolean else value.cast(pl.Float64) != 0
        return None if value is None else bool(value)

    def series(self, value: Any, kind: pl.DataType) -> pl.Series:
        """One value for every row."""
        if isinstance(value, pl.Series):
            return value
        return pl.repeat(value, self.table.height, dtype=kind, eager=True)

    def _of(self, node: ast.expr) -> Any:
        match node:
            case ast.Name(id=name):
                return Column(self.formula.names[name])
            case ast.Attribute(attr=name):
                return self.fields[name]
            case ast.Constant(value=value):
                return value
            case ast.Call(func=ast.Name(id=name), args=args):
                return FUNCTIONS[name][0](self, [self._of(arg) for arg in args])
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                return _not(self.truth(self._of(operand)))
            case ast.UnaryOp(op=op, operand=operand):
                found = self.number(self._of(operand))
                return found if isinstance(op, ast.UAdd) or found is None else -found
            case ast.BoolOp(op=op, values=parts):
                joined = self.series(self.truth(self._of(parts[0])), pl.Boolean())
                for part in parts[1:]:
                    other = self.series(self.truth(self._of(part)), pl.Boolean())
                    joined = joined & other if isinstance(op, ast.And) else joined | other
                return joined
            case ast.BinOp(left=left, op=op, right=right):
                a = self.series(self.number(self._of(left)), pl.Float64())
                b = self.series(self.number(self._of(right)), pl.Float64())
                return _finite(_ARITHMETIC[type(op)](a, b))
            case ast.IfExp(test=test, body=body, orelse=orelse):
                return self._chosen(self._of(test), self._of(body), self._of(orelse))
            case ast.Compare(left=left, ops=ops, comparators=rights):
                return self._compared(left, ops, rights)
        raise BadFormula(f"{ast.unparse(node)} cannot stand here")

    def _compared(self, left: ast.expr, ops: Sequence[ast.cmpop], rights: Sequence[ast.expr]) -> pl.Series:
        found: pl.Series | None = None
        for op, right in zip(ops, rights, strict=True):
            one = self.series(self._comparison(left, op, right), pl.Boolean())
            found = one if found is None else found & one
            left = right
        assert found is not None
        return found

    def _comparison(self, left: ast.expr, op: ast.cmpop, right: ast.expr) -> Any:
        if isinstance(op, ast.In | ast.NotIn):
            if not isinstance(right, ast.List | ast.Tuple) or not right.elts:
                raise BadFormula("after 'in' stands a list such as ['A', 'B']")
            found = self.series(self._equal(left, right.elts[0]), pl.Boolean())
            for each in right.elts[1:]:
                found = found | self.series(self._equal(left, each), pl.Boolean())
            return ~found if isinstance(op, ast.NotIn) else found
        if isinstance(op, ast.Is | ast.IsNot):
            if not (isinstance(right, ast.Constant) and right.value is None):
                raise BadFormula("'is' and 'is not' go with None alone; compare with == or !=")
            known = self.known(self._of(left))
            return known if isinstance(op, ast.IsNot) else _not(known)
        if isinstance(op, ast.Eq | ast.NotEq):
            return _not(self._equal(left, right)) if isinstance(op, ast.NotEq) else self._equal(left, right)
        a, b = self.number(self._of(left)), self.number(self._of(right))
        return _ORDER[type(op)](self.series(a, pl.Float64()), self.series(b, pl.Float64()))

    def _equal(self, left: ast.expr, right: ast.expr) -> Any:
        a, b = self._of(left), self._of(right)
        if _is_text(a) or _is_text(b):
            return self.series(self.text(a), pl.String()) == self.series(self.text(b), pl.String())
        if _is_truth(a) or _is_truth(b):
            return self.series(self.truth(a), pl.Boolean()) == self.series(self.truth(b), pl.Boolean())
        return self.series(self.number(a), pl.Float64()) == self.series(self.number(b), pl.Float64())

    def _chosen(self, test: Any, yes: Any, no: Any) -> pl.Series:
        if _is_text(yes) or _is_text(no):
            a, b = self.series(self.text(yes), pl.String()), self.series(self.text(no), pl.String())
        else:
            a, b = self.series(self.number(yes), pl.Float64()), self.series(self.number(no), pl.Float64())
        when = self.series(self.truth(test), pl.Boolean())
        chosen = pl.when(when.is_null()).then(None).when(when).then(a).otherwise(b)
        return pl.select(chosen).to_series()

    def known(self, value: Any) -> pl.Series:
        """Where there is a value."""
        found = self.text(value) if isinstance(value, Column) else value
        return found.is_not_null() if isinstance(found, pl.Series) else self.series(found is not None, pl.Boolean())

    def numbers(self, values: Sequence[Any]) -> list[pl.Series]:
        return [self.series(self.number(value), pl.Float64()) for value in values]


def _is_text(value: Any) -> bool:
    return isinstance(value, str) or (isinstance(value, pl.Series) and value.dtype == pl.String)


def _is_truth(value: Any) -> bool:
    return isinstance(value, bool) or (isinstance(value, pl.Series) and value.dtype == pl.Boolean)


def _not(value: Any) -> Any:
    if isinstance(value, pl.Series):
        return ~value
    return None if value is None else not value


def _finite(found: pl.Series) -> pl.Series:
    """A division by nothing is unknown."""
    return pl.select(pl.when(found.is_finite()).then(found)).to_series()


def _across(take: Callable[..., pl.Expr]) -> Callable[[Evaluation, Sequence[Any]], pl.Series]:
    def across(work: Evaluation, args: Sequence[Any]) -> pl.Series:
        numbers = work.numbers(args)
        # Polars skips what is unknown; here it stays unknown.
        known = pl.all_horizontal([pl.lit(number.is_not_null()) for number in numbers])
        return pl.select(pl.when(known).then(take(*numbers))).to_series()

    return across


def _round(work: Evaluation, args: Sequence[Any]) -> pl.Series:
    digits = args[1] if len(args) == 2 else 0
    if not isinstance(digits, int):
        raise BadFormula("round(x, digits) takes a whole number of digits")
    return work.numbers(args[:1])[0].round(digits, mode="half_away_from_zero")


def _iso_day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _digits(work: Evaluation, args: Sequence[Any]) -> pl.Series:
    found = work.series(work.text(args[0]), pl.String())
    return found.str.extract(r"(-?\d+(?:\.\d+)?)", 1).cast(pl.Float64)


def _day(work: Evaluation, args: Sequence[Any]) -> pl.Series:
    form = args[1] if len(args) == 2 else ""
    if isinstance(args[0], str) and (fixed := _iso_day(args[0])) is not None:
        return work.series((fixed - _EPOCH).days, pl.Float64())
    if not isinstance(args[0], Column) or not isinstance(form, str):
        raise BadFormula("day(column), day(column, '%d.%m.%Y') or day('2026-11-30')")
    return work.table.day(args[0].name, form).to_physical().cast(pl.Float64)


FUNCTIONS: Final[Mapping[str, tuple[Callable[[Evaluation, Sequence[Any]], pl.Series], tuple[int, int]]]] = {
    "min": (_across(pl.min_horizontal), (2, 99)),
    "max": (_across(pl.max_horizontal), (2, 99)),
    "first_known": (lambda work, args: pl.select(pl.coalesce(*work.numbers(args))).to_series(), (1, 99)),
    "abs": (lambda work, args: work.numbers(args)[0].abs(), (1, 1)),
    "round": (_round, (1, 2)),
    "known": (lambda work, args: work.known(args[0]), (1, 1)),
    "digits": (_digits, (1, 1)),
    "day": (_day, (1, 2)),
}
"""Name -> what it does, and how many values it takes (least, most)."""
