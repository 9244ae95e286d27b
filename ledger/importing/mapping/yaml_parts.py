"""The parts of a YAML file that remember their line, so that an error can name it."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any, NoReturn

import yaml

from ledger.importing.mapping.definition import Where
from ledger.importing.rows import ImportRefused


class MappingError(ImportRefused):
    """{file}:{line}: {field}: {message}"""

    def __init__(self, where: Where, message: str) -> None:
        place = f"{where.field}: " if where.field else ""
        super().__init__(f"{where.file}:{where.line}: {place}{message}")
        self.where = where


@dataclass(frozen=True, slots=True)
class Part:
    """One node of the file."""

    node: yaml.Node
    where: Where

    def wrong(self, message: str) -> NoReturn:
        """:raises MappingError: always; it names this part."""
        raise MappingError(self.where, message)

    @property
    def is_table(self) -> bool:
        return isinstance(self.node, yaml.MappingNode)

    @property
    def is_list(self) -> bool:
        return isinstance(self.node, yaml.SequenceNode)

    def items(self) -> Iterator[tuple[str, Part]]:
        """The entries of a table by their name as it is written."""
        if not isinstance(self.node, yaml.MappingNode):
            self.wrong("must be a table of `name: value` lines")
        seen = set()
        for key, value in self.node.value:
            name = str(key.value)
            inside = Part(value, self._inside(name, key))
            if name in seen:
                inside.wrong("is given twice")
            seen.add(name)
            yield name, inside

    def table(self, known: Collection[str]) -> dict[str, Part]:
        """The entries of a table that may have these and no others."""
        found = {}
        for name, part in self.items():
            if name not in known:
                cut = "; a formula with a comma goes into quotation marks" if _cut_formula(name) else ""
                part.wrong(f"is not known here; there are: {', '.join(known)}{cut}")
            found[name] = part
        return found

    def parts(self) -> list[Part]:
        """The entries of a list."""
        if not isinstance(self.node, yaml.SequenceNode):
            self.wrong("must be a list such as [a, b]")
        return [Part(each, self._inside(f"[{n}]", each)) for n, each in enumerate(self.node.value, start=1)]

    def scalar(self) -> Any:
        """A single value: text, number, date, true/false or None."""
        if not isinstance(self.node, yaml.ScalarNode):
            self.wrong("must be a single value")
        try:
            return yaml.SafeLoader("").construct_object(self.node)
        except (yaml.YAMLError, ValueError):
            self.wrong("is not a value that YAML understands")

    def text(self) -> str:
        """A single value as it is written."""
        if not isinstance(self.node, yaml.ScalarNode) or not str(self.node.value).strip():
            self.wrong("must be a text")
        return str(self.node.value).strip()

    def texts(self) -> tuple[str, ...]:
        return tuple(str(part.node.value) if not part.is_table else part.text() for part in self.parts())

    def number(self, lowest: float, highest: float) -> float:
        found = self.scalar()
        if isinstance(found, bool) or not isinstance(found, int | float) or not lowest <= found <= highest:
            self.wrong(f"must be a number from {lowest:g} to {highest:g}")
        return float(found)

    def choice(self, known: Collection[str]) -> str:
        found = self.text()
        if found not in known:
            self.wrong(f"must be one of: {', '.join(known)}")
        return found

    def truth(self) -> bool:
        found = self.scalar()
        if not isinstance(found, bool):
            self.wrong("must be true or false")
        return found

    def _inside(self, name: str, node: yaml.Node) -> Where:
        at = self.where.field
        inside = f"{at}{name}" if name.startswith("[") else f"{at}.{name}".lstrip(".")
        return Where(self.where.file, node.start_mark.line + 1, inside)


def _cut_formula(name: str) -> bool:
    """Whether a name looks like what `{dpd: max(a, 0)}` leaves behind its comma."""
    return name.endswith(")") or any(sign in name for sign in ")]*/")


def root_of(file: str, text: str) -> Part:
    """:raises MappingError: it is not YAML, or is empty."""
    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark else 1
        raise MappingError(Where(file, line, ""), f"not YAML: {getattr(error, 'problem', '')}") from error
    if node is None:
        raise MappingError(Where(file, 1, ""), "the mapping file is empty")
    return Part(node, Where(file, node.start_mark.line + 1, ""))
