"""The law of a stack, made ready once: which clauses bind which kind of contact, on which dates.

A decision is asked far more often than a pack changes, so whatever depends on the packs alone is worked out here and
kept beside them; the rules then look only at what may object. Nothing in this module depends on a person or on a time
of day.
"""

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from itertools import product
from typing import Final, NamedTuple, TypeVar

from strategy.policy.clocks import MINUTES_A_DAY, ONE_DAY, WEEKDAYS
from strategy.policy.decision import Reason
from strategy.policy.facts import ACTIONS, AGENTS, CHANNELS, ContactFacts
from strategy.policy.pack import HOUSE, Cap, Clause, DialMargin, Pack, Waiver, Window
from strategy.policy.packs import Packs
from strategy.policy.rules.question import Bound, CountedCap, Law, Opening, PackHours, PackPermits, fits

C = TypeVar("C", bound=Clause)
MOST_KEPT: Final = 4096
"""Kinds of contact come from data: beyond so many, the ones made ready so far are forgotten."""


class Kind(NamedTuple):
    """All that a clause can look at to know whether it concerns a contact."""

    type: str
    channel: str
    agent: str
    number_type: str
    place: str
    entity_role: str

    @classmethod
    def of(cls, facts: ContactFacts) -> "Kind":
        action = facts.action
        role = facts.entity_role
        if role == "first_party_bank" and not facts.flags.collection_begun:
            role = "creditor_before_collection"
        return cls(action.type, action.channel, action.agent, action.number_type, action.place, role)

    def is_known(self) -> bool:
        return self.type in ACTIONS and self.channel in CHANNELS and self.agent in AGENTS


_NAMED_BY: Final = (
    ("actions", "type"),
    ("channels", "channel"),
    ("agents", "agent"),
    ("number_types", "number_type"),
    ("places", "place"),
    ("entity_roles", "entity_role"),
)
"""Field of a clause, field of a kind."""


def concerns(clause: Clause, kind: Kind) -> bool:
    """Whether a clause is about this kind of contact. A field that names nothing means everything."""
    if kind.entity_role in clause.exempt_roles:
        return False
    return all(fits(getattr(kind, of_kind), getattr(clause, of_clause, ())) for of_clause, of_kind in _NAMED_BY)


@dataclass(frozen=True, slots=True)
class PackLaw:
    """Some packs and, for every kind of contact asked about so far, their law."""

    packs: tuple[Pack, ...]
    margins_of: tuple[Pack, ...]
    """Packs whose dial margins hold: those and any that a draft would stand beside."""
    changes: tuple[date, ...]
    """Local dates on which some clause begins or ceases to bind, in order. They divide time into eras 0, 1, 2, ..."""
    opening_minutes: tuple[int, ...]
    """Every minute of a day at which some window opens."""
    _ready: dict[tuple[Kind, tuple[int, ...]], Law] = field(default_factory=dict, compare=False, repr=False)

    @classmethod
    def of(cls, packs: tuple[Pack, ...], margins_of: tuple[Pack, ...], stack: tuple[Pack, ...]) -> "PackLaw":
        """:param stack: all packs beside each other, drafts too: eras are numbered alike for all of them."""
        changes = {
            day for pack in stack for _, clauses in pack.sections() for clause in clauses for day in _changes(clause)
        }
        minutes = {window.hours.start % MINUTES_A_DAY for pack in packs for window in pack.windows}
        return cls(packs, margins_of, tuple(sorted(changes)), tuple(sorted(minutes)))

    def era_of(self, day: date) -> int:
        return bisect_right(self.changes, day)

    def next_change(self, day: date) -> date | None:
        era = self.era_of(day)
        return self.changes[era] if era < len(self.changes) else None

    def binding(self, kind: Kind, eras: tuple[int, ...]) -> Law:
        """The law for a kind of contact in these eras: near midnight of a change, what either side demands binds."""
        law = self._ready.get((kind, eras))
        if law is None:
            if len(self._ready) >= MOST_KEPT:
                self._ready.clear()
            law = self._ready[kind, eras] = self._made_ready(kind, eras)
        return law

    def _made_ready(self, kind: Kind, eras: tuple[int, ...]) -> Law:
        first_days = [self.changes[era - 1] if era else date.min for era in eras]

        def bound(section: str, packs: tuple[Pack, ...] = self.packs) -> tuple[Bound[C], ...]:
            return tuple(
                Bound(clause, pack.id)
                for pack in packs
                for clause in getattr(pack, section)
                if concerns(clause, kind) and any(clause.in_force(day) for day in first_days)
            )

        margins: tuple[Bound[DialMargin], ...] = bound("dial_margins", self.margins_of)
        caps: tuple[Bound[Cap], ...] = bound("caps")
        waivers: tuple[Bound[Waiver], ...] = bound("waivers")
        permits = [_permits(pack, first_days) for pack in self.packs]
        hours = {era: _hours(self.packs, kind.place, day) for era, day in zip(eras, first_days, strict=True)}
        return Law(
            known_kind=kind.is_known(),
            house=any(pack.id == HOUSE for pack in self.packs),
            margin=max((rule.clause.minutes for rule in margins), default=0),
            hours=hours,
            holidays=bound("holidays"),
            forbidden_places=bound("forbidden_places"),
            waivers={(each.pack, each.clause.id): each for each in waivers},
            caps=tuple(CountedCap(cap, _counts(cap)) for cap in caps),
            cooldowns=bound("cooldowns"),
            consents=bound("consents"),
            revocations=bound("revocations"),
            refusals=bound("refusals"),
            contents=bound("contents"),
            stops=bound("stops"),
            third_parties=tuple(said for said in permits if said.permits or said.silence_forbids),
        )


