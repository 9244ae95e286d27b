"""A pack's YAML file to a Pack, strictly: an error names file, line and field; nothing is guessed or ignored."""

import re
import types
from collections.abc import Callable, Mapping
from dataclasses import MISSING, fields, is_dataclass
from datetime import date
from typing import Any, Final, get_args, get_origin, get_type_hints

import yaml

from strategy.policy.clocks import WEEKDAYS, Span
from strategy.policy.decision import REASON_CODES, digest
from strategy.policy.facts import ACTIONS, AGENTS, CHANNELS, OUTCOMES, STOPS, Content
from strategy.policy.flags import GROUNDS
from strategy.policy.holiday_dates import UnknownCalendar, holiday_dates
from strategy.policy.pack import CONFIDENCES, HOUSE, Clause, Holidays, Pack

LARGEST: Final = 36_525
"""Of any number in a pack: as days a hundred years, which can be taken from any date of our age."""


class PackError(ValueError):
    """{file}:{line}: {field}: {message}"""

    def __init__(self, file: str, line: int, field: str, message: str) -> None:
        super().__init__(f"{file}:{line}: {field}: {message}")
        self.file, self.line, self.field = file, line, field


_CHOICES: Final[Mapping[str, frozenset[str]]] = {
    "confidence": frozenset(CONFIDENCES),
    "status": frozenset({"active", "draft"}),
    "days_of_week": frozenset(WEEKDAYS),
    "channels": CHANNELS,
    "counted_channels": CHANNELS,
    "counted_outcomes": OUTCOMES,
    "agents": AGENTS,
    "actions": ACTIONS,
    "per": frozenset({"person", "debt", "number"}),
    "code": REASON_CODES,
    "field": frozenset(field.name for field in fields(Content)),
    "grounds": frozenset(GROUNDS),
    "until_outcomes": OUTCOMES,
    "by": frozenset({"consented_callback"}),
    "who": frozenset({"consumer"}),
    "except_for": frozenset({"one_reply", "opt_out_confirmation"}),
    "when": frozenset({"opening", "before_debt", "voicemail", "message", "recording", "letter"}),
    "language": frozenset({"en", "zh"}),
}
_ID: Final = re.compile(r"[A-Z]+(-[A-Z]+)*")
_COMPUTED: Final = frozenset({"dates"})


def read_pack(file: str, text: str) -> Pack:
    """:raises PackError: the text is not a whole, well-formed pack."""
    try:
        root = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        raise PackError(file, mark.line + 1 if mark else 1, "file", f"not YAML: {error.__class__.__name__}") from error
    except RecursionError as error:
        raise PackError(file, 1, "file", "nested without end") from error
    if root is None:
        raise PackError(file, 1, "file", "is empty")
    pack: Pack = _Reader(file).record(root, Pack, "pack", {})
    _check(file, root, pack)
    return _with_version(pack, text)


def _with_version(pack: Pack, text: str) -> Pack:
    values = {field.name: getattr(pack, field.name) for field in fields(Pack)}
    return Pack(**{**values, "version": f"{pack.version}+{digest(text)[:12]}"})


class _Reader:
    """Walks YAML nodes, not loaded values, because only nodes remember their line."""

    def __init__(self, file: str) -> None:
        self.file = file

    def error(self, node: yaml.Node, field: str, message: str) -> PackError:
        return PackError(self.file, node.start_mark.line + 1, field, message)

    def record(self, node: yaml.Node, kind: type[Any], path: str, outer: Mapping[str, Any]) -> Any:
        if not isinstance(node, yaml.MappingNode):
            raise self.error(node, path, "must be a mapping")
        hints = get_type_hints(kind)
        known = {field.name: field for field in fields(kind) if field.name not in _COMPUTED}
        values: dict[str, Any] = dict(outer)
        seen: set[str] = set()
        for key_node, value_node in node.value:
            name = str(key_node.value)
            where = f"{path}.{name}"
            if name not in known:
                raise self.error(key_node, where, "unknown field")
            if name in seen:
                raise self.error(key_node, where, "given twice")
            seen.add(name)
            values[name] = self.value(value_node, hints[name], where, name)
        for name, field in known.items():
            if name not in values and field.default is MISSING:
                raise self.error(node, f"{path}.{name}", "missing")
        try:
            return _completed(kind, values)
        except UnknownCalendar as error:
            raise self.error(node, path, str(error)) from error

    def value(self, node: yaml.Node, hint: Any, path: str, name: str) -> Any:
        if get_origin(hint) in (types.UnionType,):
            if isinstance(node, yaml.ScalarNode) and node.tag.endswith(":null"):
                return None
            hint = next(option for option in get_args(hint) if option is not type(None))
        if get_origin(hint) is tuple:
            if not isinstance(node, yaml.SequenceNode):
                raise self.error(node, path, "must be a list")
            inner = get_args(hint)[0]
            return tuple(self.value(item, inner, f"{path}[{index}]", name) for index, item in enumerate(node.value))
        if isinstance(hint, type) and is_dataclass(hint) and hint is not Span:
            return self.record(node, hint, path, {})
        return self.scalar(node, hint, path, name)

    def scalar(self, node: yaml.Node, hint: Any, path: str, name: str) -> Any:
        if not isinstance(node, yaml.ScalarNode):
            raise self.error(node, path, "must be a single value")
        try:
            value = _SCALARS[hint](node.value)
        except (ValueError, KeyError) as error:
            raise self.error(node, path, str(error)) from error
        choices = _CHOICES["days_of_week"] if name == "days" and hint is str else _CHOICES.get(name)
        if choices is not None and value not in choices:
            raise self.error(node, path, f"{value!r} is not one of {', '.join(sorted(choices))}")
        if isinstance(value, str) and not value:
            raise self.error(node, path, "must not be empty")
        if isinstance(value, int) and not 0 <= value <= LARGEST:
            raise self.error(node, path, f"must not be negative, nor above {LARGEST}")
        return value


