"""The debtor's chat behind its link: one browser, one conversation, no message said twice.

A link may be forwarded or found. So the conversation belongs to the browser that started it; another browser with the
same link starts a new talk and proves who it is again, and only a few such talks can be started from one link.
"""

from __future__ import annotations

import hmac
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Final, Literal, Protocol

from sqlmodel import bindparam, insert, select

from bot.chat.invites import NoInvite, find_invite, talk_under_way
from bot.reply import Reply
from bot.session import IsNew
from bot.turns import Recorded, turns_since
from ledger.ledger import Ledger, UnitOfWork
from ledger.tables import Account, ChatInvite, ChatReceipt, Conversation, Debtor

MOST_OPENS: Final = 3
"""Talks one link can start. Wrong identity answers count for the person: opening it again gives no more guesses."""

LOCKS: Final = 64

_KNOWN = select(ChatReceipt.id).where(
    ChatReceipt.conversation_id == bindparam("talk"), ChatReceipt.client_id == bindparam("client")
)
_NOTED = insert(ChatReceipt)


class Talks(Protocol):
    """The bot, as the page needs it: bot.session.Sessions."""

    def start(self, account_id: str, channel: str, language: str | None = None, attempt_id: str | None = None) -> Reply:
        """Open a talk."""
        ...

    def turn(self, conversation_id: str, text: str, is_new: IsNew) -> Reply:
        """Answer one message, if it is new."""
        ...


@dataclass(frozen=True, slots=True)
class Bubble:
    """One line on the page. `seq` is None for a line that the bot could not record (then it said it cannot go on)."""

    seq: int | None
    speaker: str
    text: str
    template: str | None


@dataclass(frozen=True, slots=True)
class Shown:
    """The conversation as its browser may see it, from the line after the last one it has."""

    browser: str
    """Proof that this browser started the conversation; it comes back as a cookie."""
    bubbles: tuple[Bubble, ...]
    stage: str
    language: str


@dataclass(frozen=True, slots=True)
class NotStarted:
    """The link is good, and this browser has no conversation on it. `elsewhere`: another browser has one."""

    elsewhere: bool
    language: str


class ChatDoor:
    """Opens chats and carries messages. Calls block while the bot thinks: call them off the event loop."""

    def __init__(self, ledger: Ledger, talks: Talks) -> None:
        self._ledger = ledger
        self._talks = talks
        # One message of a conversation at a time; a fixed number of locks, so that visitors cannot grow memory.
        self._locks = tuple(threading.Lock() for _ in range(LOCKS))

    def look(self, token: str, browser: str) -> Shown | NotStarted | NoInvite:
        """What a page that was just opened should show."""
        with self._ledger.read() as work:
            invite = find_invite(work, token)
            if isinstance(invite, NoInvite):
                return invite
            if (talk := _own_talk(work, invite, browser)) is not None:
                return _shown(work, talk, after=0)
            return NotStarted(elsewhere=invite.conversation_id is not None, language=_language_of(work, invite))

    def open(self, token: str, browser: str, language: Literal["zh", "en"]) -> Shown | NoInvite:
        """Start the conversation, or go on with the one this browser started."""
        with self._lock(token):
            with self._invited(token) as (work, invite):
                if isinstance(invite, NoInvite):
                    return invite
                if (talk := _own_talk(work, invite, browser)) is not None:
                    return _shown(work, talk, after=0)
                if invite.opens >= MOST_OPENS:
                    return NoInvite("used_up")
                # Counted before the bot speaks: a crash in between must not give more guesses.
                invite.opens += 1
                work.session.add(invite)
                account_id = invite.account_id
                attempt_id = invite.attempt_id if invite.opens == 1 else None
            reply = self._talks.start(account_id, "chat", language, attempt_id)
            with self._invited(token) as (work, invite):
                talk = work.session.get(Conversation, reply.conversation_id)
                if talk is None or isinstance(invite, NoInvite):
                    return Shown("", _unrecorded(reply), "closed", language)
                invite.conversation_id = talk.id
                work.session.add(invite)
                return _shown(work, talk, after=0, fallback=reply)

    def say(self, token: str, browser: str, text: str, client_id: str, after: int) -> Shown | NotStarted | NoInvite:
        """Carry one message to the bot and show what followed `after`, the last line the page has.

        The same `client_id` again shows the answer again; the bot does not hear the message twice.
        """
        with self._lock(token):
            with self._ledger.read() as work:
                talk_id = talk_under_way(work, token)
                if talk_id is None or not _is_own(work, talk_id, browser):
                    return _not_heard(work, token, browser, after)
            reply = self._talks.turn(talk_id, text, partial(_is_new, client_id))
            if reply.record and reply.record[0].seq == after + 1:
                return Shown(browser, _bubbles(reply.record), reply.stage, reply.language)
            with self._ledger.read() as work:
                return _shown(work, work.session.get_one(Conversation, talk_id), after, fallback=reply)

    @contextmanager
    def _invited(self, token: str) -> Iterator[tuple[UnitOfWork, ChatInvite | NoInvite]]:
        """What the token opens, in a transaction that keeps others away from the person it is about."""
        with self._ledger.begin_for() as work:
            invite = find_invite(work, token)
            if isinstance(invite, ChatInvite):
                account = work.session.get_one(Account, invite.account_id)
                work = self._ledger.with_people(work, [account.debtor_id])
                # Another process may have opened it while this one waited.
                work.session.refresh(invite)
            yield work, invite

    def _lock(self, token: str) -> threading.Lock:
        return self._locks[hash(token) % LOCKS]


