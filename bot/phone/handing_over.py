"""A call in which a person may be put on the line: the bot talks, a collector is fetched, and the debtor never drops.

The talk is recorded, held and handed over as without a telephone: a case waits for people whatever happens here. What
comes on top is that somebody may take it up at once. The bot's words around it are recorded before they are spoken.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final, cast

import structlog

from bot.phone.bridge import bridge
from bot.phone.call import Voicebox, run_call
from bot.phone.hold_music import hold_music
from bot.phone.kept_leg import KeptLeg
from bot.phone.lasting_tape import LastingTape
from bot.phone.overhearing import Overhearing
from bot.phone.ports import Handover, LastIntent, Talks, Tape
from bot.phone.record import CallRecord
from bot.phone.seam import CallLeg, HungUp, Key, Played, Sound
from bot.reply import Reply
from bot.transfer import Told, Transfers
from speech.spoken import spoken

PATIENCE_S: Final = 45.0
"""How long a debtor is kept waiting for a person."""
AGAIN_S: Final = 20.0
"""How often somebody who waits is told that nobody has forgotten them."""
ASK_AGAIN_S: Final = 5.0
"""Between two offers of a call that the bot does not end by itself: somebody in danger."""
CHOICE_S: Final = 12.0
"""How long a key is waited for."""
NORMAL: Final = 16
"""Q.850: somebody hung up, on purpose."""


@dataclass(frozen=True, slots=True)
class People:
    """What a live hand-over needs."""

    handover: Handover
    words: Transfers
    patience_seconds: float = PATIENCE_S


async def call_with_people(
    leg: CallLeg,
    *,
    people: People,
    talks: Talks,
    voicebox: Voicebox,
    account_id: str,
    language: str,
    attempt_id: str | None = None,
    last_intent: LastIntent = lambda _: None,
    tape: Tape | None = None,
) -> CallRecord:
    """:func:`bot.phone.call.run_call`, and then, where the talk goes to a person, that person on the line.

    The outcome is "transferred" when a collector has spoken with the debtor.
    """
    kept = KeptLeg(leg)
    lasting = LastingTape(tape) if tape is not None else None
    fetching = _Fetching(people, kept)
    pumping = asyncio.create_task(kept.pump())
    try:
        done = await run_call(
            kept,
            talks=cast(Talks, _Noticing(talks, fetching.begin)),
            voicebox=voicebox,
            account_id=account_id,
            language=language,
            attempt_id=attempt_id,
            last_intent=last_intent,
            tape=lasting,
        )
        kept.part()
        if fetching.task is None or kept.gone or not await fetching.wanted():
            return done
        spoken_in = done.turns[-1].language if done.turns else language
        after = _After(leg, kept, voicebox, people, talks, done.conversation_id, spoken_in, lasting, done.seconds)
        spoke = await after.run(fetching.task)
        return replace(done, outcome="transferred") if spoke else done
    finally:
        await fetching.stop()
        await leg.hang_up()
        pumping.cancel()
        if lasting is not None:
            lasting.close_now()


class _Fetching:
    """Looks for a person from the moment a case is opened, while the bot still speaks."""

    def __init__(self, people: People, kept: KeptLeg) -> None:
        self._people = people
        self._kept = kept
        self._loop = asyncio.get_running_loop()
        self.task: asyncio.Task[CallLeg | None] | None = None
        self._wanted: asyncio.Future[bool] = self._loop.create_future()

    async def wanted(self) -> bool:
        """Whether a person belongs on this line at all."""
        return await self._wanted

    def begin(self, reply: Reply) -> None:
        """A talk has gone to a person. Called in the thread of the talk."""
        self._loop.call_soon_threadsafe(self._begin, reply)

    def _begin(self, reply: Reply) -> None:
        if self.task is None and not self._kept.gone:
            self.task = asyncio.create_task(self._fetch(reply))

    async def _fetch(self, reply: Reply) -> CallLeg | None:
        try:
            self._wanted.set_result(await self._people.handover.wanted(reply.conversation_id))
        except Exception as fault:
            structlog.get_logger().error("handover_failed", conversation_id=reply.conversation_id, exc_info=fault)
            self._wanted.set_result(False)
        if not self._wanted.result():
            return None
        offer = self._people.handover.collector
        found = await offer(reply.conversation_id, reply.language, self._people.patience_seconds)
        while found is None and not reply.ended and not self._kept.gone:
            # The bot stays with somebody in danger, and goes on asking for a person.
            await asyncio.sleep(ASK_AGAIN_S)
            found = await offer(reply.conversation_id, reply.language, self._people.patience_seconds)
        if not reply.ended:
            self._kept.part()
        return found

    async def stop(self) -> None:
        """Nobody is needed any more; who has come all the same is let go."""
        if self.task is None:
            return
        self.task.cancel()
        (found,) = await asyncio.gather(self.task, return_exceptions=True)
        if found is not None and not isinstance(found, BaseException):
            await found.hang_up()


class _After:
    """The call after the bot's talk: waiting, a person or none, and the end."""

    def __init__(
        self,
        leg: CallLeg,
        kept: KeptLeg,
        voicebox: Voicebox,
        people: People,
        talks: Talks,
        conversation_id: str,
        language: str,
        tape: LastingTape | None,
        began: float,
    ) -> None:
        self._leg = leg
        self._kept = kept
        self._voicebox = voicebox
        self._people = people
        self._talk = conversation_id
        self._tape = tape
        self._now = began
        self._keys: asyncio.Queue[str] = asyncio.Queue()
        self._played: dict[str, asyncio.Event] = {}
        self._gone = asyncio.Event()
        self._log = structlog.get_logger()
        # A wish to be left alone: nobody is put through any more, and nothing is offered.
        self._let_be = False
        self._answers: asyncio.Queue[Reply] = asyncio.Queue()
        self._overhearing = Overhearing(leg.rate, voicebox.hears, talks, conversation_id, language, self._wished)

    async def run(self, fetching: asyncio.Task[CallLeg | None]) -> bool:
        """Whether a person has spoken with the debtor."""
        listening = asyncio.create_task(self._listen())
        try:
            collector = await self._wait_for(fetching)
            await self._answer()
            if self._let_be:
                if collector is not None:
                    await collector.hang_up()
                await self._tell("trigger_cease")
                return False
            if collector is None and not self._gone.is_set():
                await self._nobody("transfer_nobody")
            elif collector is not None:
                await self._tell("transfer_found")
            if collector is None or self._gone.is_set():
                return False
        finally:
            listening.cancel()
            await asyncio.gather(listening, return_exceptions=True)
            self._overhearing.end_turn()
            await self._overhearing.settle()
        who, how = await bridge(
            self._leg,
            self._kept.rest(),
            collector,
            debtor_said=self._debtor_said,
            collector_said=self._we_said,
        )
        await collector.hang_up()
        self._log.info("call.bridged", conversation_id=self._talk, outcome=who, code=how.cause)
        if who == "collector":
            await self._left_alone(how)
        return True

    async def _left_alone(self, how: HungUp) -> None:
        """The collector is gone and the debtor is not: the bot takes the call back."""
        listening = asyncio.create_task(self._listen())
        try:
            if how.cause == NORMAL:
                await self._tell("transfer_over")
            else:
                await self._nobody("transfer_lost")
        finally:
            listening.cancel()
            await asyncio.gather(listening, return_exceptions=True)
            self._overhearing.end_turn()
            await self._overhearing.settle()

    async def _wished(self, reply: Reply) -> None:
        """Sensitive words were said, or key 9 pressed: who is in danger is answered, who wants peace is left in it."""
        if reply.lines:
            self._answers.put_nowait(reply)
        elif not await self._people.handover.wanted(self._talk):
            self._let_be = True

    async def _answer(self) -> None:
        """Say what has to be said to somebody in danger; it is recorded already."""
        while not self._answers.empty():
            reply = self._answers.get_nowait()
            await self._leg.clear()
            await self._speak(Told(reply.lines, reply.language))

    async def _wait_for(self, fetching: asyncio.Task[CallLeg | None]) -> CallLeg | None:
        """Music until somebody has come, or nobody will."""
        await asyncio.wait([fetching], timeout=0.2)
        if fetching.done():
            return _come(fetching)
        await self._tell("transfer_trying")
        loop = asyncio.get_running_loop()
        until, told = loop.time() + self._people.patience_seconds, loop.time()
        music, at = hold_music(self._leg.rate), 0
        piece = self._leg.rate * 2 // 5
        while not (fetching.done() or self._gone.is_set() or self._let_be) and loop.time() < until:
            await self._answer()
            if loop.time() - told > AGAIN_S:
                await self._leg.clear()
                await self._tell("transfer_still")
                told = loop.time()
            await self._play(music[at : at + piece])
            at = (at + piece) % len(music)
            # Whoever comes must not wait for the music.
            await asyncio.wait([fetching], timeout=0.15)
        await self._leg.clear()
        return _come(fetching)

    async def _nobody(self, why: str) -> None:
        """Say so, offer a time, take a key for an answer, and end kindly. The case stands whatever is said."""
        words = self._people.words
        offered = await self._worded(words.offer, self._talk, why)
        self._forget_keys()
        await self._speak(offered)
        if offered.slot is None or self._gone.is_set():
            return
        key = await self._key()
        await self._overhearing.settle()
        await self._answer()
        if self._let_be:
            await self._tell("trigger_cease")
        elif key == "1":
            await self._speak(await self._worded(words.agree, self._talk, offered.slot))
        else:
            await self._tell("case_stays")

    async def _tell(self, *templates: str) -> None:
        await self._speak(await self._worded(self._people.words.say, self._talk, *templates))

    async def _worded(self, words: Callable[..., Told], *given: object) -> Told:
        """Words that are recorded; none where they cannot be, for nothing is said that was not recorded."""
        try:
            return await asyncio.to_thread(words, *given)
        except Exception as fault:
            self._log.error("transfer_words_failed", conversation_id=self._talk, exc_info=fault)
            return Told((), "en")

    async def _speak(self, told: Told) -> None:
        """All of it, heard to its end or until the debtor has gone."""
        for number, line in enumerate(told.lines):
            if self._gone.is_set():
                return
            try:
                text = spoken(line.text, told.language)
                async for pcm in self._voicebox.speaks.synthesize(text, told.language, self._leg.rate):
                    await self._play(pcm)
            except Exception as fault:
                # Better a sentence that nobody hears than a debtor, or a collector, who is dropped for it.
                self._log.error("speaking_failed", conversation_id=self._talk, code=type(fault).__name__)
                continue
            name = f"after-{self._now:.3f}-{number}"
            self._played[name] = asyncio.Event()
            await self._leg.mark(name)
            ends = [asyncio.create_task(self._played[name].wait()), asyncio.create_task(self._gone.wait())]
            await asyncio.wait(ends, timeout=10, return_when=asyncio.FIRST_COMPLETED)
            for end in ends:
                end.cancel()

    async def _play(self, pcm: bytes) -> None:
        second = self._leg.rate * 2
        for at in range(0, len(pcm), second):
            self._we_said(pcm[at : at + second])
            await self._leg.play(pcm[at : at + second])

    async def _key(self) -> str | None:
        waiting = asyncio.create_task(self._keys.get())
        gone = asyncio.create_task(self._gone.wait())
        await asyncio.wait([waiting, gone], timeout=CHOICE_S, return_when=asyncio.FIRST_COMPLETED)
        gone.cancel()
        if waiting.done():
            return waiting.result()
        waiting.cancel()
        return None

    def _forget_keys(self) -> None:
        while not self._keys.empty():
            self._keys.get_nowait()

    async def _listen(self) -> None:
        """Keys, marks and the end; of what is said meanwhile, wishes and danger are heard."""
        async for event in self._kept.rest():
            match event:
                case Sound(pcm):
                    self._debtor_said(pcm)
                    self._overhearing.sound(pcm)
                case Key("9"):
                    self._overhearing.key_nine()
                    self._keys.put_nowait("9")
                case Key(digit):
                    self._keys.put_nowait(digit)
                case Played(name) if name in self._played:
                    self._played[name].set()
                case HungUp():
                    self._gone.set()

    def _debtor_said(self, pcm: bytes) -> None:
        if self._tape is not None:
            self._tape.debtor(self._now, pcm)
        self._now += len(pcm) / 2 / self._leg.rate

    def _we_said(self, pcm: bytes) -> None:
        if self._tape is not None:
            self._tape.bot(self._now, pcm)


def _come(fetching: asyncio.Task[CallLeg | None]) -> CallLeg | None:
    """Who has come; nobody, where they are still looked for or looking for them has failed."""
    if not fetching.done() or fetching.cancelled():
        return None
    if (fault := fetching.exception()) is not None:
        structlog.get_logger().error("handover_failed", exc_info=fault)
        return None
    return fetching.result()


class _Noticing:
    """The talks of a call, and a word to whoever fetches people as soon as one goes to a person."""

    def __init__(self, talks: Talks, escalated: Callable[[Reply], object]) -> None:
        self._talks = talks
        self._escalated = escalated

    def __getattr__(self, name: str) -> Callable[..., object]:
        """Every step of a talk, watched."""
        step = getattr(self._talks, name)

        def watched(*given: object, **named: object) -> object:
            reply = step(*given, **named)
            # A talk may go on for a question or two after the case was opened; then the person is not wanted yet.
            if isinstance(reply, Reply) and reply.escalated and (reply.ended or reply.stage == "with_person"):
                self._escalated(reply)
            return reply

        return watched
