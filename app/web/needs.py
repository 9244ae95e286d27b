"""What the pages need from the wiring: the whole list, so that a test can hand them less than a bank."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from app.api.actions import RunAction
from app.api.phone import Phones
from app.demo_links import DemoInvite
from app.settings import Settings
from bot.chat.door import Talks
from desk.case_view import Permitted
from ledger.ledger import Ledger, UnitOfWork

Retier = Callable[[UnitOfWork], int]
"""Assign every open account anew under the active strategy version, with its cases, and say how many there are."""


class Needs(Protocol):
    """Attributes of app.floor.Floor that the pages and the API read."""

    @property
    def settings(self) -> Settings: ...
    @property
    def ledger(self) -> Ledger: ...
    @property
    def sessions(self) -> Talks:
        """bot.session.Sessions."""
        ...

    @property
    def run_action(self) -> RunAction:
        """What bot.acts does with an act that Rasa proposes."""
        ...

    @property
    def action_secret(self) -> str:
        """What Rasa shows at the webhook."""
        ...

    @property
    def phones(self) -> Phones | None:
        """Where browser phones connect; None where no calls are carried."""
        ...

    @property
    def permitted(self) -> Permitted:
        """The gate's decision on a contact made now."""
        ...

    @property
    def retier(self) -> Retier: ...
    @property
    def demo_invites(self) -> Callable[[], Sequence[DemoInvite]]:
        """Chat links to try; empty outside demo mode."""
        ...
