"""A policy pack as values: dated, cited rules of one jurisdiction. What each kind of rule does stands in rules/."""

from dataclasses import dataclass
from datetime import date
from typing import Final

from strategy.policy.clocks import Span

CONFIDENCES: Final = ("verified", "secondary", "draft", "memory", "policy")
HOUSE: Final = "HOUSE"
"""Our own policy: stricter than the law where kindness or prudence asks for it, and part of every stack."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Clause:
    """A rule with its papers. In force on local dates from `effective_from` to `effective_to`, both included."""

    id: str
    source: str
    confidence: str
    effective_from: date
    effective_to: date | None = None

    def in_force(self, day: date) -> bool:
        return self.effective_from <= day and (self.effective_to is None or day <= self.effective_to)

    def __str__(self) -> str:
        return f"{self.id}: {self.source}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Window(Clause):
    """Contact only inside `hours` local time on `days`. A `place` of its own replaces the general windows there."""

    days: tuple[str, ...]
    hours: Span
    place: str | None = None
    agreed_time_prevails: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Holidays(Clause):
    """No contact on these local dates. A date after `verified_through`, or before the first year kept, is unknown."""

    country: str
    subdivisions: tuple[str, ...] = ()
    categories: tuple[str, ...]
    first_year: int
    verified_through: date
    agreed_time_prevails: bool = False
    dates: frozenset[date] = frozenset()


@dataclass(frozen=True, kw_only=True, slots=True)
class DialMargin(Clause):
    """No new contact on `channels` in the last `minutes` of a window: the ring and the talk must fit in it too."""

    minutes: int
    channels: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Cap(Clause):
    """At most `limit` past contacts that match, over a period, before another one of `channels` and `agents` starts.

    `per` lists what must be the same: 'person' is always meant, 'debt' and 'number' narrow it. The period is either
    `days` consecutive local dates, today being the last (1 means today), or a sliding number of `hours`.
    """

    limit: int
    per: tuple[str, ...]
    counted_channels: tuple[str, ...]
    counted_outcomes: tuple[str, ...]
    days: int | None = None
    hours: int | None = None
    channels: tuple[str, ...] = ()
    agents: tuple[str, ...] = ()
    number_types: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    unless_consent: str | None = None
    waived_by_callback: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Cooldown(Clause):
    """After a conversation, either way, no `channels` about that debt for `days` local dates, its own being day 1."""

    days: int
    channels: tuple[str, ...]
    waived_by_callback: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class ConsentRule(Clause):
    """A contact of this sort needs consent of `kind`, else it is denied with `code`."""

    kind: str
    code: str
    channels: tuple[str, ...]
    agents: tuple[str, ...] = ()
    number_types_exempt: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Revocation(Clause):
    """A revoked consent of any kind stops all contact by these agents, on every channel."""

    agents: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class ContentRule(Clause):
    """What must (or must not) have been said: `content.<field>` has to be `must_be`, else `code`."""

    field: str
    must_be: bool
    code: str
    actions: tuple[str, ...]
    channels: tuple[str, ...] = ()
    agents: tuple[str, ...] = ()
    entity_roles: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class StopRule(Clause):
    """A fact about the person that suspends contact while it holds."""

    kind: str
    code: str


@dataclass(frozen=True, kw_only=True, slots=True)
class ThirdParty(Clause):
    """Somebody other than the debtor may be contacted: whom, by whom, on which grounds, and only once or not."""

    targets: tuple[str, ...]
    agents: tuple[str, ...]
    grounds: tuple[str, ...] = ()
    once: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Retention(Clause):
    """How long records of `what` must be kept, in days; read by the erasure job, not by the gate."""

    what: str
    keep_days: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Pack:
    """All clauses of one jurisdiction. `under` is the pack this one overlays and therefore always brings along.

    `status` 'draft' packs are only reported (shadow); they neither deny nor excuse. `version` is `date+content hash`.
    """

    id: str
    name: str
    version: str
    status: str = "active"
    under: str | None = None
    windows: tuple[Window, ...] = ()
    holidays: tuple[Holidays, ...] = ()
    dial_margins: tuple[DialMargin, ...] = ()
    caps: tuple[Cap, ...] = ()
    cooldowns: tuple[Cooldown, ...] = ()
    consents: tuple[ConsentRule, ...] = ()
    revocations: tuple[Revocation, ...] = ()
    contents: tuple[ContentRule, ...] = ()
    stops: tuple[StopRule, ...] = ()
    third_parties: tuple[ThirdParty, ...] = ()
    retention: tuple[Retention, ...] = ()
