"""What comes from the debtor: sound becomes utterances and text, keys become answers, silence is noticed.

Sound is judged here, as it comes, and goes no further: only what the talk has to answer travels down the pipeline.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from time import monotonic

import structlog
from pipecat.frames.frames import StartFrame
from pipecat.transports.base_input import BaseInputTransport
from pipecat.transports.base_transport import TransportParams

from bot.phone.answering import BeepListener
from bot.phone.engine.frames import DebtorTurn
from bot.phone.engine.listening import Listening
from bot.phone.engine.state import STOP, CallState
from bot.phone.ports import Hearing, Hears
from bot.phone.record import Understood
from bot.phone.seam import CallLeg, HungUp, Key, Played, Sound
from bot.phone.spoken_secrets import FiguresSaid, hide_numbers
from bot.phone.turn_rules import BARGES_IN_AFTER, GUESS_AFTER, LONGEST, SOONEST, is_aside, silence_needed
from bot.redaction import holds_secret
from speech.activity import TurnEvent
from speech.hear import Heard

BETWEEN_KEYS = 2.0
"""Keys belong to one answer until nobody presses for so many seconds, or until the hash key."""
QUIET_SECONDS = 7.0
"""So long nobody says anything before the bot asks."""
PATIENT_SECONDS = 30.0
"""The same while somebody is being fetched to the phone."""
LONGEST_CALL = 3600.0
STAYS_TO_HEAR = 10.0
"""So long the line is kept after the bot's last words for whoever still speaks: it may be a wish."""
DEAD_AFTER = 15.0
"""A leg that gives nothing at all for so many seconds of the wall clock has died without a word."""


