"""What is known of a call when it is over. All of it serialises with `dataclasses.asdict`.

It holds what the debtor said: it is for whoever may read the transcript, never for a log.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Outcome = Literal[
    "completed", "escalated", "transferred", "voicemail", "screened", "no_input", "debtor_hung_up", "failed"
]
HeardBy = Literal["opening", "voice", "keys", "silence", "fault", "hung_up"]


@dataclass(frozen=True)
class StageTimes:
    """Where the time of one turn went, in milliseconds.

    :param activity: finding the utterance in the audio.
    :param waiting: silence of the debtor that was waited before taking the turn; recognition runs meanwhile.
    :param recognition: sound to text; 0 for keys.
    :param dialogue: text to the bot's answer.
    :param synthesis: the first sentence of the answer to its first sound.
    :param first_audio: from the debtor's last sound to the bot's first: what the debtor experiences. 0 where the bot
        answered nothing, or the answer was never heard.
    """

    activity: float
    waiting: float
    recognition: float
    dialogue: float
    synthesis: float
    first_audio: float


@dataclass(frozen=True)
class Understood:
    """An answer of the debtor as text. `clear` says whether the conversation may act on it, `sure` whether a yes in it
    may be taken for one.

    :param cut_in: it began before the bot's words were over.
    :param speech_seconds: how much of it was voice.
    :param begins: the second of the call at which it begins; `ends` the same of its end.
    """

    by: HeardBy
    text: str
    confidence: float = 1.0
    clear: bool = True
    sure: bool = True
    activity_ms: float = 0.0
    waiting_ms: float = 0.0
    recognition_ms: float = 0.0
    cut_in: bool = False
    speech_seconds: float = 0.0
    begins: float = 0.0
    ends: float = 0.0


@dataclass(frozen=True)
class CallTurn:
    """One turn: what was heard, and what the bot answered.

    :param heard_by: "opening" for the bot's first words, "voice", "keys", "silence" when nobody said anything, or
        "fault" when something broke on our side.
    :param text: what was heard, empty for the opening.
    :param confidence: 0 to 1; 1 for keys.
    :param clear: False when the hearing was too uncertain to act on, so the bot asked again.
    :param language: "zh" or "en".
    :param stage: where the conversation stands after this turn.
    :param interrupted: the debtor spoke before this answer was over, and the rest of it was dropped.
    :param heard_to_end: the sentences of `bot_templates` that were proven to be heard to their end.
    """

    heard_by: HeardBy
    text: str
    confidence: float
    clear: bool
    language: str
    intent: str | None
    bot_text: tuple[str, ...]
    bot_templates: tuple[str, ...]
    stage: str
    ms: StageTimes
    interrupted: bool = False
    heard_to_end: tuple[str, ...] = ()


@dataclass(frozen=True)
class CallRecord:
    """A whole call.

    :param outcome: "completed" when the bot came to the end of the talk, "escalated" when a person takes over later,
        "transferred" when one was put on the line, "voicemail" or "screened" when a machine answered and nobody came,
        "no_input" when nobody said anything, "debtor_hung_up", or "failed" when something broke on our side.
    :param disclosures_heard: the kinds of disclosure that were heard to the end (`bot.disclosures`).
    """

    conversation_id: str
    outcome: Outcome
    turns: tuple[CallTurn, ...]
    disclosures_heard: tuple[str, ...] = ()
    seconds: float = 0.0
