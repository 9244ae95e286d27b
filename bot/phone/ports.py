"""What a call needs from its surroundings: a leg that carries the sound, and the conversation that answers."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from typing import Protocol

from bot.phone.seam import CallLeg
from bot.session import Reply
from speech.audio import Samples
from speech.hear import Heard


class Talks(Protocol):
    """The conversations (`bot.session.Sessions`). A failure is answered, not raised: the talk ends."""

    def start(self, account_id: str, channel: str, language: str, attempt_id: str | None = None) -> Reply: ...

    def turn(self, conversation_id: str, text: str) -> Reply: ...

    def half_heard(self, conversation_id: str, text: str) -> Reply:
        """As `turn`, of what may have been heard wrongly."""

    def unheard(self, conversation_id: str, in_a_row: int) -> Reply:
        """What was said was not heard clearly, so often in a row."""

    def overheard(self, conversation_id: str, text: str) -> Reply:
        """What was said when the talk was over: sensitive words alone count. An empty record: there were none."""

    def nobody_spoke(self, conversation_id: str, in_a_row: int) -> Reply:
        """Nobody has said anything for a while, so often in a row."""

    def key(self, conversation_id: str, key: str) -> Reply:
        """A key that is a wish: "0" for a person, "9" for no more calls."""

    def machine_answered(self, conversation_id: str) -> Reply:
        """A voicemail has answered."""

    def machine_asked(self, conversation_id: str) -> Reply:
        """A machine asks in the person's place who is calling."""

    def broke(self, conversation_id: str) -> Reply:
        """Hearing or speaking has failed: the talk ends with an apology."""

    def hung_up(self, conversation_id: str) -> None: ...

    def heard_to_end(self, conversation_id: str, heard: Sequence[str], cut_off: Sequence[str]) -> None:
        """Told when the call is over: which turns of the bot were proven to be heard to their end, and which not."""


LastIntent = Callable[[str], str | None]
"""The intent that was read from the debtor's last words in this conversation, if it was recorded."""


class Hearing(Protocol):
    """One utterance that is being recognised."""

    def commit(self) -> None:
        """The utterance is over, or nearly so: it goes before what nobody is certain of. Harmless when said twice."""

    def cancel(self) -> None:
        """Nobody wants it any more."""

    async def result(self) -> Heard: ...


class Hears(Protocol):
    """Recognition for many calls at once (`speech.hearing.HearingPool`): a call that waits blocks no other."""

    def begin(self, samples: Samples, language: str, expecting: str = "anything") -> Hearing:
        """Start to turn one utterance into text, that may not be over yet. Never waits.

        :param samples: 16 kHz.
        :param expecting: what the talk has just asked for: "identity", "amount", "date", "yes_no" or "anything".
        """


class Speaks(Protocol):
    """Synthesis for many calls at once (`speech.speaking.SpeakingPool`)."""

    def synthesize(self, text: str, language: str, rate: int) -> AsyncIterator[bytes]:
        """Spelled-out text as sound, 16-bit samples at `rate`, the first piece as soon as there is one."""


class Tape(Protocol):
    """What a recording is told (`bot.phone.recording`). Both sides are on the call's clock; `at` is its seconds.

    Nothing is kept before the first `resume`, which belongs to the moment when the notice of the recording was heard to
    its end. None of its methods waits for anything.
    """

    def begin(self, conversation_id: str, rate: int) -> None:
        """The talk has been opened; all sound comes at `rate` (Hertz). Before anything else is told."""

    def debtor(self, at: float, pcm: bytes) -> None: ...

    def bot(self, at: float, pcm: bytes) -> None:
        """Sound of ours that the debtor has heard, or that was sent and not cleared."""

    def spoken(self, turn_id: str, begins: float, ends: float) -> None:
        """Where a recorded turn of the transcript lies in the recording. Words that must not be kept are found in the
        turn itself, and their sound is then left out."""

    def pause(self, at: float) -> None:
        """From here on nothing is kept: somebody is about to say, or has said, what must not be. `at` may be past."""

    def resume(self, at: float) -> None:
        """From here on sound is kept (again)."""

    def close(self) -> None: ...


class Handover(Protocol):
    """People who can take a call (`desk`, handed in by the wiring)."""

    async def wanted(self, conversation_id: str) -> bool:
        """Whether this talk is one in which a person belongs on the line: not after a wish to be left alone."""

    async def collector(self, conversation_id: str, language: str, patience_seconds: float) -> CallLeg | None:
        """Offer the call, with its case on the screen; the leg of whoever accepts, None if nobody is in time."""
