"""How an audit entry is spelled before it is hashed: canonical JSON, the same bytes wherever the entry is read. Pure.

Keys sorted, no spaces, UTF-8, no floats: what RFC 8785 asks for, of values so plain that nothing can be spelled in two
ways. It also holds the chain to what may stand in it: ids, codes, whole numbers, times, and the names of staff.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from json.encoder import encode_basestring as quoted
from typing import Any, Final

GENESIS: Final = "0" * 64
"""What the first entry follows."""

NAMES: Final = frozenset({"by", "author", "approved_by", "accepted_by", "asked_by", "lifted_by", "placed_by"})
"""The facts that name a member of staff; no other fact may hold free words."""
LONGEST_NAME: Final = 64
LONGEST_CODE: Final = 128
MOST_VALUES: Final = 200
"""In one entry, all told."""
LARGEST: Final = 2**53 - 1
"""The largest whole number that every reader of JSON reads alike."""

_CODE: Final = re.compile(r"[A-Za-z0-9_.:/+-]*|[A-Za-z-]+@\d{4}-\d\d-\d\d[A-Za-z0-9+.-]*")
"""The second is a pack with its version; no other at-sign, for that is how an e-mail address looks."""
_KIND: Final = re.compile(r"[a-z_]+(\.[a-z_]+)?")
_DIGITS: Final = re.compile(r"\+?[0-9-]+")
_ENCODER: Final = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


class FactsRefused(ValueError):
    """Somebody tried to write into the audit chain what may not stand there; the message says where, never what."""


def spelled(facts: Mapping[str, Any]) -> str:
    """Canonical JSON of the facts."""
    return _ENCODER.encode(facts)


def spelled_time(at: datetime) -> str:
    """ISO 8601 in UTC, to the microsecond; a whole second has no fraction."""
    return at.astimezone(UTC).isoformat()


def digest(seq: int, at: str, kind: str, subject: str, facts: str, previous: str) -> str:
    """The hash of an entry: SHA-256, as hex, of its canonical JSON.

    :param at: as :func:`spelled_time` gives it.
    :param facts: as :func:`spelled` gives them.
    :param previous: the hash of the entry before it.
    """
    text = (
        f'{{"at":{quoted(at)},"facts":{facts},"kind":{quoted(kind)},"previous":{quoted(previous)},'
        f'"seq":{seq},"subject":{quoted(subject)}}}'
    )
    return hashlib.sha256(text.encode()).hexdigest()


def require_plain(kind: str, subject: str, facts: Mapping[str, Any]) -> None:
    """Nothing happens when this may stand in the chain.

    :raises FactsRefused: it holds free text, a telephone number, a fraction, or more than a few values.
    """
    if not _KIND.fullmatch(kind):
        raise FactsRefused("the kind of an audit entry is 'room.event' in small letters")
    if not _is_code(subject):
        raise FactsRefused(f"the subject of {kind} is an id or a code of at most {LONGEST_CODE} characters")
    if _count(kind, facts, "") > MOST_VALUES:
        raise FactsRefused(f"the facts of {kind} are at most {MOST_VALUES} values")


def _count(kind: str, value: Any, name: str) -> int:
    """How many values there are, each of them looked at."""
    if value is None or isinstance(value, bool):
        return 1
    if isinstance(value, int):
        if abs(value) > LARGEST:
            raise FactsRefused(f"{kind}: {name} is a number that not every reader of JSON can hold")
        return 1
    if isinstance(value, str):
        if name in NAMES and len(value) <= LONGEST_NAME and value.isprintable():
            return 1
        if name in NAMES:
            raise FactsRefused(f"{kind}: {name} is a name of at most {LONGEST_NAME} characters, in one line")
        if not _is_code(value):
            raise FactsRefused(f"{kind}: {name} is an id, a code or a time of at most {LONGEST_CODE} characters")
        return 1
    if isinstance(value, Mapping):
        if not all(isinstance(key, str) and _is_code(key) for key in value):
            raise FactsRefused(f"{kind}: the names in {name or 'the facts'} are codes")
        return 1 + sum(_count(kind, each, key) for key, each in value.items())
    if isinstance(value, Sequence) and not isinstance(value, bytes | bytearray):
        return 1 + sum(_count(kind, each, name) for each in value)
    raise FactsRefused(f"{kind}: {name} is a {type(value).__name__}; write a fraction or a time as text")


def _is_code(text: str) -> bool:
    """An id, a code, a hash, a date, a time: nothing that somebody said, and nothing that could be dialled."""
    if len(text) > LONGEST_CODE or not _CODE.fullmatch(text):
        return False
    return not (_DIGITS.fullmatch(text) and 9 <= sum(each.isdigit() for each in text) <= 15)
