"""Caps hold however many reserve at once, and on PostgreSQL only those wait who want the same person.

What goes red on PostgreSQL when a lock of ledger/ledger.py or ledger/audit.py is taken away, each tried once:

- the rows of the people are not locked: whoever_wants_the_same_person, of_many_who_race, overlapping_batches;
- reservations do not share the writers' lock: a_writer_that_wants_to_be_alone;
- the chain has no lock of its own, or its end is read in the statement that waits for it: the_end_of_the_chain;
- `tick` does not lock the people it has claimed for: many_dispatchers;
- `set_out` does not lock its person: who_sets_out_sees_a_hold;
- the clock is read before the people are ours: the_time_is_read.
"""

from __future__ import annotations

import random
import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from itertools import pairwise

import pytest
from engines import OpenLedger
from seeded import START, StoppedClock, add_person, add_strategy, add_tier
from sqlmodel import col, select

from ledger.audit import Noted, append_many
from ledger.ledger import Ledger, UnitOfWork
from ledger.tables import Account, Attempt, AuditEntry, Decision, Hold, PlannedContact
from strategy.dispatch.attempts import reconcile, set_out
from strategy.dispatch.reservation import Refused, Reserved, Wanted, reserve, reserve_many
from strategy.dispatch.tick import tick
from strategy.policy.facts_json import read_facts
from strategy.policy.packs import shipped_packs
from strategy.settings import StrategySettings, to_json

PACKS = shipped_packs()
MORNING = START - timedelta(hours=6)
"""11:00 in Taipei."""
CAP = 3
"""Talks that the same person may be called for on one day in China, about whatever debt."""
SOON, LATE = 0.3, 20.0
"""Seconds in which what waits does not go on, and what does not wait has long gone on."""


@pytest.fixture
def ledger(ledger_on: OpenLedger) -> Ledger:
    """Six people, R0 to R5, with two debts each."""
    made = ledger_on(StoppedClock(MORNING))
    with made.begin() as work:
        add_strategy(work, to_json(StrategySettings()))
        for number in range(6):
            first = add_person(work, f"R{number}")
            second = {"id": f"{first.id}-2", "external_ref": f"{first.external_ref}-2"}
            work.session.add(Account(**first.model_dump() | second))
            work.session.flush()
            for account_id in (first.id, second["id"]):
                add_tier(work, account_id)
    return made


def is_postgres(ledger: Ledger) -> bool:
    return ledger.engine.dialect.name == "postgresql"


def talks_of(ledger: Ledger, debtor_id: str) -> int:
    with ledger.read() as work:
        return len(work.session.exec(select(Attempt.id).where(Attempt.debtor_id == debtor_id)).all())


def chain_is_whole(ledger: Ledger) -> bool:
    with ledger.read() as work:
        rows = work.session.exec(
            select(AuditEntry.seq, AuditEntry.previous_hash, AuditEntry.hash).order_by(col(AuditEntry.seq))
        ).all()
    follows = all(later[1] == earlier[2] for earlier, later in pairwise(rows))
    return follows and [row[0] for row in rows] == list(range(1, len(rows) + 1))


def call(ledger: Ledger, number: int, debt: str = "") -> Reserved | Refused:
    with ledger.begin_for([f"debtor-R{number}"]) as work:
        return reserve(work, PACKS, f"account-R{number}{debt}", "voice", "bot")


class Paused:
    """A transaction that has read and not yet written: it goes on when it is told to."""

    def __init__(
        self,
        ledger: Ledger,
        then: Callable[[UnitOfWork], object],
        whose: str | None = "debtor-R0",
        first: Callable[[UnitOfWork], object] = lambda _work: None,
    ) -> None:
        """:param whose: None for a transaction without any other writer."""
        self._first = first
        self.inside, self.go_on = threading.Event(), threading.Event()
        self._ledger, self._then, self._whose = ledger, then, whose
        self._thread = threading.Thread(target=self._run)

    def __enter__(self) -> Paused:
        self._thread.start()
        assert self.inside.wait(LATE)
        return self

    def __exit__(self, *_error: object) -> None:
        self.go_on.set()
        self._thread.join()

    def _run(self) -> None:
        begun = self._ledger.begin() if self._whose is None else self._ledger.begin_for([self._whose])
        with begun as work:
            work.session.exec(select(Attempt.id)).all()
            self._first(work)
            self.inside.set()
            assert self.go_on.wait(LATE)
            self._then(work)


