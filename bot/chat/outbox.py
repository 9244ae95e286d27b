"""The outbox: chat links for the bank's own message gateway to send, one JSON object a line.

A link is a key to a conversation, so the file is readable by its owner alone. It names the account by the bank's own
reference and holds nothing else about the person.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from bot.chat.invites import make_invite
from ledger import private_lines
from ledger.ledger import Ledger
from ledger.tables import Account


class Contact(Protocol):
    """A reserved attempt, as the dispatcher hands it over."""

    @property
    def attempt_id(self) -> str: ...
    @property
    def account_id(self) -> str: ...
    @property
    def channel(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Outbox:
    """Places chat contacts by writing their links to `file`; other channels have no carrier here."""

    ledger: Ledger
    file: Path
    public_url: str
    hours: int

    def place(self, reserved: Contact) -> str:
        """Hand one reserved contact over; 'failed' for a channel that nobody carries."""
        if reserved.channel != "chat":
            return "failed"
        with self.ledger.begin() as work:
            invite = make_invite(work, reserved.account_id, reserved.attempt_id, self.hours)
            external_ref = work.session.get_one(Account, reserved.account_id).external_ref
        line = {
            "attempt_id": reserved.attempt_id,
            "external_ref": external_ref,
            "url": f"{self.public_url}/chat/{invite.token}",
            "expires_at": invite.expires_at.isoformat(),
        }
        private_lines.append(self.file, line)
        return "delivered"
