"""The ordeal: start workers, kill them, move time on, let other things happen in between; then ask the re-check."""

from __future__ import annotations

import json
import logging
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from multiprocessing import get_context
from multiprocessing.context import ForkServerProcess
from random import Random
from typing import Any, Final

import structlog
from sqlmodel import col, func, select

from bench.faults import worker
from bench.faults.clocks import set_time, time_of
from bench.faults.people import People, settle
from bench.faults.setting import KEYS, START, Setting
from ledger.ledger import Ledger
from ledger.migrate import upgrade
from ledger.tables import Account, Attempt, Decision, Hold, PlannedContact, ReportedContact
from rehearsal.recheck import Recheck, recheck
from strategy.dispatch.attempts import reconcile

BEAT_S: Final = 0.03
AT_ONCE_DUE: Final = 100
"""Contacts that become due whenever time moves on, and `FARTHEST` that it moves."""
FARTHEST: Final = timedelta(hours=2)
STUCK_S: Final = 5.0
"""Time moves on when nothing is due and nobody alive is at it. When for so long nothing has changed, it moves
`A_LITTLE`, until somebody gives up what he is at."""
A_LITTLE: Final = timedelta(minutes=3)
STALE_AFTER: Final = timedelta(minutes=20)
"""An attempt that is older is taken for a dead worker's, though with these clocks a living one may still be at it."""
KILLED_EVERY: Final = 25
"""Planned contacts looked at, on average: by the work done, so that a slow machine gets done as well."""
SOMETHING_ELSE_EVERY: Final = 20
RECONCILED_EVERY_S: Final = 0.5
PATIENCE_S: Final = 60
MOST_TOLD: Final = 20
"""Violations told one by one."""


class Unfinished(Exception):
    """The time allowed was over before everything planned had been looked at."""


class WorkerBroke(Exception):
    """A worker ended by itself, which none of these faults explains."""


@dataclass(slots=True)
class Ordeal:
    """What was done and what came of it. `seconds` is real time from the first worker's start to the last contact."""

    seconds: float
    people: int
    planned: Counter[str]
    """Planned contacts, by what became of them."""
    attempts: Counter[str]
    """By status and outcome."""
    denials: Counter[str]
    """By reason; a denial has one or several."""
    kills: Counter[str]
    """'from outside', or 'by itself' at a chosen moment of its work."""
    ticks: Counter[str]
    """Ticks, and how many of them ran twice at once."""
    steps: Counter[str]
    """How often a clock jumped, and how far."""
    between: Counter[str]
    """Holds placed and contacts reported while workers worked, and attempts found half-way."""
    recheck: Recheck

    @property
    def tried(self) -> int:
        """How often the gate was asked."""
        return self.recheck.checked["decisions"]

    def figures(self) -> dict[str, Any]:
        """As JSON."""
        allowed = self.recheck.checked["attempts"]
        return {
            "people": self.people,
            "seconds": round(self.seconds, 1),
            "asked_per_s": round(self.tried / self.seconds, 1),
            "allowed_per_s": round(allowed / self.seconds, 1),
            "denied_per_s": round((self.tried - allowed) / self.seconds, 1),
            "dials": self.recheck.checked["dials"],
            "violations": len(self.recheck.violations),
            "rules_broken": dict(Counter(violation.rule for violation in self.recheck.violations)),
            "first_violations": [str(violation) for violation in self.recheck.violations[:MOST_TOLD]],
            **{
                name: dict(getattr(self, name).most_common())
                for name in ("planned", "attempts", "denials", "kills", "ticks", "steps", "between")
            },
            "checked": self.recheck.checked,
        }


