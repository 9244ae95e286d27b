"""What only a telephone knows and the record should too: not heard, silent, a key, a line that is down."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from typing import Final

from sqlmodel import col, select

from bot.acts import after_trigger
from bot.reply import Reply, reply_to
from bot.talk import Talk
from bot.triggers import named
from ledger.tables import Disclosure, Turn

# Asked again this often in a row, a voice is not understood by this machine: a person should take over.
MOST_ASKED_AGAIN: Final = 2
# Asked this often in a row whether anybody is there, and nobody was.
MOST_CALLED_OUT: Final = 2
WISHES: Final = {"0": "ask_for_human_or_are_you_a_bot", "9": "cease_request"}
"""What a single key asks for."""


class ByVoice:
    """The steps of a talk that no word of the debtor stands behind. `bot.session.Sessions` has them all."""

    turn: Callable[..., Reply]
    _safely: Callable[[str, Callable[[], Reply]], Reply]
    _talk_on: Callable[[str], AbstractContextManager[Talk]]
    _one_at_a_time: Callable[[str], AbstractContextManager[None]]
    _forget_if_ended: Callable[[Reply], None]
    _fail: Callable[[str, str], Reply]
    _after_closing: Callable[[str, str], Reply]

    def unheard(self, conversation_id: str, in_a_row: int) -> Reply:
        """Ask again, because a voice was not heard clearly; after that has failed, let a person take over.

        What may have been said is not recorded: it would be a guess. A failure is answered as in `turn`.

        :param in_a_row: how many answers in a row were not heard, this one included.
        :raises UnknownConversation: no such conversation.
        """

        def ask_again(talk: Talk) -> None:
            if in_a_row <= MOST_ASKED_AGAIN:
                talk.say("rephrase")
            else:
                talk.say("handoff_next_day")
                talk.escalate(named("not_understood"))
                talk.close("handed_over")

        return self._step(conversation_id, ask_again)

    def half_heard(self, conversation_id: str, text: str) -> Reply:
        """What was heard, and perhaps wrongly: as `turn`, but a yes binds nobody, and what sounds alike is asked back.

        :raises UnknownConversation: no such conversation.
        """
        return self.turn(conversation_id, text, sure=False)

    def overheard(self, conversation_id: str, text: str) -> Reply:
        """What was said over the bot's last words, or while a person is waited for: sensitive words alone count.

        A failure is answered as in `turn`.
        :raises UnknownConversation: no such conversation.
        """
        return self._safely(conversation_id, lambda: self._after_closing(conversation_id, text))

    def nobody_spoke(self, conversation_id: str, in_a_row: int) -> Reply:
        """Ask whether anybody is there, with the open question; when nobody has answered that, say goodbye.

        :param in_a_row: how many silences in a row, this one included.
        :raises UnknownConversation: no such conversation.
        """

        def call_out(talk: Talk) -> None:
            if in_a_row <= MOST_CALLED_OUT:
                question = talk.last_lines()[-1:]
                talk.say("nothing_heard")
                talk.say_again(question)
            else:
                talk.say("goodbye")
                talk.close("no_input")

        return self._step(conversation_id, call_out)

    def key(self, conversation_id: str, key: str) -> Reply:
        """Do what a single key asks for, as if it had been said: "0" a person, "9" no more calls.

        A wish for no more calls counts after the bot's last words too; nothing is said to it any more.

        :raises UnknownConversation: no such conversation.
        :raises KeyError: a key without such a meaning.
        """
        trigger = named(WISHES[key], f"[{key}]")

        def obey(talk: Talk) -> None:
            talk.hear(f"[{key}]", trigger.id)
            after_trigger.follow(talk, trigger)

        return self._step(conversation_id, obey, late=key == "9")

    def machine_answered(self, conversation_id: str) -> Reply:
        """A voicemail has answered: not a word more.

        :raises UnknownConversation: no such conversation.
        """
        return self._step(conversation_id, lambda talk: talk.close("voicemail"))

    def machine_asked(self, conversation_id: str) -> Reply:
        """A machine asks in the person's place who is calling: the greeting once more, which names no debt.

        :raises UnknownConversation: no such conversation.
        """
        return self._step(conversation_id, lambda talk: talk.say("greeting_voice", bank=talk.bank))

    def broke(self, conversation_id: str) -> Reply:
        """Hearing or speaking has failed: apologise, hold, open a case, end.

        :raises UnknownConversation: no such conversation.
        """
        reply = self._safely(conversation_id, lambda: self._fail(conversation_id, "dialogue_down"))
        self._forget_if_ended(reply)
        return reply

    def hung_up(self, conversation_id: str) -> None:
        """The debtor has left: the talk is over, and its attempt is finished.

        :raises UnknownConversation: no such conversation.
        :raises sqlalchemy.exc.SQLAlchemyError: it could not be recorded.
        """
        with self._one_at_a_time(conversation_id):
            with self._talk_on(conversation_id) as talk:
                if not talk.open:
                    return
                talk.close("hung_up")
                over = reply_to(talk.conversation, [])
            self._forget_if_ended(over)

    def heard_to_end(self, conversation_id: str, heard: Sequence[str], cut_off: Sequence[str]) -> None:
        """Write down which disclosures the debtor has heard to their end, and take back those that were cut off.

        :param heard: ids of turns of the bot of which that is proven.
        :param cut_off: ids of turns of which it is not: what they would have told does not count as told.
        :raises UnknownConversation: no such conversation.
        :raises sqlalchemy.exc.SQLAlchemyError: it could not be recorded.
        """
        if not heard and not cut_off:
            return
        with self._one_at_a_time(conversation_id), self._talk_on(conversation_id) as talk:
            for each in self._disclosed_in(talk, heard):
                talk.work.audit("disclosure.heard", each.id, {"conversation": conversation_id, "kind": each.kind})
            for each in self._disclosed_in(talk, cut_off):
                talk.work.audit("disclosure.cut_off", each.id, {"conversation": conversation_id, "kind": each.kind})
                talk.work.session.delete(each)
                talk.note(cut_off=True)

    def _disclosed_in(self, talk: Talk, turn_ids: Sequence[str]) -> Sequence[Disclosure]:
        turns = select(Turn.seq).where(Turn.conversation_id == talk.conversation.id, col(Turn.id).in_(turn_ids))
        made = select(Disclosure).where(
            Disclosure.conversation_id == talk.conversation.id, col(Disclosure.turn_seq).in_(turns)
        )
        return talk.work.session.exec(made).all()

    def _step(self, conversation_id: str, act: Callable[[Talk], None], *, late: bool = False) -> Reply:
        """One step of a talk that the dialogue model is not asked about; nothing once it is over, unless `late`."""

        def step() -> Reply:
            with self._talk_on(conversation_id) as talk:
                if not talk.open and not late:
                    return reply_to(talk.conversation, [])
                act(talk)
                turns = talk.speak()
                reply = reply_to(talk.conversation, [turn.line for turn in turns], turns)
            self._forget_if_ended(reply)
            return reply

        return self._safely(conversation_id, step)
