"""A script's YAML as nodes that know their line: every refusal names a place, and a bare `no` stays a word."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches

import yaml

NULL = "tag:yaml.org,2002:null"
LONGEST_FILE = 1_000_000
"""Characters of one file of scripts."""


class ScriptRefused(Exception):
    """A script that cannot be played; the message is one line that names the place and what would be right."""


def documents(text: str, name: str) -> Iterator[yaml.Node]:
    """The documents of a file, unread.

    :raises ScriptRefused: too long, or no YAML.
    """
    if len(text) > LONGEST_FILE:
        raise ScriptRefused(f"{name}: longer than {LONGEST_FILE} characters")
    try:
        for node in yaml.compose_all(text, Loader=yaml.SafeLoader):
            if node is not None:
                yield node
    except yaml.MarkedYAMLError as fault:
        place = f" line {fault.problem_mark.line + 1}:" if fault.problem_mark else ""
        raise ScriptRefused(f"{name}:{place} no YAML ({fault.problem})") from fault
    except (yaml.YAMLError, RecursionError) as fault:
        raise ScriptRefused(f"{name}: no YAML ({type(fault).__name__})") from fault


def refuse(node: yaml.Node, what: str) -> ScriptRefused:
    """The refusal of what stands at `node`."""
    return ScriptRefused(f"line {node.start_mark.line + 1}: {what}")


def mapping(node: yaml.Node, what: str) -> dict[str, yaml.Node]:
    """The fields of a mapping, their names in lower case.

    :raises ScriptRefused: no mapping, or a name twice.
    """
    if not isinstance(node, yaml.MappingNode):
        raise refuse(node, f"{what} must be a mapping, such as `key: value`")
    found: dict[str, yaml.Node] = {}
    for key, value in node.value:
        name = scalar(key, "a key").strip().lower().replace("-", "_").replace(" ", "_")
        if name in found:
            raise refuse(key, f"{name} stands twice in {what}")
        found[name] = value
    return found


def known(fields: Mapping[str, yaml.Node], aliases: Mapping[str, str], what: str) -> dict[str, yaml.Node]:
    """The fields under their proper names, of which each may have several.

    :param aliases: every name that may be written, and the proper one.
    :raises ScriptRefused: a name that is not known, or two for one thing.
    """
    found: dict[str, yaml.Node] = {}
    for name, node in fields.items():
        if name not in aliases:
            raise refuse(node, f"{name} is no key of {what}; {hint(name, aliases)}")
        if aliases[name] in found:
            raise refuse(node, f"{aliases[name]} stands twice in {what}")
        found[aliases[name]] = node
    return found


def hint(name: str, known_names: Iterable[str]) -> str:
    """Which known name was probably meant, or which there are."""
    near = get_close_matches(name, list(known_names), n=1)
    return f"did you mean {near[0]}?" if near else f"there are {', '.join(sorted(set(known_names)))}"


def is_null(node: yaml.Node) -> bool:
    return isinstance(node, yaml.ScalarNode) and node.tag == NULL


def scalar(node: yaml.Node, what: str) -> str:
    """One value as it was written.

    :raises ScriptRefused: a list or a mapping.
    """
    if not isinstance(node, yaml.ScalarNode):
        raise refuse(node, f"{what} must be one value")
    return str(node.value)


def items(node: yaml.Node) -> list[yaml.Node]:
    """The entries of a list; anything else is a list of one."""
    return list(node.value) if isinstance(node, yaml.SequenceNode) else [node]


def scalars(node: yaml.Node, what: str) -> tuple[str, ...]:
    """One value or a list of them."""
    return tuple(scalar(each, what) for each in items(node))


def flag(node: yaml.Node, what: str) -> bool:
    """yes, no, true, false, on, off.

    :raises ScriptRefused: something else.
    """
    value = scalar(node, what).strip().lower()
    if value in ("true", "yes", "on", "1"):
        return True
    if value in ("false", "no", "off", "0", "none", "null", "~", ""):
        return False
    raise refuse(node, f"{what} must be true or false, not {value}")


def whole(node: yaml.Node, what: str, most: int) -> int:
    """A whole number from 0 to `most`.

    :raises ScriptRefused: something else.
    """
    value = scalar(node, what).strip()
    if not (value.isascii() and value.isdigit() and int(value[:12]) <= most):
        raise refuse(node, f"{what} must be a whole number up to {most}, not {value}")
    return int(value)