def elsewhere(do: Callable[[], object]) -> tuple[threading.Event, threading.Thread]:
    """`do` in a thread of its own; the event says that it is done."""
    done = threading.Event()

    def run() -> None:
        do()
        done.set()

    thread = threading.Thread(target=run)
    thread.start()
    return done, thread


def test_whoever_wants_the_same_person_waits_and_sees_what_was_written(ledger: Ledger) -> None:
    """Between reading and writing, a second transaction about that person must not read the old state."""
    answers = []

    def three_calls(work: UnitOfWork) -> None:
        reserve_many(work, PACKS, [Wanted("account-R0", "voice", "bot")])
        reserve_many(work, PACKS, [Wanted("account-R0-2", "voice", "bot")])
        work.session.add(Hold(id="hold", debtor_id="debtor-R0", scope="person", reason="cease", created_at=work.now))

    with Paused(ledger, three_calls) as first:
        done, thread = elsewhere(lambda: answers.append(call(ledger, 0)))
        assert not done.wait(SOON), "it has read about a person who was somebody else's"
        first.go_on.set()
        assert done.wait(LATE)
        thread.join()
    (answer,) = answers
    assert isinstance(answer, Refused)
    assert "CEASE_COMMUNICATION" in answer.codes
    with ledger.read() as work:
        decision = work.session.get_one(Decision, answer.decision_id)
    assert len(read_facts(decision.facts).history) == 2


def test_other_people_need_not_wait_on_postgresql(ledger: Ledger) -> None:
    with Paused(ledger, lambda _work: None) as first:
        done, thread = elsewhere(lambda: call(ledger, 1))
        assert done.wait(LATE if is_postgres(ledger) else SOON) == is_postgres(ledger)
        first.go_on.set()
        thread.join(LATE)
    assert talks_of(ledger, "debtor-R1") == 1


def test_a_writer_that_wants_to_be_alone_waits_for_reservations_and_they_for_it(ledger: Ledger) -> None:
    """A hold that somebody writes while a reservation is under way is seen by the next one, and never slips between."""

    def cease() -> None:
        with ledger.begin() as work:
            work.session.add(
                Hold(id="hold", debtor_id="debtor-R0", scope="person", reason="cease", created_at=work.now)
            )

    with Paused(ledger, lambda work: reserve(work, PACKS, "account-R0", "voice", "bot")) as reserving:
        done, thread = elsewhere(cease)
        assert not done.wait(SOON)
        reserving.go_on.set()
        assert done.wait(LATE)
        thread.join()
    assert isinstance(call(ledger, 0), Refused)
    answers = []
    with Paused(ledger, lambda work: work.session.delete(work.session.get_one(Hold, "hold")), whose=None) as lifting:
        done, thread = elsewhere(lambda: answers.append(call(ledger, 0)))
        assert not done.wait(SOON)
        lifting.go_on.set()
        assert done.wait(LATE)
        thread.join()
    assert isinstance(answers[0], Reserved)


def test_the_end_of_the_chain_is_read_when_it_is_ours(ledger: Ledger) -> None:
    """Whoever read it before or while waiting would write the same number as the one waited for."""

    def append(work: UnitOfWork) -> None:
        append_many(work.session, work.keys, [Noted(work.now, "test.first", "first", {})])

    with Paused(ledger, lambda _work: None, first=append) as first:
        done, thread = elsewhere(lambda: call(ledger, 1))
        assert not done.wait(SOON)
        first.go_on.set()
        assert done.wait(LATE)
        thread.join()
    assert chain_is_whole(ledger)
    with ledger.read() as work:
        kinds = work.session.exec(select(AuditEntry.kind).order_by(col(AuditEntry.seq).desc()).limit(3)).all()
    assert [*kinds] == ["attempt.reserved", "contact.decided", "test.first"]


def test_who_sets_out_sees_a_hold_that_was_being_written(ledger: Ledger) -> None:
    contact = call(ledger, 0)
    assert isinstance(contact, Reserved)
    went = []

    def cease(work: UnitOfWork) -> None:
        work.session.add(Hold(id="hold", debtor_id="debtor-R0", scope="person", reason="cease", created_at=work.now))

    with Paused(ledger, cease) as holding:
        done, thread = elsewhere(lambda: went.append(set_out(ledger, PACKS, contact.attempt_id)))
        assert not done.wait(SOON)
        holding.go_on.set()
        assert done.wait(LATE)
        thread.join()
    assert went == [False]


