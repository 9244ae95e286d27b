"""Telephone lines at the turnstile: a call waits, and is not lost, while no line is free or nobody can be rung."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from sqlmodel import select

from ledger.ledger import UnitOfWork
from ledger.tables import Account
from strategy.dispatch.pace import LINES_BUSY, NOT_REACHABLE, Due, Standing
from strategy.dispatch.turnstile import Turnstile


class Lines(Protocol):
    """What carries the contacts of one channel. Asked from the dispatcher's thread."""

    def free(self) -> int:
        """How many more it could carry now."""

    def reachable(self, debtor_id: str) -> bool:
        """Whether this person could be rung now: there is something to ring at, and they are in no call."""

    def expected(self, debtor_id: str) -> bool:
        """Whether a contact with this person is worth planning on this channel."""


class NoLines:
    """A channel that nothing carries here: what is due on it is left to whoever carries it."""

    def free(self) -> int:
        return 1

    def reachable(self, _debtor_id: str) -> bool:
        return False

    def expected(self, _debtor_id: str) -> bool:
        return False


def with_lines(turnstile: Turnstile, lines: Mapping[str, Lines]) -> Turnstile:
    """The same turnstile, which also asks the lines of each channel that has some."""
    return lambda work: _Standing(work, turnstile(work), lines)


@dataclass(slots=True)
class _Standing:
    work: UnitOfWork
    inner: Standing
    lines: Mapping[str, Lines]
    begun: dict[str, int] = field(default_factory=dict)
    """Let through in this transaction: they have no line yet."""

    def campaign(self, channel: str, treatment: str) -> str | None:
        return self.inner.campaign(channel, treatment) or (LINES_BUSY if self._full(channel) else None)

    def contact(self, due: Due) -> str | None:
        if self._full(due.channel):
            return LINES_BUSY
        lines = self.lines.get(due.channel)
        if lines is not None and not lines.reachable(self._debtor_of(due.account_id)):
            return NOT_REACHABLE
        why = self.inner.contact(due)
        if why is None:
            self.begun[due.channel] = self.begun.get(due.channel, 0) + 1
        return why

    def _full(self, channel: str) -> bool:
        lines = self.lines.get(channel)
        return lines is not None and lines.free() <= self.begun.get(channel, 0)

    def _debtor_of(self, account_id: str) -> str:
        return self.work.session.exec(select(Account.debtor_id).where(Account.id == account_id)).one()
