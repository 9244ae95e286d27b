"""Whether a hold may be lifted: one person may lift a light one, two must agree on a grave one. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from strategy.holds.kinds import Lift, kind_of
from strategy.second_person import is_another

LIFT_REASONS: Final = ("placed_by_mistake", "resolved", "ended", "person_asked")
"""Why a hold is lifted, as codes; what somebody said is never kept here."""

NOBODY: Final = ("bot", "import", "system")
"""Names that are no person's."""


@dataclass(frozen=True, slots=True)
class Refused:
    """Nothing was changed. `why` is a code; `app/web/words.yaml` (hold.refused.*) says it in both languages."""

    why: str


@dataclass(frozen=True, slots=True)
class Held:
    """A hold as far as lifting goes. `asked_by`: who has asked for it to be lifted, if anybody."""

    reason: str
    until: datetime | None
    asked_by: str | None
    lifted_at: datetime | None


@dataclass(frozen=True, slots=True)
class Lifted:
    """The hold binds no more from `at` on."""

    by: str
    at: datetime


def lifters(reason: str, until: datetime | None) -> Lift:
    """How many people it takes. A hold that ends by itself but was given no end is lifted by two."""
    lift = kind_of(reason).lift
    return "two" if lift == "nobody" and until is None else lift


def may_ask(hold: Held, by: str, why: str, now: datetime) -> Refused | None:
    """Whether `by` may ask for a hold to be lifted; None when they may."""
    if refused := _standing(hold, by, now):
        return refused
    return None if why in LIFT_REASONS else Refused("no_lift_reason")


def may_lift(hold: Held, by: str, now: datetime) -> Lifted | Refused:
    """Lift a hold, or say why not. One person, however they write their name, never lifts a grave one."""
    if refused := _standing(hold, by, now):
        return refused
    if lifters(hold.reason, hold.until) == "two":
        if hold.asked_by is None or not is_person(hold.asked_by):
            return Refused("nobody_asked")
        if not is_another(by, hold.asked_by):
            return Refused("same_person")
    return Lifted(by, now)


def _standing(hold: Held, by: str, now: datetime) -> Refused | None:
    if not is_person(by):
        return Refused("no_name")
    if hold.lifted_at is not None:
        return Refused("lifted_already")
    if hold.until is not None and hold.until <= now:
        return Refused("over_already")
    if lifters(hold.reason, hold.until) == "nobody":
        return Refused("ends_by_itself")
    return None


def is_person(name: str) -> bool:
    """Whether a name may be a person's: it has letters, and is none of the names that machines act under."""
    return is_another(name, "") and all(is_another(name, machine) for machine in NOBODY)