def _changes(clause: Clause) -> Iterable[date]:
    """The dates from which a clause binds, or no longer; the rest of a window past midnight follows a day later."""
    days = [clause.effective_from]
    if clause.effective_to is not None and clause.effective_to < date.max:
        days.append(clause.effective_to + ONE_DAY)
    yield from days
    if isinstance(clause, Window) and clause.hours.runs_past_midnight():
        yield from (day + ONE_DAY for day in days if day < date.max)


def _counts(cap: Bound[Cap]) -> frozenset[tuple[str, str, str]]:
    return frozenset(product(("outbound",), cap.clause.counted_channels, cap.clause.counted_outcomes))


def _permits(pack: Pack, days: Iterable[date]) -> PackPermits:
    permits = [rule for rule in pack.third_parties if any(rule.in_force(day) for day in days)]
    return PackPermits(pack.id, tuple(Bound(rule, pack.id) for rule in permits), silence_forbids=pack.under is None)


def _hours(packs: Iterable[Pack], place: str, day: date) -> tuple[PackHours, ...]:
    """The openings of each pack that has or needs any, on the dates of the era that begins on `day`."""
    found = []
    for pack in packs:
        in_force = [window for window in pack.windows if window.in_force(day)]
        of_this_place = [window for window in in_force if window.place == place]
        windows = of_this_place or [window for window in in_force if window.place is None]
        if not windows and (pack.under is not None or pack.id == HOUSE):
            continue
        bound = [Bound(window, pack.id) for window in windows]
        openings = tuple(tuple(_openings(bound, weekday, day)) for weekday in range(7))
        prevails = any(window.agreed_time_prevails for window in windows)
        lifted = max((each.lifted_past_due_days or 0 for each in windows), default=0) or None
        found.append(PackHours(pack.id, openings, next(iter(bound), None), prevails, lifted))
    return tuple(found)


def _openings(windows: Iterable[Bound[Window]], weekday: int, day: date) -> Iterable[Opening]:
    """A window past midnight belongs to the weekday it begins on, and runs into the next one."""
    for bound in windows:
        window, span = bound.clause, bound.clause.hours
        past_midnight = span.runs_past_midnight()
        if WEEKDAYS[weekday] in window.days:
            yield Opening(span.start, span.end + MINUTES_A_DAY * past_midnight, bound)
        if past_midnight and WEEKDAYS[weekday - 1] in window.days and window.in_force(day - ONE_DAY):
            yield Opening(span.start - MINUTES_A_DAY, span.end, bound)


@dataclass(frozen=True, slots=True)
class Stack:
    """What the packs of some jurisdictions amount to: the law in force, the drafts, and what is lacking."""

    active: PackLaw
    drafts: PackLaw | None
    versions: tuple[str, ...]
    lacking: tuple[Reason, ...]

    @classmethod
    def of(cls, packs: Packs, jurisdictions: tuple[str, ...]) -> "Stack":
        stack, lacking = packs.stack(jurisdictions)
        active = tuple(pack for pack in stack if pack.status == "active")
        drafts = tuple(pack for pack in stack if pack.status == "draft")
        reasons = [Reason("POLICY_UNREADABLE", name, why) for name, why in lacking]
        if all(pack.id == HOUSE for pack in active):
            reasons.append(Reason("POLICY_UNREADABLE", HOUSE, "no active pack of a jurisdiction"))
        return cls(
            PackLaw.of(active, active, stack),
            PackLaw.of(drafts, stack, stack) if drafts else None,
            tuple(sorted(f"{pack.id}@{pack.version}" for pack in stack)),
            tuple(reasons),
        )


def stack_of(packs: Packs, jurisdictions: tuple[str, ...]) -> Stack:
    """The same value for the same packs and jurisdictions, made once and kept with the packs."""
    stack = packs.ready.get(jurisdictions)
    if stack is None:
        if len(packs.ready) >= MOST_KEPT:
            packs.ready.clear()
        stack = packs.ready[jurisdictions] = Stack.of(packs, jurisdictions)
    return stack
