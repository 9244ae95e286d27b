"""Weka's ARFF: a list of attributes, then comma-separated rows; the header is in the attributes."""

from __future__ import annotations

import re
from dataclasses import replace

from ledger.importing.mapping.definition import FileStyle

_BEGINS = re.compile(r"(?:\s|%[^\n]*\n)*@relation\b", re.IGNORECASE)
_ATTRIBUTE = re.compile(r"""\s*@attribute\s+(?:'([^']*)'|"([^"]*)"|(\S+))""", re.IGNORECASE)
_DATA = re.compile(r"\s*@data\b", re.IGNORECASE)


def is_arff(text: str) -> bool:
    return _BEGINS.match(text) is not None


def as_rows(text: str, style: FileStyle) -> tuple[str, FileStyle]:
    """The text with its head and comments blanked, so that lines keep their numbers, and how its rows are to be read.

    An apostrophe quotes there what a quotation mark does elsewhere, and `?` is unknown.
    """
    names: list[str] = []
    lines = text.splitlines()
    in_head = True
    for number, line in enumerate(lines):
        if in_head:
            if found := _ATTRIBUTE.match(line):
                names.append(next(name for name in found.groups() if name is not None))
            in_head = _DATA.match(line) is None
        if in_head or line.lstrip().startswith(("%", "@")):
            lines[number] = ""
        else:
            lines[number] = line.replace("'", '"')
    blanked = "\n".join(lines) + "\n"
    return blanked, replace(style, separator=",", header=0, columns=tuple(names), null=style.null | {"?"})
