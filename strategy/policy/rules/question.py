"""What one rule is asked: these facts, under this pack, at this time."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import TypeVar

from strategy.policy.clocks import WEEKDAYS
from strategy.policy.decision import Reason
from strategy.policy.facts import ContactFacts
from strategy.policy.pack import Clause, Pack

C = TypeVar("C", bound=Clause)


@dataclass(frozen=True, slots=True)
class Question:
    """`local` is `now` in every zone the person may be in; empty when no zone is known."""

    facts: ContactFacts
    pack: Pack
    now: datetime
    local: tuple[datetime, ...]
    margin: float
    """Minutes this contact needs before a window closes, by any pack of the stack."""

    def in_force(self, clauses: tuple[C, ...]) -> Iterator[C]:
        """Clauses in force on any date it may now be for the person: near midnight of a change, both sides bind."""
        days = {moment.date() for moment in self.local} or {self.now.date()}
        return (clause for clause in clauses if any(clause.in_force(day) for day in days))

    def reason(self, code: str, clause: Clause) -> Reason:
        return Reason(code, self.pack.id, str(clause))

    def callback_is_waiting(self) -> bool:
        """The person asked to be called about this debt, at most 7 days ago, the day of asking being day 1."""
        callback = self.facts.flags.consented_callback
        if callback is None or callback.debt_id != self.facts.action.debt_id or callback.given > self.now:
            return False
        return all(days_since(callback.given, moment) < 7 for moment in self.local)


Rule = Callable[[Question], Iterable[Reason]]


def days_since(then: datetime, local_now: datetime) -> int:
    """Local dates between `then` and now: 0 is today."""
    return (local_now.date() - then.astimezone(local_now.tzinfo).date()).days


def first_moment(local_now: datetime, days: int) -> datetime:
    """Midnight that begins the span of `days` local dates of which today is the last, as UTC."""
    day = local_now.date() - timedelta(days=days - 1)
    return datetime.combine(day, time(), local_now.tzinfo).astimezone(UTC)


def weekday(day: date) -> str:
    return WEEKDAYS[day.weekday()]


def minute_of(local: datetime) -> float:
    return local.hour * 60 + local.minute + (local.second + local.microsecond / 1e6) / 60


def fits(value: str, wanted: tuple[str, ...]) -> bool:
    """Whether a clause that names `wanted` values concerns this one; naming none means all."""
    return not wanted or value in wanted
