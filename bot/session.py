"""Conversations with debtors, whatever channel carries them: web chat, terminal and phone all call these methods.

The order of one turn is the law of the talk: redact; sensitive words before anything else; who it is; then the dialogue
model; and only approved sentences out. No transaction is open while the dialogue model thinks.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Protocol
from weakref import WeakValueDictionary

import structlog
from sqlalchemy.exc import SQLAlchemyError

from bot import identity
from bot.acts import after_trigger, asked_enough
from bot.by_voice import ByVoice
from bot.dialogue import Answer, DialogueDown, DialoguePort
from bot.fallback import missed
from bot.language import language_of, requested_language
from bot.opening import open_talk
from bot.phrases import LANGUAGES, say
from bot.redaction import IDENTITY, holds_secret, redact
from bot.reply import Reply as Reply
from bot.reply import reply_read, reply_to
from bot.right_party import is_right_party, wrong_answer
from bot.said_nothing import is_answering_machine, says_nothing
from bot.sensitive import after_closing, trigger_in, without_figures
from bot.talk import GuardBreach, OpenCase, Talk, Terms, talk_on
from bot.triggers import Trigger, named, ready
from bot.turn_times import TurnTimes
from bot.turns import turns_since
from ledger.ledger import Ledger, UnitOfWork
from ledger.tables import Account, Conversation, Debtor

LONGEST_TEXT = 2000

IsNew = Callable[[UnitOfWork, str, int], bool]
"""Whether a message is to be heard, asked in the transaction that would record it: the conversation, its last turn."""


@dataclass(frozen=True, slots=True)
class _Message:
    """What goes on to the dialogue model: an event that our side found out, then the redacted text if there is any."""

    seq: int
    text: str
    event: str | None


class OnCall(Protocol):
    """Whoever is on duty (`desk.paging.Pager`)."""

    def send(self) -> int: ...
    def alarm(self, reason: str, conversation_id: str) -> None: ...


class UnknownConversation(Exception):
    """There is no conversation of that id."""


class Sessions(ByVoice):
    """All talks of this process. Safe to call from several threads; one message of a talk is handled at a time."""

    def __init__(
        self,
        ledger: Ledger,
        dialogue: DialoguePort,
        terms: Terms,
        open_case: OpenCase,
        timer: Callable[[], float] = time.perf_counter,
        on_call: OnCall | None = None,
    ) -> None:
        self._ledger = ledger
        self._dialogue = dialogue
        self._terms = terms
        self._open_case = open_case
        self._timer = timer
        self._on_call = on_call
        self._times = TurnTimes()
        self._guard = threading.Lock()
        self._locks: WeakValueDictionary[str, _Lock] = WeakValueDictionary()
        self._log = structlog.get_logger()
        # Seconds of it: here, and not while the first debtor waits.
        ready()

    def start(self, account_id: str, channel: str, language: str | None = None, attempt_id: str | None = None) -> Reply:
        """Open a talk ("chat", "voice" or "terminal") in `language`, by default the debtor's own.

        :raises sqlalchemy.exc.SQLAlchemyError: the account is unknown, or the attempt already had its talk.
        """
        with self._ledger.begin_for() as work:
            account = work.session.get_one(Account, account_id)
            work = self._ledger.with_people(work, [account.debtor_id])
            wanted = language or work.session.get_one(Debtor, account.debtor_id).language
            conversation = Conversation(
                id=work.new_id(),
                account_id=account.id,
                debtor_id=account.debtor_id,
                attempt_id=attempt_id,
                channel=channel,
                language=wanted if wanted in LANGUAGES else "en",
                stage="verifying",
                facts={},
                opened_at=work.now,
            )
            work.session.add(conversation)
            work.session.flush()
            work.audit("conversation.opened", conversation.id, {"channel": channel})
            talk = Talk(work, conversation, self._terms, self._open_case)
            turns = open_talk(talk, wanted)
            return reply_to(talk.conversation, [turn.line for turn in turns], turns)

    def turn(self, conversation_id: str, text: str, is_new: IsNew = lambda *_: True, *, sure: bool = True) -> Reply:
        """What the bot answers to one message of the debtor.

        :param sure: False: a recogniser may have heard it wrongly; nothing in it is taken for a yes to a read-back.
        :param is_new: False: it was heard before; nothing happens, and the reply is empty.

        When the talk is over, a sensitive word in it is still followed, and nothing else is heard.

        Any failure, of the dialogue model, a record or our own, ends the talk with an apology, a hold and a case; it
        is never raised.

        :raises UnknownConversation: no such conversation.
        """
        return self._safely(conversation_id, lambda: self._turn(conversation_id, text[:LONGEST_TEXT], is_new, sure))

    def _safely(self, conversation_id: str, step: Callable[[], Reply]) -> Reply:
        """What `step` answers, one step of a talk at a time; a failure of any kind ends the talk with an apology."""
        with self._one_at_a_time(conversation_id):
            try:
                return step()
            except DialogueDown as down:
                self._log.error("dialogue_down", conversation_id=conversation_id, why=str(down))
                return self._fail(conversation_id, "dialogue_down")
            except GuardBreach as breach:
                return self._fail(conversation_id, "guard_breach", str(breach))
            except UnknownConversation:
                raise
            except Exception as fault:  # a record that cannot be read or written, or a fault of ours: never go on
                self._log.error("turn_failed", conversation_id=conversation_id, code=type(fault).__name__)
                return self._fail(conversation_id, "record_failed")

    def _turn(self, conversation_id: str, text: str, is_new: IsNew, sure: bool) -> Reply:
        began = self._timer()
        done = self._before_dialogue(conversation_id, text, is_new, sure, began)
        if done is None:
            return self._after_closing(conversation_id, text, is_new)
        if isinstance(done, Reply):
            return done
        return self._after_dialogue(conversation_id, done, self._ask(conversation_id, done), began)

    def _ask(self, conversation_id: str, message: _Message) -> Answer:
        if message.event is None:
            return self._dialogue.hear(conversation_id, message.text)
        told = self._dialogue.tell(conversation_id, message.event)
        if not message.text:
            return told
        heard = self._dialogue.hear(conversation_id, message.text)
        return Answer((*told.turn_ids, *heard.turn_ids), heard.intent, heard.confidence)

    def _before_dialogue(
        self, conversation_id: str, text: str, is_new: IsNew, sure: bool, began: float
    ) -> Reply | _Message | None:
        """Everything that does not need the dialogue model, in one transaction; None: the talk is over."""
        with self._talk_on(conversation_id) as talk:
            if talk.conversation.stage == "closed":
                return None
            if not is_new(talk.work, conversation_id, talk.last_seq):
                return reply_to(talk.conversation)
            if sure == ("unsure" in talk.facts):
                talk.note(unsure=None if sure else True)
            silent = says_nothing(text)
            if not silent and (spoken := language_of(text, talk.language)) != talk.language:
                talk.conversation.language = spoken
            redacted = redact(text)
            wanted = requested_language(redacted)
            trigger = trigger_in(redacted, talk.language, verified=talk.conversation.verified)
            if trigger is None and holds_secret(text):
                trigger = named("card_or_secret_spoken")
            # Who has been asked what is not right is not asked who they are.
            asked_more = "one_question" in talk.facts
            digits = None if talk.conversation.verified or asked_more else identity.digits(text)
            if not talk.conversation.verified:
                redacted = IDENTITY if digits else without_figures(redacted)
            heard = talk.hear(redacted, after_trigger.on_record(trigger))
            danger = trigger is not None and trigger.priority == "P0"
            if not talk.conversation.verified and not danger and is_answering_machine(text):
                # Whatever a recording says, it is no person's wish; and who listens to it later may be anybody.
                talk.say("goodbye")
                talk.close("voicemail")
            elif trigger is not None and not after_trigger.answers(talk, trigger):
                # The collector reads the sentence, not only the part of it that gave the trigger away.
                _answer_trigger(talk, replace(trigger, words=redacted))
            elif not talk.open:
                # A person has been called; until they write, the last words stand.
                talk.say_again(talk.last_lines()[-1:])
            elif wanted is not None:
                talk.conversation.language = wanted
                return _Message(heard.seq, "", "language_switched")
            elif digits is not None:
                if is_right_party(talk, digits):
                    talk.conversation.verified = True
                    talk.conversation.verified_turn = heard.seq
                    talk.work.audit("right_party.verified", conversation_id, {"seq": heard.seq})
                    # "It's 4321, and I can pay on Friday": the rest is answered as well, now that it may be.
                    rest = identity.rest(redact(text))
                    if rest:
                        talk.heard_more(heard, f"{IDENTITY} {rest}")
                        talk.note(more_to_answer=True)
                    return _Message(heard.seq, rest, "right_party_confirmed")
                wrong_answer(talk)
            elif silent:
                _ask_again(talk)
            else:
                return _Message(heard.seq, redacted, None)
            turns = talk.speak()
            self._times.keep(conversation_id, [turn.id for turn in turns], self._since(began))
            self._times.write(talk.work, conversation_id)
            reply = reply_to(talk.conversation, [turn.line for turn in turns], (heard, *turns))
        if danger:
            self._page()
        self._forget_if_ended(reply)
        return reply

    def _after_closing(self, conversation_id: str, text: str, is_new: IsNew = lambda *_: True) -> Reply:
        """What is said when the talk is over: only sensitive words count, and those always do."""
        with self._talk_on(conversation_id) as talk:
            if not is_new(talk.work, conversation_id, talk.last_seq):
                return reply_to(talk.conversation)
            found = after_closing(talk, text)
            record = () if found is None else found[1]
            reply = reply_to(talk.conversation, [turn.line for turn in record if turn.speaker == "bot"], record)
        if found is not None and found[0].priority == "P0":
            self._page()
        return reply

    def _after_dialogue(self, conversation_id: str, message: _Message, answer: Answer, began: float) -> Reply:
        """Hand over the lines that the acts have recorded.

        :raises DialogueDown: the answer names no turn, or one that does not belong to it.
        """
        if not answer.turn_ids:
            raise DialogueDown("the answer is empty")
        with self._ledger.read() as work:
            record = turns_since(work, conversation_id, message.seq)
            answers = {turn.id: turn for turn in record[1:]}
            if not answers.keys() >= set(answer.turn_ids):
                raise DialogueDown("the answer names a turn that is not its own")
            reply = reply_read(work, conversation_id, [answers[each].line for each in answer.turn_ids], record)
        self._times.keep(conversation_id, answer.turn_ids, self._since(began))
        if reply.ended:
            self._write_times(conversation_id)
        self._forget_if_ended(reply)
        return reply

    def _write_times(self, conversation_id: str) -> None:
        """For a talk of which nothing else will be written. A measurement must not cost the debtor the answer."""
        try:
            with self._ledger.begin_for() as work:
                self._times.write(work, conversation_id)
        except SQLAlchemyError as fault:
            self._log.error("time_not_recorded", conversation_id=conversation_id, code=type(fault).__name__)

    def _fail(self, conversation_id: str, reason: str, detail: str | None = None) -> Reply:
        """Apologise, hold, open a case, end. If even that cannot be recorded, say sorry and end all the same."""
        self._log.error("talk_failed", conversation_id=conversation_id, reason=reason)
        try:
            with self._talk_on(conversation_id) as talk:
                # What an act has found says more than that no answer came back.
                trigger = named(str(talk.facts.get("fault", reason)))
                talk.note(breach=talk.facts.get("breach", detail))
                talk.hold(trigger.id, trigger.hold_days)
                talk.say("system_failure")
                talk.escalate(trigger)
                talk.close("failed")
                turns = talk.last_words()
                reply = reply_to(talk.conversation, [turn.line for turn in turns])
            self._page()
        except Exception as fault:  # nothing can be recorded: the debtor must still hear that it ends here
            self._log.error("failure_not_recorded", conversation_id=conversation_id, code=type(fault).__name__)
            self._alarm(conversation_id)
            return Reply(
                conversation_id, (say("system_failure", "zh"), say("system_failure", "en")), "zh", "closed", True, False
            )
        if reason != "dialogue_down":  # who does not answer is not asked to forget: that would take as long again
            self._forget_if_ended(reply)
        return reply

    @contextmanager
    def _talk_on(self, conversation_id: str) -> Iterator[Talk]:
        with talk_on(self._ledger, conversation_id, self._terms, self._open_case) as talk:
            if talk is None:
                raise UnknownConversation
            self._times.write(talk.work, conversation_id)
            yield talk

    def _page(self) -> None:
        """Somebody has to hear of it now. The page is in the records already; the next beat sends what cannot go."""
        if self._on_call is None:
            return
        try:
            self._on_call.send()
        except Exception as fault:
            self._log.error("page_failed", code=type(fault).__name__)

    def _alarm(self, conversation_id: str) -> None:
        if self._on_call is None:
            return
        try:
            self._on_call.alarm("record_failed", conversation_id)
        except Exception as fault:
            self._log.error("page_failed", code=type(fault).__name__)

    def _forget_if_ended(self, reply: Reply) -> None:
        if not reply.ended:
            return
        try:
            self._dialogue.forget(reply.conversation_id)
        except DialogueDown:
            # What Rasa holds is redacted and in memory only; it goes with the next restart at the latest.
            self._log.warning("talk_not_forgotten", conversation_id=reply.conversation_id)

    def _since(self, began: float) -> float:
        return round((self._timer() - began) * 1000, 1)

    @contextmanager
    def _one_at_a_time(self, conversation_id: str) -> Iterator[None]:
        with self._guard:
            lock = self._locks.get(conversation_id)
            if lock is None:
                lock = self._locks[conversation_id] = _Lock()
        with lock.lock:
            yield


class _Lock:
    """A lock that can be referred to weakly, so that a finished talk leaves nothing behind."""

    def __init__(self) -> None:
        self.lock = threading.Lock()


def _answer_trigger(talk: Talk, trigger: Trigger) -> None:
    """Hold, approved words, case; and where the talk may go on, the question that was open."""
    question = talk.last_told()[-1:]
    asked = after_trigger.follow(talk, trigger)
    # Whoever waits for the person that was called hears the last words again, unless worse has come to light.
    if (talk.open and not asked) or not talk.to_say():
        talk.say_again(question)
        asked_enough.mind(talk, trigger.words)


def _ask_again(talk: Talk) -> None:
    """Nothing was said: the question once more, then the choices, then a person."""
    question = talk.last_told()[-1:]
    if missed(talk) == "rephrase":
        talk.say("nothing_heard")
        talk.say_again(question)
