"""What the bot says, and writes down, while a person is fetched to the telephone and when none can be had."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from bot.acts.callback import wish_for
from bot.callback_slot import Slot, next_slot
from bot.phrases import Line
from bot.talk import OpenCase, Talk, Terms, talk_on
from bot.triggers import named
from ledger.ledger import Ledger
from strategy.permission import permitted
from strategy.policy.decision import Deny


@dataclass(frozen=True, slots=True)
class Told:
    """Sentences to be spoken now, which the record holds already, and the call-back they offer if they do."""

    lines: tuple[Line, ...]
    language: str
    slot: Slot | None = None


@dataclass(frozen=True, slots=True)
class Transfers:
    """The bot's words around a hand-over. Each is recorded before it is returned; it blocks, so call it in a thread.

    :raises bot.talk.GuardBreach: by every method: a sentence that may not be said, or not now.
    """

    ledger: Ledger
    terms: Terms
    open_case: OpenCase

    def say(self, conversation_id: str, *templates: str) -> Told:
        """Approved sentences without facts."""

        def words(talk: Talk) -> None:
            for template in templates:
                talk.say(template)

        return self._told(conversation_id, words)

    def offer(self, conversation_id: str, why: str) -> Told:
        """Say `why` nobody is on the line, and offer the next time at which a person may call back.

        Nothing is offered to whoever is not known to be the right party, nor where the gate lets nobody call.
        """
        slot: Slot | None = None

        def words(talk: Talk) -> None:
            nonlocal slot
            talk.say(why)
            slot = _slot(talk)
            if slot is None:
                talk.say("case_stays")
            else:
                talk.say("callback_slot", due_on=slot.on, hours=str(slot.span))

        told = self._told(conversation_id, words)
        return Told(told.lines, told.language, slot)

    def agree(self, conversation_id: str, slot: Slot) -> Told:
        """The debtor wants to be called then: the wish, a hold for the bot until that day, a case, and the words."""

        def words(talk: Talk) -> None:
            talk.hear("[1]")
            talk.note(callback_on=slot.on.isoformat(), callback_hours=str(slot.span))
            wish_for(talk, slot.on, slot.span)
            talk.hold("callback_wanted", max((slot.on - talk.today).days, 1))
            talk.say("callback_noted_at", due_on=slot.on, hours=str(slot.span))
            talk.escalate(named("callback_wanted"), tell=False)

        return self._told(conversation_id, words)

    def _told(self, conversation_id: str, words: Callable[[Talk], None]) -> Told:
        with talk_on(self.ledger, conversation_id, self.terms, self.open_case) as talk:
            if talk is None:
                return Told((), "en")
            words(talk)
            lines = tuple(turn.line for turn in talk.speak())
            return Told(lines, talk.language)


def _slot(talk: Talk) -> Slot | None:
    if not talk.conversation.verified:
        return None
    said = permitted(talk.work, talk.account.id, "voice", "human", talk.terms.packs)
    if isinstance(said, Deny) and said.next_allowed_at is None:
        return None
    earliest = said.next_allowed_at if isinstance(said, Deny) else None
    return next_slot(talk.work.now, tuple(talk.debtor.tz_candidates), earliest)
