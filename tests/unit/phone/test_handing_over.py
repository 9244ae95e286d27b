"""A call that goes to a person: one comes, none comes, they drop out; the debtor is never left in silence."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import date, time
from typing import Any

import pytest
from phoned import ScriptedEars

from bot.callback_slot import Slot
from bot.clock_times import Span
from bot.phone.call import Voicebox
from bot.phone.handing_over import People, call_with_people
from bot.phone.record import CallRecord
from bot.phone.seam import HungUp, Key, LegEvent, Played, Sound
from bot.phrases import Line
from bot.reply import Reply
from bot.transfer import Told
from bot.turns import Recorded
from speech.audio import to_pcm16
from speech.speak import Speaker

SLOT = Slot(date(2026, 3, 5), Span(time(9), time(11)))


class FakeLeg:
    """A leg whose far end hears everything at once."""

    rate = 16_000

    def __init__(self) -> None:
        self.coming: asyncio.Queue[LegEvent] = asyncio.Queue()
        self.heard = bytearray()
        self.ended = False

    async def events(self) -> AsyncIterator[LegEvent]:
        while True:
            event = await self.coming.get()
            yield event
            if isinstance(event, HungUp):
                return

    async def play(self, pcm: bytes) -> None:
        self.heard += pcm
        await asyncio.sleep(0)

    async def mark(self, name: str) -> None:
        self.coming.put_nowait(Played(name))

    async def clear(self) -> None:
        pass

    async def hang_up(self) -> None:
        if not self.ended:
            self.ended = True
            self.coming.put_nowait(HungUp(16))


class Voice:
    """Says the name of a sentence as a piece of sound."""

    def __init__(self) -> None:
        self.said: list[str] = []

    async def synthesize(self, text: str, language: str, rate: int) -> AsyncIterator[bytes]:
        self.said.append(text)
        yield b"\0\0" * 10


@dataclass
class Words:
    """Transfers whose sentences are their own names."""

    said: list[str] = field(default_factory=list)
    slot: Slot | None = SLOT
    agreed: Slot | None = None

    def _told(self, *names: str, slot: Slot | None = None) -> Told:
        self.said += names
        return Told(tuple(Line(name, name) for name in names), "en", slot)

    def say(self, _talk: str, *names: str) -> Told:
        return self._told(*names)

    def offer(self, _talk: str, why: str) -> Told:
        return self._told(why, "callback_slot" if self.slot else "case_stays", slot=self.slot)

    def agree(self, _talk: str, slot: Slot) -> Told:
        self.agreed = slot
        return self._told("callback_noted_at")


@dataclass
class Desk:
    """A handover whose answer comes when the test says so."""

    live: bool = True
    comes: Any = None

    async def wanted(self, _talk: str) -> bool:
        return self.live

    async def collector(self, _talk: str, _language: str, _patience: float) -> Any:
        return await self.comes if asyncio.isfuture(self.comes) else self.comes


@dataclass
class Talks:
    keys: list[str] = field(default_factory=list)
    overheard_texts: list[str] = field(default_factory=list)
    answer: tuple[Line, ...] = ()

    def key(self, conversation_id: str, key: str) -> Reply:
        self.keys.append(key)
        return Reply(conversation_id, (), "en", "closed", True, True, (Recorded("t", 9, "debtor", f"[{key}]", None),))

    def overheard(self, conversation_id: str, text: str) -> Reply:
        self.overheard_texts.append(text)
        record = (Recorded("t", 9, "debtor", text, None),)
        return Reply(conversation_id, self.answer, "en", "closed", True, True, record)


async def call(
    leg: FakeLeg,
    desk: Desk,
    words: Words,
    monkeypatch: pytest.MonkeyPatch,
    patience: float = 5,
    talks: Talks | None = None,
    voicebox: Voicebox | None = None,
) -> CallRecord:
    async def bots_part(kept: Any, *, talks: Any, **_given: Any) -> CallRecord:
        await asyncio.to_thread(talks.key, "talk", "0")
        await kept.hang_up()
        return CallRecord("talk", "escalated", ())

    monkeypatch.setattr("bot.phone.handing_over.run_call", bots_part)
    return await asyncio.wait_for(
        call_with_people(
            leg,
            people=People(desk, words, patience),
            talks=talks or Talks(),
            voicebox=voicebox or Voicebox(None, Voice()),
            account_id="account",
            language="en",
        ),
        20,
    )


async def until(condition: Any) -> None:
    for _ in range(400):
        if condition():
            return
        await asyncio.sleep(0.01)
    raise AssertionError("it did not come to pass")


async def test_a_collector_and_the_debtor_hear_each_other_until_one_hangs_up(monkeypatch: pytest.MonkeyPatch) -> None:
    leg, theirs, words = FakeLeg(), FakeLeg(), Words()
    desk = Desk(comes=asyncio.get_running_loop().create_future())
    calling = asyncio.create_task(call(leg, desk, words, monkeypatch))
    await until(lambda: words.said == ["transfer_trying"])
    await until(lambda: len(leg.heard) > 10_000)  # music, while nobody has come yet
    desk.comes.set_result(theirs)
    await until(lambda: words.said == ["transfer_trying", "transfer_found"])
    leg.coming.put_nowait(Sound(b"\1\1" * 50))
    theirs.coming.put_nowait(Sound(b"\2\2" * 50))
    await until(lambda: b"\1\1" * 50 in theirs.heard and b"\2\2" * 50 in leg.heard)
    leg.coming.put_nowait(HungUp(16))
    done = await calling
    assert done.outcome == "transferred"
    assert theirs.ended
    assert leg.ended


async def test_nobody_free_is_said_and_a_time_is_offered_by_key(monkeypatch: pytest.MonkeyPatch) -> None:
    leg, words = FakeLeg(), Words()
    calling = asyncio.create_task(call(leg, Desk(), words, monkeypatch))
    await until(lambda: "callback_slot" in words.said)
    await asyncio.sleep(0.05)
    leg.coming.put_nowait(Key("1"))
    done = await calling
    assert words.said == ["transfer_nobody", "callback_slot", "callback_noted_at"]
    assert words.agreed == SLOT
    assert done.outcome == "escalated"


async def test_who_may_not_be_offered_a_time_hears_that_their_case_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    words = Words(slot=None)
    await call(FakeLeg(), Desk(), words, monkeypatch)
    assert words.said == ["transfer_nobody", "case_stays"]


async def test_patience_ends_and_the_music_with_it(monkeypatch: pytest.MonkeyPatch) -> None:
    words = Words(slot=None)
    desk = Desk(comes=asyncio.get_running_loop().create_future())
    await call(FakeLeg(), desk, words, monkeypatch, patience=0.6)
    assert words.said == ["transfer_trying", "transfer_nobody", "case_stays"]
    assert desk.comes.cancelled()


@pytest.mark.parametrize(
    ("cause", "said"),
    [(16, ["transfer_over"]), (27, ["transfer_lost", "case_stays"]), (None, ["transfer_lost", "case_stays"])],
)
async def test_a_collector_who_leaves_does_not_leave_the_debtor_in_silence(
    cause: int | None, said: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    leg, theirs, words = FakeLeg(), FakeLeg(), Words(slot=None)
    theirs.coming.put_nowait(HungUp(cause))
    done = await call(leg, Desk(comes=theirs), words, monkeypatch)
    assert words.said == ["transfer_found", *said]
    assert (done.outcome, leg.ended) == ("transferred", True)


async def test_after_a_wish_to_be_left_alone_nobody_is_fetched_and_nothing_more_is_said(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    leg, words = FakeLeg(), Words()
    assert (await call(leg, Desk(live=False), words, monkeypatch)).outcome == "escalated"
    assert (words.said, leg.ended) == ([], True)


async def test_a_collector_who_comes_to_an_empty_line_is_let_go(monkeypatch: pytest.MonkeyPatch) -> None:
    leg, theirs, words = FakeLeg(), FakeLeg(), Words()
    desk = Desk(comes=asyncio.get_running_loop().create_future())
    calling = asyncio.create_task(call(leg, desk, words, monkeypatch))
    await until(lambda: words.said == ["transfer_trying"])
    leg.coming.put_nowait(HungUp(16))
    desk.comes.set_result(theirs)
    await calling
    assert theirs.ended


async def test_key_nine_while_waiting_is_kept_and_ends_the_call_kindly(monkeypatch: pytest.MonkeyPatch) -> None:
    leg, words, talks = FakeLeg(), Words(), Talks()
    desk = Desk(comes=asyncio.get_running_loop().create_future())
    calling = asyncio.create_task(call(leg, desk, words, monkeypatch, talks=talks))
    await until(lambda: words.said == ["transfer_trying"])
    desk.live = False
    leg.coming.put_nowait(Key("9"))
    assert (await calling).outcome == "escalated"
    assert talks.keys == ["0", "9"]
    assert words.said == ["transfer_trying", "trigger_cease"]
    assert desk.comes.cancelled()


async def test_key_nine_instead_of_a_call_back_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    leg, words, talks, desk = FakeLeg(), Words(), Talks(), Desk()
    calling = asyncio.create_task(call(leg, desk, words, monkeypatch, talks=talks))
    await until(lambda: "callback_slot" in words.said)
    await asyncio.sleep(0.05)
    desk.live = False
    leg.coming.put_nowait(Key("9"))
    await calling
    assert (talks.keys, words.said[-1], words.agreed) == (["0", "9"], "trigger_cease", None)


@pytest.mark.parametrize("danger", [True, False])
async def test_what_is_said_over_the_music_is_heard(
    danger: bool, speaker: Speaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    leg, words = FakeLeg(), Words(slot=None)
    talks = Talks(answer=(Line("neutral_p0", "help"),) if danger else ())
    desk = Desk(comes=asyncio.get_running_loop().create_future())
    mouth = Voice()
    ears = ScriptedEars(("never call me again", 0.9))
    calling = asyncio.create_task(
        call(leg, desk, words, monkeypatch, talks=talks, voicebox=Voicebox(ears, mouth), patience=2)
    )
    await until(lambda: words.said == ["transfer_trying"])
    desk.live = danger
    leg.coming.put_nowait(Sound(to_pcm16(speaker.say("never call me again", "en"))))
    leg.coming.put_nowait(Sound(bytes(2 * 16_000 * 2)))
    await until(lambda: talks.overheard_texts == ["never call me again"])
    if danger:
        await until(lambda: "help" in mouth.said)
        leg.coming.put_nowait(HungUp(16))
    await calling
    assert words.said == ["transfer_trying", *([] if danger else ["trigger_cease"])]


async def test_a_mouth_that_fails_drops_neither_debtor_nor_collector(monkeypatch: pytest.MonkeyPatch) -> None:
    class Mute:
        async def synthesize(self, *_: object) -> AsyncIterator[bytes]:
            raise OSError("no sound")
            yield b""

    leg, theirs, words = FakeLeg(), FakeLeg(), Words()
    calling = asyncio.create_task(call(leg, Desk(comes=theirs), words, monkeypatch, voicebox=Voicebox(None, Mute())))
    await until(lambda: words.said == ["transfer_found"])
    leg.coming.put_nowait(Sound(b"\1\1" * 50))
    await until(lambda: b"\1\1" * 50 in theirs.heard)
    leg.coming.put_nowait(HungUp(16))
    assert (await calling).outcome == "transferred"
