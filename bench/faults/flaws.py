"""Mistakes that a dispatcher could have, made on purpose, to see that the ordeal and the re-check find them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from contextlib import suppress
from time import monotonic, sleep
from typing import Final

from sqlalchemy import Connection
from sqlmodel import select

from bench.faults.carrier import Carrier, LineDead
from ledger.ledger import Ledger, UnitOfWork
from ledger.rows import Row, write_rows
from ledger.tables import Attempt
from strategy.dispatch import attempts, reservation, tick
from strategy.dispatch.reservation import Reserved
from strategy.policy.decision import Allow

Flaw = Callable[[Ledger, Carrier], None]
"""Makes the mistake in a worker that has just been born."""
WRITES_LATE_S: Final = (0.3, 3.0)
"""At least and at most."""


def keeps_nobody_away(_ledger: Ledger, _carrier: Carrier) -> None:
    """People are not locked, and the gate is asked once only, so two workers may use up the same last contact.

    It shows on PostgreSQL alone: SQLite has one writer anyway. A reservation waits twice as long as its asking took
    before it writes, so that whether two workers meet in between is not left to how busy the machine happens to be.
    """
    began: float | None = None

    def with_people(_ledger: Ledger, work: UnitOfWork, _debtor_ids: Collection[str]) -> UnitOfWork:
        nonlocal began
        began = monotonic()
        return work

    setattr(Ledger, "with_people", with_people)  # noqa: B010

    def write_late(connection: Connection, table: str, columns: Sequence[str], rows: Sequence[Row]) -> None:
        nonlocal began
        if began is not None:
            least, most = WRITES_LATE_S
            sleep(min(max(least, 2 * (monotonic() - began)), most))
            began = None
        write_rows(connection, table, columns, rows)

    setattr(reservation, "write_rows", write_late)  # noqa: B010
    setattr(attempts, "decide", lambda *_: Allow(()))  # noqa: B010


def dials_again(ledger: Ledger, carrier: Carrier) -> None:
    """Whoever is born goes on with what was under way, as if nobody could have dialled it."""
    with ledger.read() as work:
        half_way = work.session.exec(select(Attempt).where(Attempt.status == "placing")).all()
    for attempt in half_way:
        who = (attempt.account_id, attempt.debtor_id, attempt.channel, attempt.agent)
        with suppress(LineDead):
            carrier.place(Reserved(attempt.id, attempt.decision_id, *who))


def sets_out_for_nothing(_ledger: Ledger, _carrier: Carrier) -> None:
    """Nobody asks whether a reservation is still one's own, or still allowed."""
    setattr(tick, "set_out", lambda *_: True)  # noqa: B010


FLAWS: Final[dict[str, Flaw]] = {flaw.__name__: flaw for flaw in (keeps_nobody_away, dials_again, sets_out_for_nothing)}
