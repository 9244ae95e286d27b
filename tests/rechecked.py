"""A ledger with one person, and words for what may be done to it: for the tests of the re-check."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from seeded import KEYS, StoppedClock
from sqlalchemy import text

from ledger.ledger import Ledger
from ledger.tables import (
    Account,
    Attempt,
    Case,
    Consent,
    Conversation,
    Debtor,
    Decision,
    Disclosure,
    Hold,
    Promise,
    Turn,
)
from rehearsal.recheck import Recheck, recheck

GREETING = "您好，我是善行银行的智能助手，不是真人。本次对话会被记录。"
READ_BACK = "我跟您核对一下：您在2026年3月12日星期四前支付新台币2300元，对吗？"
AMERICAN = {"jurisdictions": ["US-FED"], "tz_candidates": ["America/New_York", "America/Chicago"]}
NEW_YORK_NOON = datetime.fromisoformat("2026-03-04T17:00:00+00:00")


@dataclass
class World:
    """A ledger with one person, and words for what may be done to it."""

    ledger: Ledger
    clock: StoppedClock
    account: Account

    def person(self, **changes: Any) -> None:
        with self.ledger.begin() as work:
            debtor = work.session.get_one(Debtor, self.account.debtor_id)
            for name, value in changes.items():
                setattr(debtor, name, value)

    def american(self) -> None:
        self.person(**AMERICAN)
        self.clock.now = NEW_YORK_NOON
        self.consent("artificial_voice", "granted")
        self.clock.advance(minutes=1)

    def consent(self, kind: str, status: str) -> None:
        with self.ledger.begin() as work:
            work.session.add(
                Consent(id=work.new_id(), debtor_id=self.account.debtor_id, kind=kind, status=status, at=work.now)
            )

    def attempt(
        self, channel: str = "voice", outcome: str | None = "ring_no_answer", agent: str = "bot", **decided: Any
    ) -> str:
        with self.ledger.begin() as work:
            who = {"account_id": self.account.id, "debtor_id": self.account.debtor_id}
            decision = {"channel": channel, "agent": agent, "at": work.now, "allowed": True, **who, **decided}
            decision_id, attempt_id = work.new_id(), work.new_id()
            work.session.add(Decision(id=decision_id, reasons=[], facts={}, facts_hash="", packs={}, **decision))
            work.session.flush()
            work.session.add(
                Attempt(
                    id=attempt_id,
                    decision_id=decision_id,
                    channel=channel,
                    agent=agent,
                    number_index="number-1",
                    status="finished",
                    outcome=outcome,
                    reserved_at=work.now,
                    **who,
                )
            )
            said = {name: decision[name] for name in ("channel", "agent", "allowed")}
            work.audit("contact.decided", decision_id, {"account": decision["account_id"], **said})
            work.audit("attempt.reserved", attempt_id, {"decision": decision_id})
            work.audit("attempt.finished", attempt_id, {"outcome": outcome})
        return attempt_id

    def hold(self, reason: str = "cease_request", **more: Any) -> None:
        with self.ledger.begin() as work:
            fields = {"scope": "person", "created_at": work.now, **more}
            work.session.add(Hold(id=work.new_id(), debtor_id=self.account.debtor_id, reason=reason, **fields))

    def talk(self, **changes: Any) -> str:
        with self.ledger.begin() as work:
            talk_id = work.new_id()
            fields = {"channel": "chat", "language": "zh", "stage": "talking", "facts": {}, "opened_at": work.now}
            who = {"account_id": self.account.id, "debtor_id": self.account.debtor_id}
            work.session.add(Conversation(id=talk_id, **who, **{**fields, **changes}))
        return talk_id

    def say(self, talk_id: str, seq: int, speaker: str, line: str, trigger: str | None = None) -> None:
        self.clock.advance(seconds=5)
        with self.ledger.begin() as work:
            turn_id = work.new_id()
            work.session.add(
                Turn(
                    id=turn_id,
                    conversation_id=talk_id,
                    seq=seq,
                    speaker=speaker,
                    text_sealed=work.seal("turn", "text_sealed", turn_id, line),
                    language="zh",
                    trigger=trigger,
                    at=work.now,
                )
            )

    def disclosed(self, talk_id: str, kind: str, seq: int) -> None:
        with self.ledger.begin() as work:
            work.session.add(
                Disclosure(
                    id=work.new_id(), conversation_id=talk_id, kind=kind, language="zh", turn_seq=seq, at=work.now
                )
            )

    def promise(self, talk_id: str | None, **changes: Any) -> None:
        with self.ledger.begin() as work:
            fields = {
                "amount": Decimal(2300),
                "currency": "TWD",
                "due_on": date(2026, 3, 12),
                "read_back_at": work.now - timedelta(seconds=5),
                "confirmed_at": work.now,
                **changes,
            }
            work.session.add(Promise(id=work.new_id(), account_id=self.account.id, conversation_id=talk_id, **fields))

    def case(self, talk_id: str, trigger: str) -> None:
        with self.ledger.begin() as work:
            work.session.add(
                Case(
                    id=work.new_id(),
                    account_id=self.account.id,
                    debtor_id=self.account.debtor_id,
                    conversation_id=talk_id,
                    queue="care",
                    priority="P1",
                    trigger=trigger,
                    language="zh",
                    packet_sealed=b"",
                    opened_at=work.now,
                    due_at=work.now,
                )
            )

    def promising_talk(self) -> str:
        """A talk as it should be: greeting, identity, amount, promise read back, yes, recorded."""
        talk_id = self.talk(verified=True, verified_turn=3)
        self.say(talk_id, 1, "bot", GREETING)
        self.disclosed(talk_id, "automated", 1)
        self.say(talk_id, 2, "bot", "请先告诉我您身份证件号码的后四位。")
        self.say(talk_id, 3, "debtor", "[identity]")
        self.say(talk_id, 4, "bot", "新台币4325元已逾期21天。")
        self.disclosed(talk_id, "debt_facts", 4)
        self.say(talk_id, 5, "debtor", "我十二号付两千三")
        self.say(talk_id, 6, "bot", READ_BACK)
        self.say(talk_id, 7, "debtor", "对")
        return talk_id

    def sql(self, statement: str) -> None:
        with self.ledger.begin() as work:
            work.session.connection().execute(text(statement))

    def recheck(self) -> Recheck:
        return recheck(self.ledger.engine, KEYS)

    def rules(self) -> set[str]:
        return {violation.rule for violation in self.recheck().violations}
