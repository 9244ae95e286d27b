"""Scripts played through the real bot: the same sessions, acts and records as any talk."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final, Protocol

from bot.idle import close_idle
from bot.session import Reply
from ledger.ledger import Ledger
from rehearsal.talks.expect import Seen, unmet
from rehearsal.talks.fill import Filling
from rehearsal.talks.record import HeardTurn, TalkRecord, read_record
from rehearsal.talks.script import Move, Script
from rehearsal.talks.stage import TalkClock, add_account, moment

PLAN_FIELDS: Final = ("parts", "every", "amount", "total", "currency", "first_day", "status")
A_LINE_TAKES: Final = timedelta(seconds=5)
"""Virtual time between two lines."""


class Talks(Protocol):
    """The bot (`bot.session.Sessions`)."""

    def start(self, account_id: str, channel: str, language: str | None = None) -> Reply: ...
    def turn(self, conversation_id: str, text: str) -> Reply: ...
    def unheard(self, conversation_id: str, in_a_row: int) -> Reply: ...
    def hung_up(self, conversation_id: str) -> None: ...


@dataclass(frozen=True, slots=True)
class Played:
    """One script, played to its end. `unmet` are the answers on the way that were not as expected.

    `after_the_end` counts what the debtor still did when the bot had ended the talk.
    """

    script: Script
    filling: Filling
    record: TalkRecord
    unmet: tuple[str, ...]
    after_the_end: int

    def judged(self, violations: Sequence[str]) -> tuple[str, ...]:
        """Everything that is not as it should be: what was not as expected, and every law of a talk that was broken.

        :param violations: the rules that the re-check found broken in this talk.
        :raises ScriptRefused: an expected value that cannot be read.
        """
        ended = unmet(self.script.expects, seen(self.record, self.record.turns, violations), self.filling)
        return (*self.unmet, *ended, *(f"violation: {rule}" for rule in violations))


@dataclass(frozen=True)
class Stage:
    """Where talks are played: `ledger` must run on `clock`, and `talks` on `ledger`. `today` is a script's default."""

    ledger: Ledger
    clock: TalkClock
    talks: Talks
    today: date

    def play(self, script: Script, ref: str) -> Played:
        """Play one script on an account of its own, whose reference is `ref`.

        :raises ScriptRefused: a placeholder or an expected value that cannot be read.
        """
        day = script.day or self.today
        clock = self.clock.begin(moment(script.account, day, script.hour))
        filling = Filling(script.account, script.language, day)
        # Before anything is said: a script that cannot be read to its end is not played half.
        words = [filling.text(move.text) if move.kind == "say" else "" for move in script.moves]
        account_id = add_account(self.ledger, ref, script.account, script.language, day)
        reply = self.talks.start(account_id, script.channel, script.language)
        talk, missing, unrecorded, late, quiet = reply.conversation_id, list[str](), list[HeardTurn](), 0, 0
        for move, text in zip(script.moves, words, strict=True):
            clock.advance(A_LINE_TAKES)
            late += reply.ended
            before = len(read_record(self.ledger, talk).turns) if move.expects else 0
            quiet = quiet + 1 if move.kind == "silence" else 0
            if move.kind == "wait":
                clock.advance(timedelta(minutes=move.minutes))
                close_idle(self.ledger, self.talks)
            elif move.kind == "hang_up":
                self.talks.hung_up(talk)
            else:
                reply = self.talks.turn(talk, text) if move.kind == "say" else self.talks.unheard(talk, quiet)
            record = read_record(self.ledger, talk)
            unrecorded += _not_recorded(reply, record)
            missing += self._unmet_by(move, record, before, filling)
        return Played(script, filling, read_record(self.ledger, talk, unrecorded), tuple(missing), late)

    def _unmet_by(self, move: Move, record: TalkRecord, before: int, filling: Filling) -> list[str]:
        return unmet(move.expects, seen(record, record.turns[before:], ()), filling) if move.expects else []


def _not_recorded(reply: Reply, record: TalkRecord) -> list[HeardTurn]:
    kept = {turn.text for turn in record.turns if turn.speaker == "bot"}
    return [HeardTurn(None, "bot", line.text, line.template) for line in reply.lines if line.text not in kept]


def seen(record: TalkRecord, turns: Sequence[HeardTurn], violations: Sequence[str]) -> Seen:
    """What expectations are held against, after `turns` of a talk."""
    bot = [turn for turn in (*turns, *record.unrecorded) if turn.speaker == "bot"]
    debtor = [turn for turn in turns if turn.speaker == "debtor"]
    return Seen(
        lines=[turn.text for turn in bot],
        debtor_turns=len(debtor),
        values={
            "disposition": record.disposition,
            "stage": record.stage,
            "language": record.language,
            "verified": record.verified,
            "ended": record.ended,
            "escalated": record.escalated,
        },
        lists={
            "triggers": [turn.trigger for turn in debtor if turn.trigger],
            "intents": [turn.intent for turn in debtor if turn.intent],
            "templates": [turn.template for turn in bot if turn.template],
            "disclosures": [each.kind for each in record.disclosures],
            "holds": [each.reason for each in record.holds],
            "queues": [each.queue for each in record.escalations],
            "priorities": [each.priority for each in record.escalations],
            "violations": violations,
        },
        records={
            "promises": [_texts(each, "amount", "currency", "due_on", "status") for each in record.promises],
            "plans": [_texts(each, *PLAN_FIELDS) for each in record.plans],
            "escalations": [_texts(each, "trigger", "priority", "queue") for each in record.escalations],
        },
    )


def _texts(value: Any, *names: str) -> Mapping[str, str]:
    return {name: str(getattr(value, name)) for name in names}
