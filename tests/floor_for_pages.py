"""A small floor for the pages: made-up people, a bot that follows a script, a gate that answers by channel."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from seeded import StoppedClock, add_person, add_score, add_strategy, fresh_ledger
from sqlmodel import func, select

from app.api.phone import Phones
from app.demo_links import DemoInvite
from app.settings import Settings
from bot.chat.invites import make_invite
from bot.phrases import Line, say
from bot.session import IsNew, Reply
from desk.intake import open_case, open_tier_cases
from ledger.handoff import Escalation
from ledger.ledger import Ledger, UnitOfWork
from ledger.money import Money
from ledger.tables import Account, Conversation, Disclosure, Hold, Turn
from strategy.policy.decision import Allow, Deny, Reason
from strategy.settings import StrategySettings, to_json
from strategy.tiers import AccountFacts, ScoreFacts, assign

IDENTITY = "4321"
NAMES = {"zh": ("王小明", "陈静", "李雨桐"), "en": ("Joan Smith", "Omar Reed")}
DISPUTE = {"zh": "这笔钱不是我借的，我要投诉", "en": "This is not my debt, I never borrowed it"}


class ScriptedTalks:
    """Stands in for bot.session.Sessions: records turns like it, answers by a script, counts what it heard."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self.heard: list[str] = []
        self.broken = False

    def start(self, account_id: str, channel: str, language: str | None = None, attempt_id: str | None = None) -> Reply:
        with self._ledger.begin() as work:
            account = work.session.get_one(Account, account_id)
            talk = Conversation(
                id=work.new_id(),
                account_id=account_id,
                debtor_id=account.debtor_id,
                attempt_id=attempt_id,
                channel=channel,
                language=language or "zh",
                stage="verifying",
                facts={},
                opened_at=work.now,
            )
            work.session.add(talk)
            work.session.flush()
            return self._answer(
                work, talk, say("greeting_chat", talk.language, bank=_bank(talk)), say("ask_identity", talk.language)
            )

    def turn(self, conversation_id: str, text: str, is_new: IsNew) -> Reply:
        with self._ledger.begin() as work:
            talk = work.session.get_one(Conversation, conversation_id)
            if not is_new(work, conversation_id, 0):
                return self._answer(work, talk)
            if self.broken:
                raise RuntimeError("out of order")
            self.heard.append(text)
            shown = "[identity number]" if talk.stage == "verifying" and text.isdigit() else text
            record_turn(work, talk, "debtor", shown, trigger="dispute_not_mine" if text in DISPUTE.values() else None)
            return self._answer(work, talk, *self._lines(work, talk, text))

    def _lines(self, work: UnitOfWork, talk: Conversation, text: str) -> list[Line]:
        language = talk.language
        account = work.session.get_one(Account, talk.account_id)
        if talk.stage == "verifying":
            if text != IDENTITY:
                talk.identity_tries += 1
                return [say("identity_retry", language)]
            talk.stage, talk.verified, talk.verified_turn = "talking", True, 3
            due = Money(account.amount_due, account.currency)
            return [
                say("identity_ok", language),
                say("disclosure", language),
                say("reminder", language, amount_due=due, days_past_due=account.dpd),
                say("ask_intention", language),
            ]
        if text in DISPUTE.values():
            talk.stage = "with_person"
            hold_and_hand_over(work, talk, text)
            return [say("trigger_dispute", language)]
        if "goodbye" in text or "再见" in text:
            talk.stage = "closed"
            return [say("goodbye", language)]
        return [say("how_to_pay", language)]

    def _answer(self, work: UnitOfWork, talk: Conversation, *lines: Line) -> Reply:
        for line in lines:
            record_turn(work, talk, "bot", line.text, template=line.template)
        work.session.add(talk)
        ended = talk.stage == "closed"
        return Reply(talk.id, tuple(lines), talk.language, talk.stage, ended, talk.stage == "with_person")


def record_turn(
    work: UnitOfWork,
    talk: Conversation,
    speaker: str,
    text: str,
    *,
    template: str | None = None,
    trigger: str | None = None,
) -> None:
    last = work.session.exec(select(func.max(Turn.seq)).where(Turn.conversation_id == talk.id)).one() or 0
    turn_id = work.new_id()
    work.session.add(
        Turn(
            id=turn_id,
            conversation_id=talk.id,
            seq=last + 1,
            speaker=speaker,
            text_sealed=work.seal("turn", "text_sealed", turn_id, text),
            language=talk.language,
            template=template,
            trigger=trigger,
            at=work.now,
        )
    )
    work.session.flush()


