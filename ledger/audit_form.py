"""How an audit entry is spelled before it is hashed: canonical JSON, the same bytes wherever the entry is read. Pure.

Keys sorted, no spaces, UTF-8, no floats: what RFC 8785 asks for, of values so plain that nothing can be spelled in two
ways. It also holds the chain to what may stand in it: ids, codes, whole numbers, times, and the names of staff.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import lru_cache
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

_CODE: Final = re.compile(
    r"(?!\+?-*(?:[0-9]-*){9,15}\Z)[A-Za-z0-9_.:/+-]{0,128}"
    r"|[A-Za-z-]{1,20}@[0-9]{4}-[0-9]{2}-[0-9]{2}[A-Za-z0-9+.-]{0,90}"
)
"""An id, a code, a hash, a date, a time: nothing that somebody said, and nothing that could be dialled. The second is a
pack with its version; no other at-sign, for that is how an e-mail address looks."""
_KIND: Final = re.compile(r"[a-z_]+(\.[a-z_]+)?")
_NOT_DIALLED: Final = r'(?!\+?-*(?:[0-9]-*){9,15}")[A-Za-z0-9_.:/+-]{0,128}"'
_VALUE: Final = (
    rf'(?:"(?:{_NOT_DIALLED}|[A-Za-z-]{{1,20}}@[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}[A-Za-z0-9+.-]{{0,90}}")'
    r"|-?[0-9]{1,15}|true|false|null)"
)
_FACT: Final = rf'"(?!(?:{"|".join(sorted(NAMES))})"){_NOT_DIALLED}:(?:{_VALUE}|\[(?:{_VALUE}(?:,{_VALUE})*)?\])'
_PLAINLY: Final = re.compile(rf"\{{(?:{_FACT}(?:,{_FACT})*)?\}}")
"""Facts, spelled, of which one look tells that they may stand in the chain. It never lets in what `_count` does not."""
_ENCODER: Final = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def is_name(name: str) -> bool:
    """Whether this may stand in the chain as somebody's name: one line of up to LONGEST_NAME letters."""
    return bool(name) and len(name) <= LONGEST_NAME and name.isprintable()


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


def plainly_spelled(kind: str, subject: str, facts: Mapping[str, Any]) -> str:
    """Canonical JSON of facts that may stand in the chain.

    :raises FactsRefused: as :func:`require_plain`.
    """
    try:
        text = spelled(facts)
    except (TypeError, ValueError):
        require_plain(kind, subject, facts)
        raise
    few = text.count(",") + 2 * text.count("[") < MOST_VALUES - 2
    named = all(type(name) is str for name in facts)
    if not (few and named and _PLAINLY.fullmatch(text) and _KIND.fullmatch(kind) and _CODE.fullmatch(subject)):
        require_plain(kind, subject, facts)
    return text


def require_plain(kind: str, subject: str, facts: Mapping[str, Any]) -> None:
    """Nothing happens when this may stand in the chain.

    :raises FactsRefused: it holds free text, a telephone number, a fraction, or more than a few values.
    """
    if not _KIND.fullmatch(kind):
        raise FactsRefused("the kind of an audit entry is 'room.event' in small letters")
    if not _CODE.fullmatch(subject):
        raise FactsRefused(f"the subject of {kind} is an id or a code of at most {LONGEST_CODE} characters")
    if _count(kind, facts, "") > MOST_VALUES:
        raise FactsRefused(f"the facts of {kind} are at most {MOST_VALUES} values")


def _count(kind: str, value: Any, name: str) -> int:
    """How many values there are, each of them looked at."""
    if isinstance(value, str):
        _require_word(kind, value, name)
        return 1
    if value is None or isinstance(value, int):
        if value is not None and abs(value) > LARGEST:
            raise FactsRefused(f"{kind}: {name} is a number that not every reader of JSON can hold")
        return 1
    count = 1
    if isinstance(value, dict):
        for key, each in value.items():
            if not _is_name(key):
                raise FactsRefused(f"{kind}: the names in {name or 'the facts'} are codes")
            count += _count(kind, each, key)
    elif isinstance(value, list | tuple):
        for each in value:
            count += _count(kind, each, name)
    else:
        raise FactsRefused(f"{kind}: {name} is a {type(value).__name__}; write a fraction or a time as text")
    return count


@lru_cache(1024)
def _is_name(key: object) -> bool:
    return isinstance(key, str) and _CODE.fullmatch(key) is not None


def _require_word(kind: str, value: str, name: str) -> None:
    if name not in NAMES:
        if not _CODE.fullmatch(value):
            raise FactsRefused(f"{kind}: {name} is an id, a code or a time of at most {LONGEST_CODE} characters")
    elif len(value) > LONGEST_NAME or not value.isprintable():
        raise FactsRefused(f"{kind}: {name} is a name of at most {LONGEST_NAME} characters, in one line")
