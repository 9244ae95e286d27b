"""The rules of the Rasa project without Rasa: a test says how a text is read, the rules say what is proposed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from seeded import StoppedClock, add_person, add_score, add_strategy, fresh_ledger
from sqlmodel import select

from bot.acts import Actions
from bot.dialogue import Answer
from bot.rasa_process import PROJECT
from bot.session import Reply, Sessions
from bot.talk import Terms
from desk.intake import open_case
from ledger.ledger import Ledger
from strategy.settings import StrategySettings, to_json
from strategy.treatments import DEFAULT_TREATMENTS, Treatment

TERMS = Terms(bank={"zh": "善还银行", "en": "Amends Bank"}, pay_link="https://pay.example.invalid/")
IDENTITY = "4321"


@cache
def rules() -> Mapping[str, str]:
    """What each intent proposes: an act or a form."""
    found: dict[str, str] = {}
    for path in sorted((PROJECT / "data" / "rules").glob("*.yml")):
        for rule in yaml.safe_load(path.read_text(encoding="utf-8"))["rules"]:
            steps = rule["steps"]
            if "intent" in steps[0]:
                found[steps[0]["intent"]] = steps[1]["action"]
    return found


@cache
def forms() -> Mapping[str, list[str]]:
    domain = yaml.safe_load((PROJECT / "domain.yml").read_text(encoding="utf-8"))
    return {name: form["required_slots"] for name, form in domain["forms"].items()}


class RuledDialogue:
    """Plays one talk at a time. `reads` are the intents of the texts to come, in order."""

    def __init__(self, actions: Actions) -> None:
        self._actions = actions
        self.reads: list[str] = []
        self.confidence = 0.9
        self._slots: dict[str, Any] = {}
        self._form: str | None = None

    def hear(self, conversation_id: str, text: str) -> Answer:
        intent = self.reads.pop(0)
        turns: list[str] = []
        if self._form is None or not self._run(conversation_id, f"validate_{self._form}", text, intent, turns):
            proposed = rules()[intent]
            if proposed in forms():
                self._form, self._slots["requested_slot"] = proposed, None
                proposed = f"validate_{proposed}"
            self._run(conversation_id, proposed, text, intent, turns)
        return Answer(tuple(turns), intent, self.confidence)

    def tell(self, conversation_id: str, event: str) -> Answer:
        turns: list[str] = []
        if event == "right_party_confirmed":
            self._slots, self._form = {}, None
        self._run(conversation_id, rules()[event], f"/{event}", event, turns)
        return Answer(tuple(turns), event, 1.0)

    def forget(self, conversation_id: str) -> None:
        self._slots, self._form = {}, None

    def _run(self, conversation_id: str, act: str, text: str, intent: str, turns: list[str]) -> bool:
        """Whether the act did anything; a validation that did nothing is rejected by Rasa."""
        reply = self._actions.run(
            {
                "next_action": act,
                "sender_id": conversation_id,
                "tracker": {
                    "slots": self._slots,
                    "latest_message": {"text": text, "intent": {"name": intent, "confidence": self.confidence}},
                    "active_loop": {"name": self._form} if self._form else {},
                },
            }
        )
        for event in reply["events"]:
            if event["event"] == "slot":
                self._slots[event["name"]] = event["value"]
            elif event["event"] == "active_loop":
                self._form = event["name"]
        if self._form is not None and act == f"validate_{self._form}" and reply["events"]:
            still = [name for name in forms()[self._form] if self._slots.get(name) is None]
            self._slots["requested_slot"] = still[0] if still else None
        turns += [response["custom"]["turn"] for response in reply["responses"]]
        return bool(reply["events"] or reply["responses"])


@dataclass
class Ruled:
    """A talk with one debtor who owes 4,325 past due of 86,500 (TWD), on a Wednesday, 4 March 2026."""

    ledger: Ledger
    clock: StoppedClock
    dialogue: RuledDialogue
    sessions: Sessions
    conversation_id: str = ""
    replies: list[Reply] = field(default_factory=list)

    def open(self, language: str = "en", channel: str = "chat", *, verified: bool = True) -> Reply:
        opening = self.sessions.start("account-R1", channel, language)
        self.conversation_id = opening.conversation_id
        return self.sessions.turn(self.conversation_id, IDENTITY) if verified else opening

    def say(self, intent: str, text: str) -> list[str]:
        """The sentences that answer `text`, understood as `intent`."""
        return [line.template for line in self.hears(intent, text).lines]

    def half_says(self, intent: str, text: str) -> list[str]:
        """The same for what a recogniser was not sure of."""
        return [line.template for line in self.hears(intent, text, sure=False).lines]

    def hears(self, intent: str, text: str, *, sure: bool = True) -> Reply:
        self.dialogue.reads.append(intent)
        reply = self.sessions.turn(self.conversation_id, text, sure=sure)
        self.dialogue.reads.clear()
        self.replies.append(reply)
        return reply

    def words(self) -> str:
        """What was said last."""
        return " ".join(line.text for line in self.replies[-1].lines)

    def rows(self, table: type[Any]) -> list[Any]:
        with self.ledger.read() as work:
            return list(work.session.exec(select(table)).all())


def ruled_talk(path: Path, treatment: Treatment = DEFAULT_TREATMENTS["remind"]) -> Ruled:
    """A fresh ledger whose only debtor is treated like that."""
    clock = StoppedClock()
    ledger = fresh_ledger(path, clock)
    with ledger.begin() as work:
        account = add_person(work, language="en")
        add_strategy(work, to_json(StrategySettings(treatments={**DEFAULT_TREATMENTS, "remind": treatment})))
        add_score(work, account.id, 0.8, 0.3, "remind")
    dialogue = RuledDialogue(Actions(ledger, TERMS, open_case))
    return Ruled(ledger, clock, dialogue, Sessions(ledger, dialogue, TERMS, open_case))
