"""The bot's talks, with the two things that only a telephone knows: nothing was heard clearly, and they hung up."""

from __future__ import annotations

from sqlalchemy.exc import SQLAlchemyError

from bot.session import Reply, Sessions, _reply
from bot.talk import GuardBreach, spoken
from bot.triggers import named

# Asked again this often in a row, a debtor is not understood by this machine: a person should take over.
MOST_ASKED_AGAIN = 2


class PhoneSessions(Sessions):
    """Talks by telephone."""

    def unheard(self, conversation_id: str, in_a_row: int) -> Reply:
        """Ask again, because the last answer was not heard clearly; after that has failed, let a person take over.

        What may have been said is not recorded: it would be a guess.

        :param in_a_row: how many answers in a row were not heard, this one included.
        :raises UnknownConversation: no such conversation.
        """
        with self._one_at_a_time(conversation_id):
            try:
                with self._ledger.begin() as work:
                    talk = self._load(work, conversation_id)
                    if not talk.open:
                        return _reply(talk, [])
                    if in_a_row <= MOST_ASKED_AGAIN:
                        talk.say("rephrase")
                    else:
                        talk.say("handoff_next_day")
                        talk.escalate(named("not_understood"))
                        talk.close("handed_over")
                    reply = _reply(talk, [spoken(work, turn) for turn in talk.speak()])
            except GuardBreach:
                return self._fail(conversation_id, "guard_breach")
            except SQLAlchemyError:
                return self._fail(conversation_id, "record_failed")
            self._forget_if_ended(reply)
            return reply

    def hung_up(self, conversation_id: str) -> None:
        """The debtor has hung up: the talk is over, and its attempt is finished.

        :raises UnknownConversation: no such conversation.
        """
        with self._one_at_a_time(conversation_id):
            with self._ledger.begin() as work:
                talk = self._load(work, conversation_id)
                if not talk.open:
                    return
                talk.close("hung_up")
                over = _reply(talk, [])
            self._forget_if_ended(over)
