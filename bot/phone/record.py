"""What is known of a call when it is over. All of it serialises with `dataclasses.asdict`.

It holds what the debtor said: it is for whoever may read the transcript, never for a log.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Outcome = Literal["completed", "escalated", "debtor_hung_up"]


@dataclass(frozen=True)
class StageTimes:
    """Where the time of one turn went, in milliseconds.

    :param activity: finding the utterance in the audio.
    :param waiting: silence of the debtor that was waited before taking the turn.
    :param recognition: sound to text; 0 for keys.
    :param dialogue: text to the bot's answer.
    :param synthesis: all sentences of the answer to sound.
    :param first_audio: from the debtor's last sound to the bot's first: what the debtor experiences.
    :param total: from the debtor's last sound until the whole answer was handed over.
    """

    activity: float
    waiting: float
    recognition: float
    dialogue: float
    synthesis: float
    first_audio: float
    total: float


@dataclass(frozen=True)
class CallTurn:
    """One turn: what was heard, and what the bot answered.

    :param heard_by: "opening" for the bot's first words, "voice", or "keys".
    :param text: what was heard, empty for the opening.
    :param confidence: 0 to 1; 1 for keys.
    :param clear: False when the hearing was too uncertain to act on, so the bot asked again.
    :param language: "zh" or "en".
    :param stage: where the conversation stands after this turn.
    """

    heard_by: Literal["opening", "voice", "keys"]
    text: str
    confidence: float
    clear: bool
    language: str
    intent: str | None
    bot_text: tuple[str, ...]
    bot_templates: tuple[str, ...]
    stage: str
    ms: StageTimes


@dataclass(frozen=True)
class CallRecord:
    """A whole call.

    :param outcome: "completed" when the bot came to the end of the talk, "escalated" when a person takes over, else
        "debtor_hung_up".
    """

    conversation_id: str
    outcome: Outcome
    turns: tuple[CallTurn, ...]
