"""A whole phone call: listen, recognise, let the conversation answer, speak; turn after turn until one side ends it."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import structlog

from bot.phone.ports import Ears, LastIntent, Mouth, RecordedLeg, Talks
from bot.phone.record import CallRecord, CallTurn, Outcome, StageTimes
from bot.phrases import Line
from bot.session import Reply
from speech.audio import silence
from speech.listen import Keyed, Listener, Utterance
from speech.spoken import spoken

_BREATH = silence(0.25)  # between two sentences


@dataclass(frozen=True)
class Voicebox:
    """The ears and the mouth of the bot, shared by all calls."""

    recogniser: Ears
    speaker: Mouth


def run_call(
    leg: RecordedLeg,
    *,
    sessions: Talks,
    voicebox: Voicebox,
    account_id: str,
    language: str,
    attempt_id: str | None = None,
    last_intent: LastIntent = lambda _: None,
) -> CallRecord:
    """Speak first, then answer every turn until one side ends the call. Whatever happens, the leg is hung up.

    Faults of the conversation, the recogniser or the synthesiser are passed on after that.
    """
    call = _Call(leg, sessions, voicebox, last_intent)
    try:
        return call.run(account_id, language, attempt_id)
    finally:
        leg.hang_up()


@dataclass(frozen=True)
class _Understood:
    """An answer of the debtor as text. `clear` says whether the conversation may act on it."""

    by: Literal["opening", "voice", "keys"]
    text: str
    confidence: float
    clear: bool
    activity_ms: float
    waiting_ms: float
    recognition_ms: float


_OPENING = _Understood("opening", "", 1.0, True, 0.0, 0.0, 0.0)


class _Call:
    """One call in progress."""

    def __init__(self, leg: RecordedLeg, talks: Talks, voicebox: Voicebox, last_intent: LastIntent) -> None:
        self._leg = leg
        self._talks = talks
        self._voicebox = voicebox
        self._last_intent = last_intent
        self._listener = Listener()
        self._unheard = 0  # answers in a row that were not clear
        self._turns: list[CallTurn] = []

    def run(self, account_id: str, language: str, attempt_id: str | None) -> CallRecord:
        began = time.perf_counter()
        reply = self._talks.start(account_id, "voice", language, attempt_id)
        self._say(reply.lines, _OPENING, reply, began)
        outcome: Outcome | None = None
        escalated = reply.escalated
        while outcome is None:
            if reply.ended:
                outcome = "completed"
            elif (answer := self._listen()) is None:
                outcome = "debtor_hung_up"
                self._talks.hung_up(reply.conversation_id)
            else:
                reply = self._respond(answer, reply)
                escalated = escalated or reply.escalated
        if escalated:
            outcome = "escalated"
        structlog.get_logger().info(
            "call_ended", conversation_id=reply.conversation_id, outcome=outcome, count=len(self._turns)
        )
        return CallRecord(reply.conversation_id, outcome, tuple(self._turns))

    def _listen(self) -> Utterance | Keyed | None:
        """The debtor's next answer; None when there is none and the debtor has hung up."""
        while (chunk := self._leg.receive()) is not None:
            if answer := self._listener.process(chunk):
                return answer
        return self._listener.finish()

    def _respond(self, answer: Utterance | Keyed, before: Reply) -> Reply:
        """Act on an answer that was understood; ask again for one that was not, so that nothing is guessed."""
        began = time.perf_counter()
        understood = self._understand(answer, before.language)
        if understood.clear:
            self._unheard = 0
            reply = self._talks.turn(before.conversation_id, understood.text)
        else:
            self._unheard += 1
            reply = self._talks.unheard(before.conversation_id, self._unheard)
        self._say(reply.lines, understood, reply, began)
        return reply

    def _understand(self, answer: Utterance | Keyed, language: str) -> _Understood:
        if isinstance(answer, Keyed):
            return _Understood(
                "keys", answer.keys, 1.0, True, answer.activity_ms, answer.waited_seconds * 1000, recognition_ms=0.0
            )
        heard = self._voicebox.recogniser.hear(answer.samples, language)
        return _Understood(
            "voice",
            heard.text,
            heard.confidence,
            heard.clear,
            answer.activity_ms,
            answer.waited_seconds * 1000,
            heard.recognition_ms,
        )

    def _say(self, lines: Sequence[Line], understood: _Understood, after: Reply, began: float) -> None:
        """Speak the answer sentence by sentence and note the turn, which began at `began` on the monotonic clock."""
        answered = _ms_since(began)
        synthesis = 0.0
        first_audio = None
        for line in lines:
            started = time.perf_counter()
            sound = self._voicebox.speaker.say(spoken(line.text, after.language), after.language)
            synthesis += _ms_since(started)
            self._leg.play(sound)
            self._leg.play(_BREATH)
            first_audio = first_audio or _ms_since(began)
        acted_on = understood.clear and understood.by != "opening"
        waiting = understood.waiting_ms
        times = StageTimes(
            activity=round(understood.activity_ms, 1),
            waiting=round(waiting, 1),
            recognition=round(understood.recognition_ms, 1),
            dialogue=round(answered - understood.recognition_ms, 1),
            synthesis=round(synthesis, 1),
            first_audio=round(waiting + (first_audio or answered), 1),
            total=round(waiting + _ms_since(began), 1),
        )
        self._turns.append(
            CallTurn(
                heard_by=understood.by,
                text=understood.text,
                confidence=understood.confidence,
                clear=understood.clear,
                language=after.language,
                intent=self._last_intent(after.conversation_id) if acted_on else None,
                bot_text=tuple(line.text for line in lines),
                bot_templates=tuple(line.template for line in lines),
                stage=after.stage,
                ms=times,
            )
        )


def _ms_since(began: float) -> float:
    return (time.perf_counter() - began) * 1000
