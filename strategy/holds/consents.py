"""Consents by channel and kind of voice: of each the latest word counts. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol

from strategy.policy.facts import SAME_MEDIUM

KINDS: Final = ("artificial_voice", "voice", "sms", "email", "chat", "mail")
"""A machine's voice on the phone, a person's there, and each written channel."""
AGEING: Final = ("sms",)
"""Kinds whose age a law asks for; a test holds this against the packs' `fresh_days`."""
STATUSES: Final = ("granted", "revoked")


class ConsentRow(Protocol):
    """A recorded consent (ledger.tables.Consent, or a row with these columns)."""

    @property
    def kind(self) -> str: ...
    @property
    def status(self) -> str: ...
    @property
    def at(self) -> datetime: ...


@dataclass(frozen=True, slots=True)
class Standing:
    """What holds of one kind of consent, and since when."""

    status: str
    at: datetime


def standing(rows: Iterable[ConsentRow]) -> Mapping[str, Standing]:
    """The latest word of each kind; of two at one moment the one taken back."""
    latest: dict[str, Standing] = {}
    for row in sorted(rows, key=lambda row: (row.at, row.status != "granted")):
        latest[row.kind] = Standing(row.status, row.at)
    return latest


def given_at(now_standing: Mapping[str, Standing]) -> tuple[tuple[str, datetime], ...]:
    """Since when the consents stand whose age matters."""
    return tuple((kind, now_standing[kind].at) for kind in AGEING if kind in now_standing)


def taken_back(channel: str, now_standing: Mapping[str, Standing]) -> tuple[str, ...]:
    """The kinds that somebody takes back who says so, in general, in a talk on `channel`: all they ever gave, this
    channel, and machines that speak."""
    given = {kind for kind, each in now_standing.items() if each.status != "revoked"}
    already = set(now_standing) - given
    return tuple(sorted((given | {SAME_MEDIUM.get(channel, channel), "artificial_voice"}) - already))