@pytest.mark.parametrize("learnt_inside", [False, True])
def test_the_time_is_read_when_the_people_are_ours(ledger: Ledger, learnt_inside: bool) -> None:
    """What the others wrote meanwhile would else lie in the future, and deny."""
    seen = []

    def look() -> None:
        with ledger.begin_for([] if learnt_inside else ["debtor-R0"]) as work:
            seen.append((ledger.with_people(work, ["debtor-R0"]) if learnt_inside else work).now)

    with Paused(ledger, lambda _work: None) as first:
        done, thread = elsewhere(look)
        assert not done.wait(SOON)
        assert isinstance(ledger.clock, StoppedClock)
        ledger.clock.advance(minutes=1)
        first.go_on.set()
        assert done.wait(LATE)
        thread.join()
    assert seen == [MORNING + timedelta(minutes=1)]


def test_of_many_who_race_for_the_last_place_under_a_cap_one_gets_it(ledger: Ledger) -> None:
    for _ in range(CAP - 1):
        call(ledger, 0)
        call(ledger, 1, "-2")
    together = threading.Barrier(8)

    def race(number: int) -> Reserved | Refused:
        together.wait()
        return call(ledger, number % 2, "-2" if number % 4 > 1 else "")

    with ThreadPoolExecutor(8) as pool:
        answers = [*pool.map(race, range(8))]
    assert Counter(type(answer) for answer in answers) == {Reserved: 2, Refused: 6}
    assert {answer.codes for answer in answers if isinstance(answer, Refused)} == {("FREQ_CAP",)}
    assert [talks_of(ledger, f"debtor-R{number}") for number in range(2)] == [CAP, CAP]
    assert chain_is_whole(ledger)


def test_overlapping_batches_neither_lock_each_other_out_nor_pass_a_cap(ledger: Ledger) -> None:
    """Each takes its people in an order of its own; were they locked in that order, they would wait in a circle."""
    together = threading.Barrier(6)

    def reserve_some(seed: int) -> int:
        draw = random.Random(seed)
        together.wait()
        made = 0
        for _ in range(4):
            numbers = draw.sample(range(6), 4)
            with ledger.begin_for([f"debtor-R{number}" for number in numbers]) as work:
                wanted = [Wanted(f"account-R{number}{draw.choice(['', '-2'])}", "voice", "bot") for number in numbers]
                made += sum(isinstance(answer, Reserved) for answer in reserve_many(work, PACKS, wanted))
        return made

    with ThreadPoolExecutor(6) as pool:
        made = sum(pool.map(reserve_some, range(6)))
    assert [talks_of(ledger, f"debtor-R{number}") for number in range(6)] == [CAP] * 6
    assert made == 6 * CAP
    assert chain_is_whole(ledger)


def test_of_many_who_set_out_for_one_contact_one_does(ledger: Ledger) -> None:
    contact = call(ledger, 0)
    assert isinstance(contact, Reserved)
    together = threading.Barrier(6)

    def go(number: int) -> bool:
        together.wait()
        if number == 5:
            reconcile(ledger, timedelta(0))
            return False
        return set_out(ledger, PACKS, contact.attempt_id)

    with ThreadPoolExecutor(6) as pool:
        went = sum(pool.map(go, range(6)))
    with ledger.read() as work:
        status = work.session.get_one(Attempt, contact.attempt_id).status
    assert (went, status) in {(1, "placing"), (1, "unknown"), (0, "released")}


def test_many_dispatchers_place_every_due_contact_once(ledger: Ledger) -> None:
    with ledger.begin() as work:
        for number in range(36):
            debt = "-2" if number % 2 else ""
            work.session.add(
                PlannedContact(
                    id=f"planned-{number:02}",
                    account_id=f"account-R{number % 6}{debt}",
                    slot=work.now - timedelta(minutes=number),
                    channel="voice",
                    agent="bot",
                    why=[],
                    created_at=work.now,
                )
            )
    placed: list[str] = []

    def place(contact: Reserved) -> str:
        placed.append(contact.attempt_id)
        return "conversation"

    with ThreadPoolExecutor(4) as pool:
        beats = [pool.submit(tick, ledger, PACKS, place) for _ in range(4)]
    assert sum(beat.result().due for beat in beats) == 36
    assert sum(beat.result().faults for beat in beats) == 0
    assert len(placed) == len(set(placed)) == 6 * CAP
    with ledger.read() as work:
        statuses = Counter(work.session.exec(select(PlannedContact.status)).all())
    assert statuses == {"allowed": 6 * CAP, "denied": 36 - 6 * CAP}
    assert chain_is_whole(ledger)
