"""What a rule is asked: these facts, under the clauses that bind this kind of contact, at this time."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, fields
from datetime import date, datetime, timedelta
from typing import Generic, NamedTuple, TypeVar
from zoneinfo import ZoneInfo

from strategy.policy.clocks import minute_of
from strategy.policy.decision import Reason
from strategy.policy.facts import ContactFacts
from strategy.policy.pack import (
    Cap,
    Clause,
    ConsentRule,
    ContentRule,
    Cooldown,
    ForbiddenPlace,
    Holidays,
    Refusal,
    Revocation,
    StopRule,
    ThirdParty,
    Waiver,
    Window,
)

C_co = TypeVar("C_co", bound=Clause, covariant=True)


class Bound(NamedTuple, Generic[C_co]):
    """A clause and the id of the pack it stands in."""

    clause: C_co
    pack: str

    def reason(self, code: str) -> Reason:
        return Reason(code, self.pack, str(self.clause))


class Opening(NamedTuple):
    """[start, end) of one weekday, in minutes after its midnight; negative or above a day where it runs past one."""

    start: int
    end: int
    window: Bound[Window]


class PackHours(NamedTuple):
    """When one pack lets contact be: its openings by weekday, Monday first. None of any weekday: it cannot say."""

    pack: str
    openings: tuple[tuple[Opening, ...], ...]
    first_window: Bound[Window] | None
    agreed_time_prevails: bool
    lifted_past_due_days: int | None


class PackPermits(NamedTuple):
    """What a pack says of third parties; one that says nothing forbids them. Silent overlays have none of these."""

    pack: str
    permits: tuple[Bound[ThirdParty], ...]
    silence_forbids: bool


class CountedCap(NamedTuple):
    """A cap with the (direction, channel, outcome) of the past contacts that it counts."""

    bound: Bound[Cap]
    counts: frozenset[tuple[str, str, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Law:
    """The clauses that bind one kind of contact on certain local dates. Made by policy/law.py, once for each kind."""

    known_kind: bool
    """Whether anybody knows this kind of contact: its action, channel and agent."""
    house: bool
    """Whether house policy is part of it, and with it what is said in the rules themselves."""
    margin: int
    """Minutes that this contact needs before a window closes, by any pack of the stack."""
    hours: Mapping[int, tuple[PackHours, ...]]
    """By the era (see Place) that it is in a place: each place has the hours of its own date."""
    holidays: tuple[Bound[Holidays], ...]
    forbidden_places: tuple[Bound[ForbiddenPlace], ...]
    waivers: Mapping[tuple[str, str], Bound[Waiver]]
    """By pack and id."""
    caps: tuple[CountedCap, ...]
    cooldowns: tuple[Bound[Cooldown], ...]
    consents: tuple[Bound[ConsentRule], ...]
    revocations: tuple[Bound[Revocation], ...]
    refusals: tuple[Bound[Refusal], ...]
    contents: tuple[Bound[ContentRule], ...]
    stops: tuple[Bound[StopRule], ...]
    third_parties: tuple[PackPermits, ...]
    sections: frozenset[str] = field(init=False)
    """The names of the fields above that hold anything: a rule about none of them has nothing to say."""

    def __post_init__(self) -> None:
        named = {each.name for each in fields(self) if each.init and getattr(self, each.name)}
        object.__setattr__(self, "sections", frozenset(named if any(self.hours.values()) else named - {"hours"}))


class Place(NamedTuple):
    """Local time in one zone the person may be in. `era` numbers the spans of dates between two changes of the law."""

    zone: ZoneInfo
    day: date
    weekday: int
    minute: float
    era: int

    @classmethod
    def at(cls, zone: ZoneInfo, now: datetime, era_of: Callable[[date], int]) -> "Place":
        local = now.astimezone(zone)
        day = local.date()
        return cls(zone, day, day.weekday(), minute_of(local), era_of(day))


@dataclass(frozen=True, slots=True)
class Question:
    """`now` is UTC; `places` is empty when no zone is known."""

    facts: ContactFacts
    law: Law
    now: datetime
    places: tuple[Place, ...]

    def is_lifted(self, bound: Bound[Cap] | Bound[Cooldown]) -> bool:
        """Whether a cap or a wait leaves this contact alone: whom it reaches is exempt, or who can has waived it."""
        clause = bound.clause
        return self.facts.action.target in clause.exempt_targets or (bool(clause.waived_by) and self._is_waived(bound))

    def _is_waived(self, bound: Bound[Cap] | Bound[Cooldown]) -> bool:
        """By a call-back that the person has asked for about this very debt."""
        callback = self.facts.flags.consented_callback
        if callback is None or callback.debt_id != self.facts.action.debt_id or callback.given > self.now:
            return False
        waivers = [self.law.waivers.get((bound.pack, name)) for name in bound.clause.waived_by]
        days = max((waiver.clause.days for waiver in waivers if waiver is not None), default=0)
        if self.now - callback.given > timedelta(days=days + 2):  # by the clock of any place; far dates have none
            return False
        return bool(self.places) and all(
            place.day - callback.given.astimezone(place.zone).date() < timedelta(days=days) for place in self.places
        )

    def days(self) -> tuple[date, ...]:
        """Every date that it may be for the person."""
        return tuple(place.day for place in self.places) or (self.now.date(),)


Rule = Callable[[Question], Iterable[Reason]]


def fits(value: str, wanted: tuple[str, ...]) -> bool:
    """Whether a clause that names `wanted` values concerns this one; naming none means all."""
    return not wanted or value in wanted