def _truth(text: str) -> bool:
    if text not in ("true", "false"):
        raise ValueError("must be true or false")
    return text == "true"


_SCALARS: Final[Mapping[Any, Callable[[str], Any]]] = {
    str: str.strip,
    int: int,
    bool: _truth,
    date: date.fromisoformat,
    Span: Span.read,
}


def _completed(kind: type[Any], values: Mapping[str, Any]) -> Any:
    record = kind(**values)
    if isinstance(record, Holidays):
        return Holidays(**values, dates=holiday_dates(record))
    return record


def _check(file: str, root: yaml.Node, pack: Pack) -> None:
    """What no single field can show: windows there at all, sane periods, and no two values of one clause at once."""
    line = root.start_mark.line + 1
    if not _ID.fullmatch(pack.id):
        raise PackError(file, _line_of(root, pack.id), "pack.id", "must be capital letters, joined by hyphens")
    if pack.under is None and pack.id != HOUSE and not (pack.windows and pack.third_parties):
        raise PackError(file, line, "pack", "a pack of its own needs windows and third_parties")
    for cap in pack.caps:
        if (cap.days is None) == (cap.hours is None) or not (cap.days or cap.hours):
            raise PackError(file, _line_of(root, cap.id), f"caps.{cap.id}", "give either days or hours, above zero")
    for stop in pack.stops:
        if stop.kind not in STOPS:
            raise PackError(file, _line_of(root, stop.id), f"stops.{stop.id}.kind", f"{stop.kind!r} is not known")
    waivers = {waiver.id for waiver in pack.waivers}
    waived = [(cap.id, cap.waived_by) for cap in pack.caps] + [(wait.id, wait.waived_by) for wait in pack.cooldowns]
    for clause_id, names in waived:
        if unknown := set(names) - waivers:
            where = f"{clause_id}.waived_by"
            raise PackError(file, _line_of(root, clause_id), where, f"no waiver of this pack: {sorted(unknown)}")
    for forbidden in pack.forbidden_places:
        if not forbidden.places:
            raise PackError(file, _line_of(root, forbidden.id), f"{forbidden.id}.places", "must name a place")
    for rule in pack.holidays:
        if any(not rule.first_year <= day.year or day > rule.verified_through for day in rule.also):
            raise PackError(file, _line_of(root, rule.id), f"{rule.id}.also", "a date outside the years verified")
    for section, clauses in pack.sections():
        _check_dates(file, root, section, clauses)


def _check_dates(file: str, root: yaml.Node, section: str, clauses: tuple[Clause, ...]) -> None:
    last: dict[str, Clause] = {}
    for clause in sorted(clauses, key=lambda c: c.effective_from):
        field = f"{section}.{clause.id}"
        if clause.effective_to is not None and clause.effective_to < clause.effective_from:
            raise PackError(file, _line_of(root, clause.id), field, "ends before it begins")
        earlier = last.get(clause.id)
        if earlier is not None and (earlier.effective_to is None or earlier.effective_to >= clause.effective_from):
            raise PackError(file, _line_of(root, clause.id), field, "two values in force at the same time")
        last[clause.id] = clause


def _line_of(node: yaml.Node, clause_id: str) -> int:
    """The last line where this id is given, which is where a reader must look."""
    line = 1
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if key.value == "id" and isinstance(value, yaml.ScalarNode) and value.value == clause_id:
                line = value.start_mark.line + 1
            line = max(line, _line_of(value, clause_id))
    elif isinstance(node, yaml.SequenceNode):
        line = max([line, *(_line_of(item, clause_id) for item in node.value)])
    return line
