"""Calls for tests: talks, ears and a mouth that follow a script, and debtors made of plain sound."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Coroutine, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from bot.phrases import Line, say
from bot.session import Reply
from speech.audio import Samples, seconds_of, silence
from speech.hear import Heard


def reply(template: str, *, language: str = "en", ended: bool = False, escalated: bool = False, **facts) -> Reply:
    stage = "closed" if ended else "talking"
    return Reply("talk-1", (say(template, language, **facts),), language, stage, ended, escalated)


class ScriptedHearing:
    """What a script lets be heard, as soon as it is waited for."""

    def __init__(self, hearing: Coroutine[Any, Any, Heard]) -> None:
        self._hearing = asyncio.ensure_future(hearing)
        self.committed = False

    def commit(self) -> None:
        self.committed = True

    def cancel(self) -> None:
        self._hearing.cancel()

    async def result(self) -> Heard:
        return await self._hearing


class ScriptedEars:
    """Hears a script, whatever the sound. Where it ends, nothing is heard."""

    def __init__(self, *script: tuple[str, float], takes: float = 0.0) -> None:
        self._script = list(script)
        self._takes = takes
        self.languages: list[str] = []
        self.expected: list[str] = []
        self.seconds: list[float] = []

    def begin(self, samples: Samples, language: str, expecting: str = "anything") -> ScriptedHearing:
        return ScriptedHearing(self.hear(samples, language, expecting))

    async def hear(self, samples: Samples, language: str, expecting: str = "anything") -> Heard:
        self.languages.append(language)
        self.expected.append(expecting)
        self.seconds.append(seconds_of(samples))
        text, confidence = self._script.pop(0) if self._script else ("", 0.0)
        await asyncio.sleep(self._takes)
        return Heard(text, language, confidence, 0.0, bool(text) and confidence > 0.4, seconds_of(samples), 5.0)


class BriefMouth:
    """Says everything in `seconds`, as a hum."""

    def __init__(self, seconds: float = 0.5) -> None:
        self.said: list[tuple[str, str]] = []
        self._seconds = seconds

    async def synthesize(self, text: str, language: str, rate: int) -> AsyncIterator[bytes]:
        self.said.append((text, language))
        for _ in range(round(self._seconds * 10)):
            yield np.full(rate // 10, 1000, "<i2").tobytes()


class ScriptedTalks:
    """Answers with a script, and notes what it was told."""

    def __init__(self, *replies: Reply, opening: Sequence[Line] = ()) -> None:
        self._replies = list(replies)
        self._opening = tuple(opening) or (say("ask_identity", "en"),)
        self.told: list[str] = []
        self.half_heard_texts: list[str] = []
        self.unheard_in_a_row: list[int] = []
        self.overheard_texts: list[str] = []
        self.after_closing = Reply("talk-1", (), "en", "closed", True, False)
        self.silences: list[int] = []
        self.keys: list[str] = []
        self.machines = self.voicemails = 0
        self.broken = 0
        self.debtor_hung_up = False
        self.proven: tuple[list[str], list[str]] | None = None

    def start(self, account_id: str, channel: str, language: str, attempt_id: str | None = None) -> Reply:
        assert (account_id, channel, attempt_id) == ("account-1", "voice", "attempt-1")
        return Reply("talk-1", self._opening, language, "verifying", False, False)

    def turn(self, conversation_id: str, text: str) -> Reply:
        self.told.append(text)
        return self._replies.pop(0) if self._replies else reply("anything_else")

    def half_heard(self, conversation_id: str, text: str) -> Reply:
        self.half_heard_texts.append(text)
        return self.turn(conversation_id, text)

    def unheard(self, conversation_id: str, in_a_row: int) -> Reply:
        self.unheard_in_a_row.append(in_a_row)
        return reply("rephrase") if in_a_row < 3 else reply("handoff_next_day", ended=True, escalated=True)

    def overheard(self, conversation_id: str, text: str) -> Reply:
        self.overheard_texts.append(text)
        return self.after_closing

    def nobody_spoke(self, conversation_id: str, in_a_row: int) -> Reply:
        self.silences.append(in_a_row)
        return reply("nothing_heard") if in_a_row < 3 else reply("goodbye", ended=True)

    def key(self, conversation_id: str, key: str) -> Reply:
        self.keys.append(key)
        return reply("trigger_human" if key == "0" else "trigger_cease", ended=True, escalated=key == "0")

    def machine_answered(self, conversation_id: str) -> Reply:
        self.voicemails += 1
        return Reply(conversation_id, (), "en", "closed", True, False)

    def machine_asked(self, conversation_id: str) -> Reply:
        self.machines += 1
        return replace(reply("greeting_voice", bank="Amends Bank"), stage="verifying")

    def broke(self, conversation_id: str) -> Reply:
        self.broken += 1
        return reply("system_failure", ended=True, escalated=True)

    def hung_up(self, conversation_id: str) -> None:
        self.debtor_hung_up = True

    def heard_to_end(self, conversation_id: str, heard: Sequence[str], cut_off: Sequence[str]) -> None:
        self.proven = (list(heard), list(cut_off))


def pause(seconds: float) -> Samples:
    return silence(seconds)