@dataclass(slots=True)
class Crew:
    """The workers: each dies and is born again until the ordeal is over."""

    setting: Setting
    size: int
    alive: dict[int, ForkServerProcess] = field(default_factory=dict)
    lives: Counter[int] = field(default_factory=Counter)
    kills: Counter[str] = field(default_factory=Counter)
    _shot: set[int | None] = field(default_factory=set)

    def keep_up(self) -> None:
        """Whoever is dead gets a new life.

        :raises WorkerBroke: somebody ended other than by being killed.
        """
        for number in range(self.size):
            if number not in self.alive or self._over(number):
                self._start(number)

    def shoot(self, draw: Random) -> None:
        """Kill one of them, wherever it is in its work."""
        process = self.alive[draw.randrange(self.size)]
        self._shot.add(process.pid)
        process.kill()

    def living(self) -> set[str]:
        """With what the ids begin that those give who live now."""
        return {worker.name(number, self.lives[number]) for number in self.alive}

    def let_end(self) -> None:
        """Wait until all have ended after being told to stop."""
        for number, process in self.alive.items():
            process.join(PATIENCE_S)
            if not self._over(number):
                raise Unfinished(f"worker {number} does not end")
        self.alive.clear()

    def kill_all(self) -> None:
        """Leave nobody behind, whatever happened."""
        for process in self.alive.values():
            process.kill()
            process.join()

    def last(self) -> None:
        """One worker to whom nothing happens, until nothing is due."""
        self._start(self.size, mortal=False)
        self.let_end()

    def _start(self, number: int, mortal: bool = True) -> None:
        context = get_context("forkserver")
        context.set_forkserver_preload(["bench.faults.worker"])
        self.lives[number] += 1
        process = context.Process(target=worker.run, args=(self.setting, number, self.lives[number], mortal))
        process.start()
        self.alive[number] = process

    def _over(self, number: int) -> bool:
        process = self.alive[number]
        if process.is_alive():
            return False
        process.join()
        if process.exitcode == -9:
            self.kills["from outside" if process.pid in self._shot else "by itself"] += 1
        elif process.exitcode != 0:
            raise WorkerBroke(f"worker {number} ended with {process.exitcode}")
        return True


def ordeal(setting: Setting, people: People, workers: int = 8, limit_s: float = 600) -> Ordeal:
    """Put `workers` processes through it, in a setting whose database and folder are empty.

    :raises Unfinished: not everything was looked at within `limit_s`.
    """
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    draw, between, crew = Random(setting.seed), Counter[str](), Crew(setting, workers)
    set_time(setting.clock_file, START)
    ledger = setting.open(lambda: time_of(setting.clock_file), "desk")
    upgrade(ledger.engine)
    settle(ledger, people, draw)
    started = time.monotonic()
    try:
        _drive(ledger, setting, crew, draw, between, people, started + limit_s)
        seconds = time.monotonic() - started
        setting.stop_file.touch()
        crew.let_end()
        # The night passes. Whatever was half-way is found, and what comes back from it is looked at once more.
        set_time(setting.clock_file, time_of(setting.clock_file) + timedelta(hours=13))
        between["found half-way"] += reconcile(ledger, timedelta(0))
        crew.last()
        between["found half-way"] += reconcile(ledger, timedelta(0))
    finally:
        crew.kill_all()
    checked = recheck(ledger.engine, KEYS, setting.dial_log(), at_rest=True)
    told = _told(ledger, setting, seconds, people.people, crew.kills, between, checked)
    ledger.engine.dispose()
    return told


def _drive(
    ledger: Ledger,
    setting: Setting,
    crew: Crew,
    draw: Random,
    between: Counter[str],
    people: People,
    until: float,
) -> None:
    looked = changed = time.monotonic()
    was, left = None, people.people * people.contacts
    next_kill = next_other = left
    while left:
        crew.keep_up()
        if time.monotonic() > until:
            raise Unfinished(f"{left} planned contacts are still waiting")
        if left < next_kill:
            crew.shoot(draw)
            next_kill = left - round(draw.expovariate(1 / KILLED_EVERY))
        if left < next_other:
            between[_something_else(ledger, draw, people)] += 1
            next_other = left - round(draw.expovariate(1 / SOMETHING_ELSE_EVERY))
        if time.monotonic() - looked > RECONCILED_EVERY_S:
            between["found half-way"] += reconcile(ledger, STALE_AFTER)
            looked = time.monotonic()
        now = (due, under_way, left) = _waiting(ledger, crew.living())
        if now != was:
            was, changed = now, time.monotonic()
        if due == 0 and under_way == 0:
            _move_on(ledger, setting)
        elif time.monotonic() - changed > STUCK_S:
            set_time(setting.clock_file, time_of(setting.clock_file) + A_LITTLE)
            changed = time.monotonic()
        time.sleep(BEAT_S)


