"""A policy pack as values: dated, cited rules of one jurisdiction. What each kind of rule does stands in rules/."""

from collections.abc import Iterator
from dataclasses import dataclass, fields
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
    exempt_roles: tuple[str, ...] = ()
    """Entity roles that it leaves alone: 'creditor_before_collection', or as in the facts."""

    def in_force(self, day: date) -> bool:
        return self.effective_from <= day and (self.effective_to is None or day <= self.effective_to)

    def __str__(self) -> str:
        return f"{self.id}: {self.source}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Window(Clause):
    """Contact only inside `hours` local time on `days`. A `place` of its own replaces the general windows there.

    `lifted_past_due_days`: a debt that is past due by more days than that has no hours.
    """

    days: tuple[str, ...]
    hours: Span
    place: str | None = None
    agreed_time_prevails: bool = False
    lifted_past_due_days: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Holidays(Clause):
    """No contact on these local dates. A date after `verified_through`, or before the first year kept, is unknown.

    `also` adds dates that the calendar lacks.
    """

    country: str
    subdivisions: tuple[str, ...] = ()
    categories: tuple[str, ...]
    first_year: int
    verified_through: date
    also: tuple[date, ...] = ()
    agreed_time_prevails: bool = False
    dates: frozenset[date] = frozenset()


@dataclass(frozen=True, kw_only=True, slots=True)
class DialMargin(Clause):
    """No new contact on `channels` in the last `minutes` of a window: the ring and the talk must fit in it too."""

    minutes: int
    channels: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class ForbiddenPlace(Clause):
    """No contact while the person is at one of `places`."""

    places: tuple[str, ...]
    agreed_time_prevails: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Waiver(Clause):
    """Who can lift a cap or a wait, by what they do, and for how many local dates, the day of doing it being day 1.

    'consented_callback' is the person asking, directly and beforehand, to be called about one debt; it lifts only what
    binds calls about that debt.
    """

    who: str
    by: str
    days: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Cap(Clause):
    """At most `limit` past contacts that match, over a period, before another one of `channels` and `agents` starts.

    `per` lists what must be the same: 'person' is always meant, 'debt' and 'number' narrow it. The period is either
    `days` consecutive local dates, today being the last (1 means today), or a sliding number of `hours`. `waived_by`
    lists ids of this pack's waivers; contacts to `exempt_targets` are not limited.
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
    waived_by: tuple[str, ...] = ()
    exempt_targets: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Cooldown(Clause):
    """After a conversation, either way, no `channels` about that debt for `days` local dates, its own being day 1."""

    days: int
    channels: tuple[str, ...]
    waived_by: tuple[str, ...] = ()
    exempt_targets: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class ConsentRule(Clause):
    """A contact of this sort needs consent of `kind`, else it is denied with `code`.

    `fresh_days`: a consent known to be older counts only if the number was checked within as many days.
    """

    kind: str
    code: str
    channels: tuple[str, ...]
    agents: tuple[str, ...] = ()
    number_types_exempt: tuple[str, ...] = ()
    fresh_days: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Revocation(Clause):
    """A revoked consent of any kind stops all contact by these agents, on every channel."""

    agents: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Refusal(Clause):
    """Who has asked not to be contacted by a medium is not, except for the sorts of message named."""

    except_for: tuple[str, ...] = ()


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
    """A fact about the person that suspends contact while it holds, and `days_after` more days."""

    kind: str
    code: str
    days_after: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class ThirdParty(Clause):
    """Somebody other than the debtor may be contacted: whom, by whom, on which grounds, and until reached how."""

    targets: tuple[str, ...]
    agents: tuple[str, ...]
    grounds: tuple[str, ...] = ()
    until_outcomes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ApprovedText:
    """Words that say what a disclosure asks for, in one language ('en', 'zh')."""

    id: str
    language: str
    text: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Disclosure(Clause):
    """What has to be told, `when` in a contact; the gate judges some of it by ContentRule, the script must do it all.

    `first_contact`: in the first contact about a debt only. No text: the words depend on the debt, or are counsel's.
    """

    when: str
    tells: str
    channels: tuple[str, ...] = ()
    agents: tuple[str, ...] = ()
    entity_roles: tuple[str, ...] = ()
    first_contact: bool = False
    texts: tuple[ApprovedText, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Retention(Clause):
    """How long records of `what` must be kept, in days: for whoever erases records. The gate never reads it."""

    what: str
    keep_days: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Pack:
    """All clauses of one jurisdiction. `under` is the pack this one overlays and therefore always brings along.

    `status` 'draft' packs are only reported (shadow); they neither deny nor excuse. One that lies over a pack speaks up
    wherever that pack applies. `version` is `date+content hash`.
    """

    id: str
    name: str
    version: str
    status: str = "active"
    under: str | None = None
    windows: tuple[Window, ...] = ()
    holidays: tuple[Holidays, ...] = ()
    dial_margins: tuple[DialMargin, ...] = ()
    forbidden_places: tuple[ForbiddenPlace, ...] = ()
    waivers: tuple[Waiver, ...] = ()
    caps: tuple[Cap, ...] = ()
    cooldowns: tuple[Cooldown, ...] = ()
    consents: tuple[ConsentRule, ...] = ()
    revocations: tuple[Revocation, ...] = ()
    refusals: tuple[Refusal, ...] = ()
    contents: tuple[ContentRule, ...] = ()
    stops: tuple[StopRule, ...] = ()
    third_parties: tuple[ThirdParty, ...] = ()
    disclosures: tuple[Disclosure, ...] = ()
    retention: tuple[Retention, ...] = ()

    def sections(self) -> Iterator[tuple[str, tuple[Clause, ...]]]:
        """Every section with its name, in order."""
        for section in fields(self):
            clauses = getattr(self, section.name)
            if isinstance(clauses, tuple):
                yield section.name, clauses
