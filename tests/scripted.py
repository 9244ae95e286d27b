"""A dialogue model that proposes what a test tells it to."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from bot.acts import Actions
from bot.dialogue import Answer, DialogueDown
from bot.talk import GuardBreach


class ScriptedDialogue:
    """Proposes the acts it is told to, through the real `Actions`."""

    def __init__(self, actions: Actions) -> None:
        self.actions = actions
        self.proposals: list[tuple[str, ...]] = []
        self.heard: list[str] = []
        self.forgotten: list[str] = []
        self.down = False
        self.slots: dict[str, Any] = {}
        self.intent = "give"
        self.confidence = 0.9
        self.form: str | None = None
        self.during: Callable[[], None] = lambda: None

    def hear(self, conversation_id: str, text: str) -> Answer:
        self.heard.append(text)
        self.during()
        if self.down:
            raise DialogueDown("down")
        return self._run(conversation_id, text, self.proposals.pop(0))

    def tell(self, conversation_id: str, event: str) -> Answer:
        act = {"right_party_confirmed": "action_open_talk", "language_switched": "action_language_switched"}[event]
        return self._run(conversation_id, f"/{event}", (act,))

    def forget(self, conversation_id: str) -> None:
        self.forgotten.append(conversation_id)

    def _run(self, conversation_id: str, text: str, acts: tuple[str, ...]) -> Answer:
        turns: list[str] = []
        for act in acts:
            body = {
                "next_action": act,
                "sender_id": conversation_id,
                "tracker": {
                    "slots": self.slots,
                    "latest_message": {"text": text, "intent": {"name": self.intent, "confidence": self.confidence}},
                    "active_loop": {"name": self.form} if self.form else {},
                },
            }
            try:
                reply = self.actions.run(body)
            except GuardBreach as breach:
                # As in earnest: the webhook answers 500, and Rasa then has nothing to say.
                raise DialogueDown("the answer is empty") from breach
            self.slots |= {event["name"]: event["value"] for event in reply["events"] if event["event"] == "slot"}
            turns += [response["custom"]["turn"] for response in reply["responses"]]
        return Answer(tuple(turns), self.intent, self.confidence)
