"""The browser's leg: what was heard is what the page has played, and never sooner than it can be."""

from __future__ import annotations

import asyncio
from typing import Any

from bot.phone.legs.browser import AHEAD, BrowserLeg
from bot.phone.legs.browser_pages import Page, Pages
from bot.phone.legs.browser_phone import NO_PAGE, BrowserPhone
from bot.phone.seam import Dial, HungUp, Key, NotReached, Played, Sound

SECOND = b"\1\0" * 16_000


class Socket:
    """A page's socket that remembers what was sent."""

    def __init__(self) -> None:
        self.frames: list[Any] = []
        self.closed = False

    def send(self, frame: Any) -> None:
        self.frames.append(frame)

    def close(self) -> None:
        self.closed = True

    @property
    def sound(self) -> int:
        return sum(len(frame) for frame in self.frames if isinstance(frame, bytes))

    def last(self, kind: str) -> dict[str, Any]:
        return next(frame for frame in reversed(self.frames) if isinstance(frame, dict) and frame["type"] == kind)


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def waiting(leg: BrowserLeg) -> list[Any]:
    return [leg._events.get_nowait() for _ in range(leg._events.qsize())]


async def test_no_more_than_half_a_second_lies_ahead_of_what_is_heard() -> None:
    socket, clock = Socket(), Clock()
    leg = BrowserLeg(socket, "call", "key", clock)
    playing = asyncio.create_task(leg.play(SECOND))
    await asyncio.sleep(0.01)
    assert socket.sound <= AHEAD
    assert not playing.done()
    clock.now += 2
    leg.page_heard(0, 8_000)
    await asyncio.sleep(0.01)
    leg.page_heard(0, 16_000)
    await asyncio.wait_for(playing, 1)
    assert socket.sound == len(SECOND)


async def test_a_page_that_says_it_has_heard_what_it_cannot_have_heard_is_not_believed_yet() -> None:
    socket, clock = Socket(), Clock()
    leg = BrowserLeg(socket, "call", "key", clock)
    await leg.play(SECOND[: AHEAD // 2])
    await leg.mark("said")
    leg.page_heard(0, 10**9)
    assert waiting(leg) == []
    clock.now += 0.3
    leg.page_heard(0, 10**9)
    assert waiting(leg) == [Played("said")]


async def test_what_was_cleared_is_never_played_and_an_old_count_proves_nothing() -> None:
    socket, clock = Socket(), Clock()
    leg = BrowserLeg(socket, "call", "key", clock)
    await leg.play(SECOND[:3_200])
    await leg.mark("dropped")
    await leg.clear()
    await leg.play(SECOND[:3_200])
    await leg.mark("kept")
    clock.now += 5
    leg.page_heard(0, 1_600)
    assert waiting(leg) == []
    leg.page_heard(socket.last("clear")["part"], 1_600)
    assert waiting(leg) == [Played("kept")]


async def test_a_page_that_comes_back_hears_again_what_it_had_not_heard() -> None:
    socket, clock = Socket(), Clock()
    leg = BrowserLeg(socket, "call", "key", clock)
    await leg.play(SECOND[:5_120])
    await leg.mark("said")
    clock.now += 0.1
    leg.page_heard(0, 1_280)
    leg.page_lost(socket)
    again = Socket()
    assert leg.page_back(again)
    assert again.sound == 5_120 - 2_560
    leg.page_lost(socket)  # the old socket is noticed late
    clock.now += 1
    leg.page_heard(again.last("resumed")["part"], 1_280)
    assert waiting(leg) == [Played("said")]
    assert not leg.over


async def test_a_page_that_stays_away_has_hung_up(monkeypatch: Any) -> None:
    monkeypatch.setattr("bot.phone.legs.browser.RESUME_S", 0.02)
    socket = Socket()
    leg = BrowserLeg(socket, "call", "key")
    leg.page_sound(b"\0\0")
    leg.page_key("7")
    leg.page_lost(socket)
    events = [event async for event in leg.events()]
    assert events == [Sound(b"\0\0"), Key("7"), HungUp(27)]
    assert not leg.page_back(Socket())
    await asyncio.wait_for(leg.play(SECOND), 1)


def ringing(pages: Pages) -> BrowserPhone:
    return BrowserPhone(pages, lambda account: f"debtor-of-{account}")


def dial(seconds: float = 1.0) -> Dial:
    return Dial("attempt", "A", "+10000000000", "en", seconds)


def pages_here() -> Pages:
    keys = iter(f"key-{number}" for number in range(100))
    return Pages(asyncio.get_running_loop().call_soon, lambda: next(keys))


async def until_rung(socket: Socket) -> None:
    while not any(isinstance(frame, dict) and frame["type"] == "ring" for frame in socket.frames):
        await asyncio.sleep(0.005)


async def test_the_first_tab_to_answer_has_the_call_and_no_other_tab_can_touch_it() -> None:
    pages, first, second = pages_here(), Socket(), Socket()
    tabs = [pages.opened("debtor-of-A", socket) for socket in (first, second)]
    rings = asyncio.create_task(ringing(pages).originate(dial()))
    await until_rung(second)
    tabs[0].told({"type": "answer", "call": "attempt"})
    tabs[1].told({"type": "answer", "call": "attempt"})
    leg = await rings
    assert isinstance(leg, BrowserLeg)
    assert second.last("stopped")["why"] == "elsewhere"
    for message in (
        {"type": "hangup"},
        {"type": "key", "digit": "9"},
        {"type": "answer", "call": "attempt"},
        {"type": "resume", "key": "key-7"},
        {"type": "heard", "part": 0, "samples": 5},
    ):
        tabs[1].told(message)
    tabs[1].sound(SECOND)
    assert not leg.over
    assert waiting(leg) == []
    assert await ringing(pages).originate(dial()) == NotReached("busy")


async def test_the_key_of_a_call_opens_it_to_its_own_person_alone() -> None:
    pages, socket = pages_here(), Socket()
    tab = pages.opened("debtor-of-A", socket)
    rings = asyncio.create_task(ringing(pages).originate(dial()))
    await until_rung(socket)
    tab.told({"type": "answer", "call": "attempt"})
    leg = await rings
    key = socket.last("begin")["key"]
    tab.gone()
    thief, theirs = Socket(), Socket()
    pages.opened("debtor-of-B", thief).told({"type": "resume", "key": key})
    assert thief.last("over")
    pages.opened("debtor-of-A", theirs).told({"type": "resume", "key": key})
    assert theirs.last("resumed")["call"] == "attempt"
    assert not leg.over


async def test_what_comes_of_ringing_is_told_as_it_is() -> None:
    pages, socket = pages_here(), Socket()
    assert (await ringing(pages).originate(dial())).outcome == NO_PAGE
    stale: Page = pages.opened("debtor-of-A", socket, lambda: False)
    assert (await ringing(pages).originate(dial())).outcome == NO_PAGE
    stale.gone()
    tab = pages.opened("debtor-of-A", socket)
    assert (await ringing(pages).originate(dial(0.02))).outcome == "ring_no_answer"
    socket.frames.clear()
    rings = asyncio.create_task(ringing(pages).originate(dial()))
    await until_rung(socket)
    # A page that is opened while it rings, rings too; one refusal is the person's.
    late = Socket()
    pages.opened("debtor-of-A", late)
    assert late.last("ring")["call"] == "attempt"
    tab.told({"type": "decline", "call": "attempt"})
    assert (await rings).outcome == "ring_no_answer"
    assert {frozenset(socket.last("ring")), frozenset(late.last("ring"))} == {
        frozenset({"type", "call", "language", "seconds"})
    }
