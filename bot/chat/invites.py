"""Chat links: the right to open one chat about one account. Who holds the token may knock; only its hash is kept."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from sqlmodel import bindparam, col, select

from ledger.ledger import UnitOfWork
from ledger.tables import ChatInvite, Conversation

_INVITE = select(ChatInvite).where(ChatInvite.token_hash == bindparam("token"))
_TALK = (
    select(ChatInvite.conversation_id, ChatInvite.expires_at)
    .join(Conversation, col(Conversation.id) == col(ChatInvite.conversation_id))
    .where(ChatInvite.token_hash == bindparam("token"), Conversation.stage != "closed")
)


@dataclass(frozen=True, slots=True)
class Invite:
    """A new link's token, told once, and when it stops working (aware UTC)."""

    id: str
    token: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class NoInvite:
    """The token opens nothing."""

    reason: Literal["unknown", "expired", "used_up"]


def make_invite(work: UnitOfWork, account_id: str, attempt_id: str | None, hours: int) -> Invite:
    """Make a link for an account, valid for `hours` from now."""
    token = secrets.token_urlsafe(24)
    invite = ChatInvite(
        id=work.new_id(),
        token_hash=_hash(token),
        account_id=account_id,
        attempt_id=attempt_id,
        created_at=work.now,
        expires_at=work.now + timedelta(hours=hours),
    )
    work.session.add(invite)
    work.session.flush()
    work.audit("invite.made", invite.id, {"account": account_id, "attempt": attempt_id})
    return Invite(invite.id, token, invite.expires_at)


def find_invite(work: UnitOfWork, token: str) -> ChatInvite | NoInvite:
    """The invite a token belongs to, while it is valid."""
    invite: ChatInvite | None = work.session.execute(_INVITE, {"token": _hash(token)}).scalars().first()
    if invite is None:
        return NoInvite("unknown")
    return invite if work.now < invite.expires_at else NoInvite("expired")


def talk_under_way(work: UnitOfWork, token: str) -> str | None:
    """The conversation that goes on behind a valid link, as plain as each message wants it.

    None: there is none, for a reason that :func:`find_invite` and the conversation tell.
    """
    found = work.session.connection().execute(_TALK, {"token": _hash(token)}).first()
    return found.conversation_id if found is not None and work.now < found.expires_at else None


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
