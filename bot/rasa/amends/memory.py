"""What Rasa keeps of a talk from one message to the next: where the talk stands, and no words.

Rasa's own store writes the whole talk out as JSON after each message and replays it before the next; rules then look at
all of it again, and all of it goes along with each act. Here a talk is its slots and its open form, so a turn costs the
same at the end of a long talk as at its beginning, and nothing that was said stays in memory.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Iterable
from typing import Any

from rasa.core.brokers.broker import EventBroker
from rasa.core.tracker_store import TrackerStore
from rasa.shared.core.constants import ACTION_LISTEN_NAME, ACTION_SESSION_START_NAME, REQUESTED_SLOT
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, ActiveLoop, Event, SessionStarted, SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

# A talk that our side never ended (it was killed, say) is forgotten after this long without a message.
IDLE_S = 3600.0


class ShortMemory(TrackerStore):
    """Talks under way, by conversation id, in this process only."""

    def __init__(self, domain: Domain, event_broker: EventBroker | None = None, **_: Any) -> None:
        # The longest silent first.
        self._talks: OrderedDict[str, tuple[float, list[Event]]] = OrderedDict()
        super().__init__(domain, event_broker)

    async def save(self, tracker: DialogueStateTracker) -> None:
        """Keep where the talk stands. A tracker without events, as of a talk that is to be forgotten, is dropped."""
        now = time.monotonic()
        self._talks.pop(tracker.sender_id, None)
        if tracker.events:
            self._talks[tracker.sender_id] = (now, state_of(tracker))
        while self._talks and next(iter(self._talks.values()))[0] < now - IDLE_S:
            self._talks.popitem(last=False)

    async def retrieve(self, sender_id: str) -> DialogueStateTracker | None:
        kept = self._talks.get(sender_id)
        if kept is None:
            return None
        return DialogueStateTracker.from_events(sender_id, kept[1], self.domain.slots, domain=self.domain)

    async def retrieve_full_tracker(self, conversation_id: str) -> DialogueStateTracker | None:
        return await self.retrieve(conversation_id)

    async def keys(self) -> Iterable[str]:
        return list(self._talks)


def state_of(tracker: DialogueStateTracker) -> list[Event]:
    """The events that a tracker needs to go on from here; of the last message only how it was read."""
    events: list[Event] = [
        ActionExecuted(ACTION_SESSION_START_NAME),
        SessionStarted(),
        ActionExecuted(ACTION_LISTEN_NAME),
    ]
    heard = next((event for event in reversed(tracker.events) if isinstance(event, UserUttered)), None)
    if heard is not None:
        reading = {key: heard.intent.get(key) for key in ("name", "confidence")}
        events.append(UserUttered(None, intent=reading))
    if tracker.active_loop_name is not None:
        events.append(ActiveLoop(tracker.active_loop_name))
    events.extend(
        SlotSet(name, value)
        for name, value in tracker.current_slot_values().items()
        if value is not None and (name != REQUESTED_SLOT or tracker.active_loop_name is not None)
    )
    if heard is not None:
        events.append(ActionExecuted(ACTION_LISTEN_NAME))
    return events