def _not_heard(work: UnitOfWork, token: str, browser: str, after: int) -> Shown | NotStarted | NoInvite:
    """What a page sees that sent a message to no talk of its own, or to one that is over."""
    invite = find_invite(work, token)
    if isinstance(invite, NoInvite):
        return invite
    talk = _own_talk(work, invite, browser)
    if talk is None:
        return NotStarted(elsewhere=invite.conversation_id is not None, language=_language_of(work, invite))
    return _shown(work, talk, after)


def _own_talk(work: UnitOfWork, invite: ChatInvite, browser: str) -> Conversation | None:
    if invite.conversation_id is None:
        return None
    if not _is_own(work, invite.conversation_id, browser):
        return None
    return work.session.get(Conversation, invite.conversation_id)


def _is_own(work: UnitOfWork, conversation_id: str, browser: str) -> bool:
    return hmac.compare_digest(browser.encode(), _proof(work, conversation_id).encode())


def _proof(work: UnitOfWork, conversation_id: str) -> str:
    return work.blind_index("chat_browser", conversation_id)


def _is_new(client_id: str, work: UnitOfWork, conversation_id: str, last_seq: int) -> bool:
    """Whether this message was not said before; if so, note that it is, in the transaction that also records it."""
    here = work.session.connection()
    if here.execute(_KNOWN, {"talk": conversation_id, "client": client_id}).first() is not None:
        return False
    note = {"id": work.new_id(), "conversation_id": conversation_id, "client_id": client_id}
    here.execute(_NOTED, {**note, "after_seq": last_seq, "at": work.now})
    return True


def _shown(work: UnitOfWork, talk: Conversation, after: int, fallback: Reply | None = None) -> Shown:
    bubbles = _bubbles(turns_since(work, talk.id, after + 1))
    # What the bot says when it cannot write is not in the ledger; the debtor must still read it.
    if fallback is not None and not any(bubble.speaker == "bot" for bubble in bubbles):
        bubbles += _unrecorded(fallback)
    return Shown(_proof(work, talk.id), bubbles, talk.stage, talk.language)


def _bubbles(record: Iterable[Recorded]) -> tuple[Bubble, ...]:
    return tuple(Bubble(turn.seq, turn.speaker, turn.text, turn.template) for turn in record)


def _unrecorded(reply: Reply) -> tuple[Bubble, ...]:
    return tuple(Bubble(None, "bot", line.text, line.template) for line in reply.lines)


def _language_of(work: UnitOfWork, invite: ChatInvite) -> str:
    account = work.session.get_one(Account, invite.account_id)
    return work.session.get_one(Debtor, account.debtor_id).language