def hold_and_hand_over(work: UnitOfWork, talk: Conversation, words: str) -> str:
    """What the bot does with a dispute: the hold first, then the case."""
    work.session.add(
        Hold(
            id=work.new_id(),
            debtor_id=talk.debtor_id,
            account_id=talk.account_id,
            conversation_id=talk.id,
            scope="debt",
            scope_value=talk.account_id,
            reason="dispute_not_mine",
            created_at=work.now,
            until=work.now + timedelta(days=30),
        )
    )
    for seq, kind in ((1, "automated"), (1, "recorded"), (5, "debt_collection")):
        work.session.add(
            Disclosure(
                id=work.new_id(),
                conversation_id=talk.id,
                kind=kind,
                language=talk.language,
                turn_seq=seq,
                at=work.now,
            )
        )
    return open_case(
        work,
        Escalation(
            account_id=talk.account_id,
            debtor_id=talk.debtor_id,
            conversation_id=talk.id,
            trigger="dispute_not_mine",
            priority="P1",
            words=words,
            summary="The debtor disputes the debt (P1). Right party verified. The debtor spoke 2 times.",
            verified=True,
            language=talk.language,
            facts={},
            offers=(),
            disclosures=("automated", "recorded", "debt_collection"),
            permitted_next="Answer the dispute in writing before anything else.",
        ),
    )


@dataclass
class PageFloor:
    """What app.web.needs.Needs asks for."""

    settings: Settings
    ledger: Ledger
    sessions: ScriptedTalks
    invites: list[DemoInvite] = field(default_factory=list)
    action_secret: str = "rasa-secret"
    phones: Phones | None = None

    def run_action(self, body: Any) -> dict[str, Any]:
        return {"events": [], "responses": [{"custom": {"turn": body["next_action"]}}]}

    def permitted(self, _work: UnitOfWork, _account_id: str, channel: str, _agent: str) -> Allow | Deny:
        if channel == "voice":
            reason = Reason("OUTSIDE_CONTACT_WINDOW", "us-fed", "12 CFR 1006.6(b)(1)(i)")
            return Deny((reason,), datetime(2026, 3, 5, 0, 0, tzinfo=UTC), ("us-fed@1",))
        return Allow(("us-fed@1",))

    def retier(self, work: UnitOfWork) -> object:
        self.retiered = True
        return work.now

    def demo_invites(self) -> list[DemoInvite]:
        return self.invites


@dataclass(frozen=True)
class Served:
    """A floor and where it is served."""

    floor: PageFloor
    url: str


def furnish(home: Path, url: str, mode: str = "demo", staff_key: str | None = None, people: int = 240) -> PageFloor:
    """A floor with scored accounts, cases for the tiers of people, and chat links to the first few."""
    clock = StoppedClock()
    ledger = fresh_ledger(home / "ledger.db", clock)
    settings = Settings(_env_file=None, home=home, mode=mode, public_url=url, staff_key=staff_key)
    floor = PageFloor(settings, ledger, ScriptedTalks(ledger))
    dice = random.Random(7)
    strategy = StrategySettings()
    with ledger.begin() as work:
        add_strategy(work, to_json(strategy))
        for number in range(people):
            language = "en" if number % 4 == 3 else "zh"
            name = (
                dice.choice(("Joan Smith", "Omar Reed"))
                if language == "en"
                else dice.choice(("王小明", "陈静", "李雨桐"))
            )
            balance = dice.lognormvariate(11, 0.8)
            account = add_person(
                work,
                f"{number:03d}",
                name=name,
                language=language,
                dpd=dice.randint(3, 88),
                balance=f"{balance:.2f}",
                due=f"{balance * 0.08:.2f}",
            )
            score = ScoreFacts(dice.betavariate(6, 1.4), dice.betavariate(5, 1.6))
            placed = assign(score, AccountFacts(account.balance), strategy)
            add_score(work, account.id, score.willingness, score.ability, placed.tier, placed.why)
        for number in range(min(people, 16)):
            account = work.session.get_one(Account, f"account-{number:03d}")
            invite = make_invite(work, account.id, None, 72)
            language = "en" if number % 4 == 3 else "zh"
            floor.invites.append(DemoInvite(invite.token, language, "remind", account.dpd, IDENTITY))
    clock.advance(minutes=3)
    with ledger.begin() as work:
        open_tier_cases(work, strategy)
    return floor


def _bank(talk: Conversation) -> str:
    return "善还银行" if talk.language == "zh" else "Amends Bank"
