"""One talk inside one transaction: what is said, held, promised to a person and closed, all written together."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import ROUND_UP, Decimal
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from sqlmodel import col, select

from bot import packet
from bot.disclosures import NoWords
from bot.facts import Fact
from bot.guards import Breach, check
from bot.loading import conversation_of, person_of, whose
from bot.phrases import Line, say, template
from bot.promises import Floors, Offer
from bot.telling import Telling
from bot.triggers import Trigger, answer
from bot.turns import Recorded, last_turns, note_reading, record_turn, said_more
from ledger.handoff import Escalation, MayContact
from ledger.ledger import Ledger, UnitOfWork
from ledger.money import Money
from ledger.tables import Account, Conversation, Debtor, Turn
from strategy.contact_outcome import finish
from strategy.holds.placing import About, hold_for
from strategy.holds.recording import place
from strategy.holds.said import record_wish, revoke_all
from strategy.holds.wishes import NewWish
from strategy.permission import permitted
from strategy.policy.decision import Deny
from strategy.policy.packs import Packs, shipped_packs
from strategy.service_levels import taken_up_by
from strategy.treatment_of import treatment_of
from strategy.treatments import Treatment

OpenCase = Callable[[UnitOfWork, Escalation], str]

# Never the first to hang up on somebody who may harm themselves: the talk stays open for the person who is called.
STAYS = frozenset({"self_harm"})
# What a collector sees of the facts that the talk has gathered.
GATHERED = (
    *("amount", "day", "reason", "callback_on", "callback_hours", "plan_count", "plan_each", "plan_first"),
    *("dispute_reason", "hardship_cause", "hardship_means", "breach"),
)
PEOPLES_CHANNELS = ("voice", "chat")
# Lines after which the question before them is still the one that is open.
KEEPS_GOING = frozenset({"rephrase", "nothing_heard", "take_your_time", "small_talk", "thanks", "clarify_form"})
# Who is told until when a person takes it up: those who may expect to hear from somebody, and are not in danger now.
TOLD_UNTIL_WHEN = frozenset(
    {"ask_for_human_or_are_you_a_bot", "not_understood", "cannot_commit", "dispute_not_mine", "complaint_regulator"}
    | {"hardship_unemployment", "dialogue_down", "record_failed", "guard_breach", "disclosure_missing"}
    | {"serious_illness", "elderly_cognitive_vulnerability", "disaster", "military_service", "lawyer_represented"}
    | {"bankruptcy_insolvency", "language_barrier", "data_rights_request", "deaf_or_speech_impairment"}
    | {"identity_failed", "incarceration_or_detention", "promise_pressure_or_third_party_payer"}
)
# What came of a talk that a trigger ended, where the desk has a word of its own for it.
DISPOSITIONS = {
    "dispute_not_mine": "dispute_opened",
    "hardship_unemployment": "hardship_referred",
    "complaint_regulator": "complaint_opened",
    "cease_request": "cease_recorded",
    "third_party_answering": "wrong_person",
    "minor_answering": "wrong_person",
    "lawyer_represented": "legal_represented",
}


@dataclass(frozen=True, slots=True)
class Terms:
    """What the bank has the bot say of it: its name by language, where a debtor pays (a link), and under which law."""

    bank: Mapping[str, str]
    pay_link: str
    packs: Packs = field(default_factory=shipped_packs)


def floors_of(account: Account, treatment: Treatment) -> Floors:
    """The bounds of a promise on `account` as its treatment allows; the smallest part is rounded up to a whole unit.

    Where no part is offered it is all that is due, and where no later day is, it is today.
    """
    smallest = (account.amount_due * treatment.part_floor).quantize(Decimal(1), rounding=ROUND_UP)
    if "part" not in treatment.offers:
        smallest = account.amount_due
    return Floors(
        smallest=Money(smallest, account.currency),
        due=Money(account.amount_due, account.currency),
        balance=Money(account.balance, account.currency),
        days=treatment.promise_days if "later" in treatment.offers else 0,
    )


class GuardBreach(Exception):
    """A sentence that must not leave the bot was about to; the transaction is rolled back and the talk stops."""

    def __init__(self, breaches: tuple[Breach, ...]) -> None:
        super().__init__(", ".join(map(str, breaches)))
        self.breaches = breaches


class Talk:
    """A conversation, loaded for one transaction. Nothing is spoken before `speak`, and nothing lasts without it."""

    def __init__(
        self, work: UnitOfWork, conversation: Conversation, terms: Terms, open_case: OpenCase, last_seq: int = 0
    ) -> None:
        self.work = work
        self.conversation = conversation
        self.last_seq = last_seq
        """The number of the latest turn; 0 before the first."""
        self.terms = terms
        self._open_case = open_case
        self._lines: list[tuple[Line, tuple[str, ...]]] = []

    @cached_property
    def _whose(self) -> tuple[Account, Debtor]:
        return whose(self.work, self.conversation.account_id)

    @property
    def account(self) -> Account:
        return self._whose[0]

    @property
    def debtor(self) -> Debtor:
        return self._whose[1]

    @cached_property
    def telling(self) -> Telling:
        """What the law wants told in this talk."""
        return Telling(self.work, self.conversation, self.debtor, self.terms.packs)

    @property
    def language(self) -> str:
        return self.conversation.language

    @property
    def facts(self) -> dict[str, Any]:
        """What the talk has gathered; change it through `note`, which the ledger notices."""
        return self.conversation.facts

    @property
    def today(self) -> date:
        """The debtor's day, in the first of the zones they may be in."""
        return self._local_day(self.work.now)

    def _local_day(self, moment: datetime) -> date:
        zones = self.debtor.tz_candidates
        return moment.astimezone(ZoneInfo(zones[0])).date() if zones else moment.date()

    @property
    def open(self) -> bool:
        """Whether the bot may still go on with it."""
        return self.conversation.closed_at is None

    @property
    def escalated(self) -> bool:
        """Whether the talk has opened a case."""
        return bool(self.facts.get("escalated"))

    @cached_property
    def treatment(self) -> Treatment:
        """How this account is treated: the tone, and what may be agreed to."""
        return treatment_of(self.work, self.account.id)

    @property
    def floors(self) -> Floors:
        """The bounds of a promise in this talk."""
        return floors_of(self.account, self.treatment)

    @property
    def bank(self) -> str:
        """The bank's name in the talk's language."""
        return self.terms.bank[self.language]

    def money(self, amount: Decimal) -> Money:
        return Money(amount, self.account.currency)

    def note(self, **facts: Any) -> None:
        """Remember facts of the talk; None forgets one."""
        kept = {name: value for name, value in {**self.conversation.facts, **facts}.items() if value is not None}
        # Set to what it is already, the ledger would look for what else has changed with it.
        if kept != self.conversation.facts:
            self.conversation.facts = kept

    def hear(self, text: str, trigger: str | None = None) -> Recorded:
        """Record what the debtor said; `text` is redacted already."""
        return self._record("debtor", text, trigger=trigger)

    def read_as(self, intent: str, confidence: float) -> None:
        """Record how the dialogue model reads what the debtor said last; `confidence` is between 0 and 1."""
        note_reading(self.work, self.conversation.id, intent, confidence)

    def mark(self, trigger: Trigger) -> None:
        """Mark what was said last with a trigger that only the dialogue model found."""
        said = select(Turn).where(Turn.conversation_id == self.conversation.id, Turn.speaker == "debtor")
        last = self.work.session.exec(said.order_by(col(Turn.seq).desc()).limit(1)).first()
        if last is not None:
            last.trigger = last.trigger or trigger.id

    def heard_more(self, turn: Recorded, text: str) -> None:
        """Record what of a turn may be kept now that the right party has shown who they are; redacted already."""
        said_more(self.work, turn.id, text)

    def say(self, template: str, *, discloses: tuple[str, ...] = (), **facts: Fact) -> None:
        """Add an approved sentence to what will be spoken; `discloses` are the kinds of disclosure it makes."""
        self._lines.append((say(template, self.language, **facts), discloses))

    def say_again(self, lines: Iterable[Line]) -> None:
        """Add lines that were spoken before, in the words of then."""
        self._lines.extend((line, ()) for line in lines)

    def to_say(self) -> list[str]:
        """The templates of what is to be spoken so far."""
        return [line.template for line, _ in self._lines]

    def last_to_say(self) -> Line | None:
        """The last sentence that is to be spoken so far."""
        return self._lines[-1][0] if self._lines else None

    def unsay_last(self) -> None:
        """Take back the last sentence, which has not been spoken."""
        self._lines.pop()

    def speak(self) -> tuple[Recorded, ...]:
        """Record the sentences added so far as the bot's turns, with what the law wants told before them.

        :raises GuardBreach: one of them must not be said, or not now.
        """
        added = self.telling.additions([line for line, _ in self._lines])
        if isinstance(added, NoWords):
            raise GuardBreach(tuple(Breach("", "denied", name) for name in added.lacking))
        for at, sentence in reversed(added):
            self._lines.insert(at, (self._worded(sentence), ()))
        lines = [line for line, _ in self._lines]
        breaches = check(lines, self.conversation.verified)
        if breaches := breaches or self.telling.objections(lines, opening=self.last_seq == 0):
            self._lines.clear()
            raise GuardBreach(breaches)
        return self._spoken()

    def last_words(self) -> tuple[Recorded, ...]:
        """Record the sentences that end a talk in which something went wrong: neutral ones, whoever hears them.

        The law is not asked again, since it may be just what went wrong.
        :raises GuardBreach: one of them is not for everybody's ears.
        """
        if breaches := check((line for line, _ in self._lines), verified=False):
            raise GuardBreach(breaches)
        return self._spoken()

    def _spoken(self) -> tuple[Recorded, ...]:
        turns = []
        for line, discloses in self._lines:
            turn = self._record("bot", line.text, template=line.template)
            self.telling.record(line, discloses, turn.seq)
            turns.append(turn)
        self._lines.clear()
        return tuple(turns)

    def _worded(self, sentence: str) -> Line:
        """A sentence of the law's, which may name the bank and nothing else."""
        named = "bank" in template(sentence, self.language).fields
        return say(sentence, self.language, **({"bank": self.bank} if named else {}))

    def follow(self, trigger: Trigger) -> None:
        """Do what a trigger asks for, in its order: what it forbids, the approved words, the case, the end."""
        self.hold(trigger.id, trigger.hold_days)
        if trigger.revokes:
            revoke_all(self.work, self.debtor.id, self.conversation.channel, "talk", "bot")
        waits_for_a_person = not self.open
        if not waits_for_a_person or trigger.priority == "P0":
            self.say(answer(trigger, self.conversation.verified))
        if trigger.escalate:
            self.escalate(trigger)
        if trigger.then == "stop" and not waits_for_a_person:
            self.close(DISPOSITIONS.get(trigger.id, "handed_over" if trigger.escalate else "stopped"))
            if trigger.id in STAYS:
                self.conversation.stage = "with_person"

    def hold(self, reason: str, days: int | None) -> None:
        """Hold contact for `days` days at least (None: until a person lifts it; 0: no hold)."""
        if days == 0:
            return
        about = About(self.account.id, self.conversation.channel, self.debtor.phone_index)
        wanted = hold_for(reason, about, self.work.now, days)
        place(self.work, self.debtor.id, wanted, "bot", self.conversation.id)

    def wish(self, wanted: NewWish) -> None:
        """Write down what the debtor wishes about being contacted."""
        record_wish(self.work, self.debtor.id, wanted, "talk", "bot")

    def escalate(self, trigger: Trigger, *, tell: bool = True) -> str:
        """Open a case with everything the talk has gathered, tell the debtor until when, and return the case's id.

        :param tell: False where the talk goes on for a question or two; the same case then takes what comes of it.
        """
        work, conversation = self.work, self.conversation
        work.session.flush()
        by = taken_up_by(trigger.id, trigger.priority, work.now)
        if tell and self.open and trigger.id in TOLD_UNTIL_WHEN:
            self.say("colleague_by", due_on=self._local_day(by))
        gathered = packet.TalkSoFar(
            account_id=self.account.id,
            debtor_id=self.debtor.id,
            conversation_id=conversation.id,
            language=self.language,
            verified=conversation.verified,
            facts={name: str(self.facts[name]) for name in GATHERED if name in self.facts},
            offers=self._offers(),
            disclosures=self.telling.told(),
            said=self._said(),
            told_next=" ".join(line.text for line, _ in self._lines),
            taken_up_by=by,
            may_contact=tuple(self._may_contact(channel) for channel in PEOPLES_CHANNELS),
        )
        self.note(escalated=True)
        return self._open_case(work, packet.build(trigger, gathered))

    def _said(self) -> tuple[str, ...]:
        """What the debtor has said so far, redacted."""
        heard = select(Turn).where(Turn.conversation_id == self.conversation.id, Turn.speaker == "debtor")
        turns = self.work.session.exec(heard.order_by(col(Turn.seq)))
        return tuple(self.work.open("turn", "text_sealed", turn.id, turn.text_sealed) for turn in turns)

    def _may_contact(self, channel: str) -> MayContact:
        """What the gate lets a person do about this debt, with the holds that this talk has placed."""
        decision = permitted(self.work, self.account.id, channel, "human", self.terms.packs)
        if isinstance(decision, Deny):
            return MayContact(channel, decision.codes, decision.next_allowed_at)
        return MayContact(channel)

    def close(self, disposition: str) -> None:
        """End the talk for the bot. A promise already taken stays the disposition."""
        conversation = self.conversation
        conversation.stage = "closed"
        conversation.disposition = conversation.disposition or disposition
        conversation.closed_at = self.work.now
        if conversation.attempt_id is not None:
            # What a machine has heard is no conversation.
            came_of_it = "voicemail_left" if conversation.disposition == "voicemail" else "conversation"
            finish(self.work, conversation.attempt_id, came_of_it)
        self.work.audit("conversation.closed", conversation.id, {"disposition": conversation.disposition})

    def _offers(self) -> tuple[Offer, ...]:
        due = self.account.amount_due
        return tuple(
            Offer(self.money(Decimal(amount)), date.fromisoformat(day), Decimal(amount) >= due)
            for amount, day in self.facts.get("offers", ())
        )

    def last_told(self) -> list[Line]:
        """The bot's last lines in a row that tell or ask something; what only keeps the talk going is left out."""
        lines: list[Line] = []
        for turn in last_turns(self.work, self.conversation.id):
            if turn.speaker == "bot" and turn.template not in KEEPS_GOING:
                lines.append(turn.line)
            elif turn.speaker != "bot" and lines:
                break
        return lines[::-1]

    def last_lines(self) -> list[Line]:
        """The bot's last lines in a row, in the order they were said; the last of them is the open question."""
        lines: list[Line] = []
        for turn in last_turns(self.work, self.conversation.id):
            if turn.speaker == "bot":
                lines.append(turn.line)
            elif lines:
                break
        return lines[::-1]

    def _record(self, speaker: str, text: str, *, template: str | None = None, trigger: str | None = None) -> Recorded:
        self.last_seq += 1
        turn = Recorded(self.work.new_id(), self.last_seq, speaker, text, template)
        record_turn(self.work, turn, self.conversation.id, self.language, trigger)
        return turn


@contextmanager
def talk_on(ledger: Ledger, conversation_id: str, terms: Terms, open_case: OpenCase) -> Iterator[Talk | None]:
    """The conversation, loaded in a transaction that keeps others away from its person alone; None: no such one."""
    with ledger.begin_for() as work:
        person = person_of(work, conversation_id)
        if person is None:
            yield None
            return
        work = ledger.with_people(work, [person])
        conversation, last_seq = conversation_of(work, conversation_id)
        yield Talk(work, conversation, terms, open_case, last_seq)
