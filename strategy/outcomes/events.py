"""What became of contacts, as three tables: attempts, talks and promises, each with when it happened and was known.

All times are aware UTC. An outcome is a fact from `known_at` on and not before: a chat link that nobody has opened yet
may still be opened until it expires, and a promise is neither kept nor broken until it was judged.

========  =====================================================================================================
table     columns
========  =====================================================================================================
accounts  account_id, external_ref, zone (IANA; the first the debtor may be in)
attempts  account_id, at, channel, agent, reached (right party; null where nobody knows), known_at, settled_at
talks     account_id, at, channel, agent, promised, known_at: talks with the right party, whoever began them
promises  account_id, at, kept (null while it is open), known_at, channel, agent
========  =====================================================================================================

`known_at` is null while the outcome is not known. `settled_at` of an attempt is when it would be known *whatever* it
is: rows to learn from are taken by that, for an opened link is known sooner than one that is never opened.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import polars as pl

UTC: Final = pl.Datetime("us", "UTC")
_TEXT, _YES = pl.String(), pl.Boolean()
ACCOUNTS: Final[Mapping[str, pl.DataType]] = {"account_id": _TEXT, "external_ref": _TEXT, "zone": _TEXT}
ATTEMPTS: Final[Mapping[str, pl.DataType]] = {
    "account_id": _TEXT,
    "at": UTC,
    "channel": _TEXT,
    "agent": _TEXT,
    "reached": _YES,
    "known_at": UTC,
    "settled_at": UTC,
}
TALKS: Final[Mapping[str, pl.DataType]] = {
    "account_id": _TEXT,
    "at": UTC,
    "channel": _TEXT,
    "agent": _TEXT,
    "promised": _YES,
    "known_at": UTC,
}
PROMISES: Final[Mapping[str, pl.DataType]] = {
    "account_id": _TEXT,
    "at": UTC,
    "kept": _YES,
    "known_at": UTC,
    "channel": _TEXT,
    "agent": _TEXT,
}


@dataclass(frozen=True)
class Events:
    """The tables above."""

    accounts: pl.DataFrame
    attempts: pl.DataFrame
    talks: pl.DataFrame
    promises: pl.DataFrame