class LegInput(BaseInputTransport):
    """The ears of one call."""

    def __init__(self, leg: CallLeg, state: CallState, hears: Hears) -> None:
        super().__init__(TransportParams())
        self._leg = leg
        self._state = state
        self._hears = hears
        self._listening = Listening(leg.rate)
        self._beeps = BeepListener(leg.rate)
        # A recording that runs as fast as the machine allows waits for the bot to make up its mind.
        self._waits = bool(getattr(leg, "waits_for_the_bot", False))
        self._hearing: Hearing | None = None
        self._guess: asyncio.Task[Heard | None] | None = None
        self._figures = FiguresSaid()
        self._began_cutting_in = False
        self._began = 0.0
        self._held: list[Understood] = []
        self._keys = ""
        self._since_key = 0.0
        self._quiet = 0.0
        self._too_long = False
        self._since_last_words = 0.0
        self._last_event = monotonic()
        self._taking: set[asyncio.Task[None]] = set()
        self._running: list[asyncio.Task[None]] = []
        state.hearing = self._still_heard

    async def start(self, frame: StartFrame) -> None:
        await super().start(frame)
        self._pumping = self.create_task(self._pump())
        self._running = [self._pumping, self.create_task(self._watch())]

    async def cleanup(self) -> None:
        guess = [] if self._guess is None else [self._guess]
        for task in (*self._running, *self._taking, *guess):
            await self.cancel_task(task)
        await super().cleanup()  # type: ignore[no-untyped-call]

    # --- what the leg tells

    async def _pump(self) -> None:
        try:
            async for event in self._leg.events():
                self._last_event = monotonic()
                if isinstance(event, Sound):
                    await self._sound(event.pcm)
                elif isinstance(event, Key):
                    await self._key(event.digit)
                elif isinstance(event, Played):
                    await self._played(event.name)
                elif isinstance(event, HungUp):
                    break
                if self._waits:
                    await self._state.settled()
        except Exception as fault:
            structlog.get_logger().error("leg_failed", code=type(fault).__name__)
        await self._gone()

    async def _watch(self) -> None:
        while monotonic() - self._last_event < DEAD_AFTER or self._state.thinking:
            await asyncio.sleep(DEAD_AFTER / 5)
        structlog.get_logger().error("leg_dead", conversation_id=self._state.conversation_id)
        await self.cancel_task(self._pumping)
        await self._gone()

    async def _gone(self) -> None:
        """The line is down: what was being said is still heard, for it may be a wish that has to be kept."""
        if self._state.gone:
            return
        self._state.gone = True
        self._state.air.drop_all()
        if self._keys:
            await self._take_keys()
        if self._listening.in_turn:
            await self._take()
        if self._taking:
            await asyncio.wait(self._taking)
        await self._release()
        await self._hand_on(Understood("hung_up", ""))

    async def _sound(self, pcm: bytes) -> None:
        self._state.taping.debtor(self._state.now, pcm)
        self._state.now += len(pcm) / 2 / self._leg.rate
        for chunk in self._listening.chunks(pcm):
            event = self._listening.step(chunk, deaf=bool(self._keys))
            if self._state.stage == "verifying" and not self._state.beeped:
                self._state.beeped = self._beeps.process(chunk)
            await self._moved(event)

    async def _moved(self, event: TurnEvent | None) -> None:
        """32 ms have passed in the call."""
        state, listening = self._state, self._listening
        if state.air.overdue(state.now):
            await self._spoken()
        if self._keys:
            self._since_key += listening.chunk_seconds
            if self._since_key >= BETWEEN_KEYS:
                await self._take_keys()
            return
        if event == "speech_started":
            self._began = state.now - listening.speech_seconds
            self._began_cutting_in = state.air.speaking
        if listening.in_turn or event is not None:
            self._quiet = 0.0
            await self._in_turn(event)
        else:
            await self._nobody_speaks()
        if state.ending is not None:
            self._since_last_words += 0.0 if state.air.speaking else listening.chunk_seconds
            state.end_if_said()
        if state.now > LONGEST_CALL and not self._too_long:
            self._too_long = True
            await self._hand_on(Understood("fault", ""))

    async def _in_turn(self, event: TurnEvent | None) -> None:
        listening = self._listening
        if listening.speech_seconds >= BARGES_IN_AFTER and self._state.air.speaking:
            await self._interrupt()
        silence = listening.silence_seconds
        if event in ("speech_ended", "speech_too_long"):
            await self._take()
        elif silence == 0:
            self._forget_guess()
        elif silence >= GUESS_AFTER and self._guess is None:
            self._guess = self._begin_to_hear()
        elif silence >= SOONEST and self._guess is not None and self._hearing is not None:
            # Most turns are over by now, so it waits no longer behind those that certainly are.
            self._hearing.commit()
            if silence >= self._silence_needed(self._guess):
                await self._take()

    def _silence_needed(self, guess: asyncio.Task[Heard | None]) -> float:
        if not guess.done():
            return LONGEST
        heard = guess.result()
        return SOONEST if heard is None else silence_needed(heard.text, self._state.expecting, clear=heard.clear)

    async def _nobody_speaks(self) -> None:
        state = self._state
        if state.air.speaking or state.thinking or state.ending is not None or self._held or self._taking:
            self._quiet = 0.0
            return
        self._quiet += self._listening.chunk_seconds
        if self._quiet >= (PATIENT_SECONDS if state.patient else QUIET_SECONDS):
            self._quiet = 0.0
            await self._hand_on(Understood("silence", "", waiting_ms=QUIET_SECONDS * 1000, ends=state.now))

    # --- utterances

    def _still_heard(self) -> bool:
        speaks = self._listening.in_turn and self._since_last_words < STAYS_TO_HEAR
        return not self._state.gone and (speaks or bool(self._taking) or bool(self._held))

    def _begin_to_hear(self) -> asyncio.Task[Heard | None]:
        """What was said so far, as text."""
        try:
            self._hearing = self._hears.begin(self._listening.so_far(), self._state.language, self._state.expecting)
        except Exception as fault:
            structlog.get_logger().error("hearing_failed", code=type(fault).__name__)
            self._hearing = None
        return self.create_task(self._heard(self._hearing))

    async def _heard(self, hearing: Hearing | None) -> Heard | None:
        """What was heard; None when the ears failed."""
        if hearing is None:
            return None
        with self._state.working():
            try:
                return await hearing.result()
            except Exception as fault:
                structlog.get_logger().error("hearing_failed", code=type(fault).__name__)
                return None

    def _forget_guess(self) -> None:
        if self._guess is not None and self._hearing is not None:
            self._hearing.cancel()
            self._guess.cancel()
            self._guess = self._hearing = None

    async def _take(self) -> None:
        """The utterance is over."""
        listening, state = self._listening, self._state
        guess, hearing = self._guess or self._begin_to_hear(), self._hearing
        self._guess = self._hearing = None
        if hearing is not None:
            hearing.commit()
        aside = is_aside(listening.speech_seconds, while_speaking=state.air.speaking)
        taken = Understood(
            "voice",
            "",
            activity_ms=round(listening.spent_ms, 1),
            waiting_ms=round(listening.silence_seconds * 1000, 1),
            cut_in=self._began_cutting_in,
            speech_seconds=listening.speech_seconds,
            begins=self._began,
            ends=state.now - listening.silence_seconds,
        )
        listening.end_turn()
        if aside:
            guess.cancel()
        elif guess.done():
            await self._taken(taken, guess.result())
        else:
            task = self.create_task(self._take_when_heard(taken, guess, tuple(self._taking)))
            self._taking.add(task)
            task.add_done_callback(self._was_taken)

    def _was_taken(self, task: asyncio.Task[None]) -> None:
        self._taking.discard(task)
        self._state.end_if_said()

    async def _take_when_heard(
        self, taken: Understood, guess: asyncio.Task[Heard | None], before: tuple[asyncio.Task[None], ...]
    ) -> None:
        heard = await guess
        if before:
            await asyncio.wait(before)
        await self._taken(taken, heard)

    async def _taken(self, taken: Understood, heard: Heard | None) -> None:
        if heard is None:
            # Over the last words a second apology helps nobody.
            if self._state.ending is None:
                await self._hand_on(replace(taken, by="fault"))
            return
        text, since = self._figures.hide(heard.text, taken.begins, taken.ends)
        if since is not None or holds_secret(text):
            self._state.taping.leave_out(taken.begins if since is None else since, taken.ends)
        self._held.append(
            replace(
                taken,
                text=text,
                confidence=heard.confidence,
                clear=heard.clear,
                sure=heard.sure,
                recognition_ms=heard.recognition_ms,
            )
        )
        await self._release()

    async def _release(self) -> None:
        """Hand on what was said, unless something has to be heard first; then all of it as one answer."""
        state = self._state
        if not self._held or (state.air.locked and not state.gone):
            return
        held, self._held = self._held, []
        if state.air.speaking:
            await self._interrupt()
        last = held[-1]
        await self._hand_on(
            replace(
                last,
                text=" ".join(each.text for each in held if each.text),
                confidence=min(each.confidence for each in held),
                clear=all(each.clear for each in held),
                sure=all(each.sure for each in held),
                cut_in=any(each.cut_in for each in held),
                speech_seconds=sum(each.speech_seconds for each in held),
                begins=held[0].begins,
            )
        )

    # --- keys

    async def _key(self, digit: str) -> None:
        if self._state.ending is not None:
            self._state.let_be = self._state.let_be or digit == STOP
            return
        if self._state.air.speaking:
            await self._interrupt()
        self._since_key = self._quiet = 0.0
        # A hash closes an answer; alone it is none.
        self._keys = (self._keys + digit).lstrip("#")
        if self._keys.endswith("#"):
            await self._take_keys()

    async def _take_keys(self) -> None:
        keys, self._keys = self._keys, ""
        self._forget_guess()
        self._listening.end_turn()
        # A card that was keyed with a figure wrong is still somebody's.
        text, _ = hide_numbers(keys)
        self._held.append(Understood("keys", text, waiting_ms=round(self._since_key * 1000, 1), ends=self._state.now))
        await self._release()

    # --- the bot's own words

    async def _interrupt(self) -> None:
        """Stop the bot at once, except where something that must be heard is being said."""
        air = self._state.air
        if not air.may_be_cleared or self._state.ending is not None or not (dropped := air.drop()):
            return
        for sentence in dropped:
            self._state.taping.sentence_over(sentence, self._state.now, heard=False)
        self._state.interrupting = True
        await self.broadcast_interruption()  # type: ignore[no-untyped-call]
        self._state.changed()

    async def _played(self, mark: str) -> None:
        sentence = self._state.air.played(mark)
        if sentence is not None:
            self._state.taping.sentence_over(sentence, self._state.now, heard=True)
            await self._spoken()

    async def _spoken(self) -> None:
        """A sentence is over."""
        self._state.changed()
        await self._release()
        self._state.end_if_said()

    async def _hand_on(self, understood: Understood) -> None:
        self._state.begin_work()
        await self.push_frame(DebtorTurn(understood))