def _waiting(ledger: Ledger, living: set[str]) -> tuple[int, int, int]:
    """How many planned contacts are due, how many attempts of the living are under way, and how many contacts wait."""
    with ledger.read() as work:
        waiting = select(func.count()).where(PlannedContact.status == "planned")
        due = work.session.exec(waiting.where(col(PlannedContact.slot) <= work.now)).one()
        half_way = work.session.exec(select(Attempt.id).where(col(Attempt.status).in_(("reserved", "placing")))).all()
        under_way = sum(attempt_id.partition("-")[0] in living for attempt_id in half_way)
        return due, under_way, work.session.exec(waiting).one()


def _move_on(ledger: Ledger, setting: Setting) -> None:
    with ledger.read() as work:
        coming = select(PlannedContact.slot).where(PlannedContact.status == "planned", PlannedContact.slot > work.now)
        slots = work.session.exec(coming.order_by(col(PlannedContact.slot)).limit(AT_ONCE_DUE)).all()
        moment = work.now + A_LITTLE
        if slots:
            moment = max(moment, slots[0], min(slots[-1], work.now + FARTHEST))
    set_time(setting.clock_file, moment)


def _something_else(ledger: Ledger, draw: Random, people: People) -> str:
    """What else happens to a person meanwhile: a hold is placed, or an agency reports a contact of its own."""
    person = f"person-{draw.randrange(people.people)}"
    with ledger.begin_for([person]) as work:
        if draw.random() < 0.3:
            reason, hours = draw.choice([("cease_request", None), ("hardship_unemployment", 8)])
            hold = Hold(
                id=work.new_id(),
                debtor_id=person,
                scope="person",
                reason=reason,
                created_at=work.now,
                until=None if hours is None else work.now + timedelta(hours=hours),
            )
            work.session.add(hold)
            work.audit("hold.placed", hold.id, {"reason": reason, "scope": "person"})
            return "holds"
        debts = work.session.exec(select(Account.id).where(Account.debtor_id == person).order_by(col(Account.id))).all()
        row_id = work.new_id()
        reported = ReportedContact(
            id=row_id,
            debtor_id=person,
            account_id=draw.choice(debts),
            reported_ref=row_id,
            by="agency",
            channel="voice",
            direction="outbound",
            outcome=draw.choice(["conversation", "ring_no_answer"]),
            target="consumer",
            number_index=person.replace("person", "number"),
            at=work.now - timedelta(minutes=draw.randrange(1, 90)),
            recorded_at=work.now,
        )
        work.session.add(reported)
        work.audit("contact.reported", row_id, {"by": "agency"})
        return "contacts reported"


def _told(
    ledger: Ledger,
    setting: Setting,
    seconds: float,
    people: int,
    kills: Counter[str],
    between: Counter[str],
    checked: Recheck,
) -> Ordeal:
    with ledger.read() as work:
        planned = work.session.exec(select(PlannedContact.status, func.count()).group_by(col(PlannedContact.status)))
        became = select(Attempt.status, Attempt.outcome, func.count()).group_by(
            col(Attempt.status), col(Attempt.outcome)
        )
        attempts = {f"{status}: {outcome}": count for status, outcome, count in work.session.exec(became)}
        denials = Counter[str]()
        for reasons in work.session.exec(select(Decision.reasons).where(col(Decision.allowed).is_(False))):
            denials.update({reason["code"] for reason in reasons})
        statuses = Counter(dict(planned.all()))
    ticks, steps = Counter[str](), Counter[str]()
    for notes in setting.folder.glob("ticks-*.json"):
        try:
            noted = json.loads(notes.read_text())
        except ValueError:
            continue  # killed while it was noting this
        steps.update(noted.pop("steps"))
        ticks.update(noted)
    return Ordeal(seconds, people, statuses, Counter(attempts), denials, kills, ticks, steps, between, checked)
