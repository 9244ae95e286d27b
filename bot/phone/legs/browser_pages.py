"""The pages that are open, whom each belongs to, and ringing at them: of several that ring, one takes the call.

A page belongs to somebody (`owner`: a debtor's id, or a collector's name). Everything here happens in the event loop
that the calls run in; a websocket, which lives elsewhere, posts what it hears to it (`Pages.post`).
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from bot.phone.legs.browser import BrowserLeg, Line

MOST_PAGES: Final = 4
"""Pages one person may have open; the oldest that is in no call gives way to a new one."""
LATELY_S: Final = 86_400.0
KEYS: Final = frozenset("0123456789*#")

Post = Callable[[Callable[[], object]], object]
"""Do something in the loop of the calls, from any thread."""


@dataclass(eq=False, slots=True)
class Ring:
    """One call that rings at every page of `owners` until somebody takes it."""

    call_id: str
    owners: set[str]
    told: Mapping[str, Any]
    taken: asyncio.Future[Page | Literal["declined"]]


@dataclass(eq=False, slots=True)
class Page:
    """One open page. `leg` is the call it is in, `ring` the one it could take."""

    owner: str
    line: Line
    pages: Pages
    usable: Callable[[], bool] = lambda: True
    """Whether its link may still be rung."""
    leg: BrowserLeg | None = None
    ring: Ring | None = None
    awaited: dict[tuple[str, str], asyncio.Future[bool]] = field(default_factory=dict)
    connected: bool = True

    @property
    def in_call(self) -> bool:
        return self.leg is not None and not self.leg.over

    def begin(self, call_id: str) -> BrowserLeg:
        """The call is this page's from now on."""
        self.leg = BrowserLeg(self.line, call_id, self.pages.new_key())
        self.pages.keep(self.leg, self)
        if not self.connected:
            self.leg.page_lost(self.line)
        return self.leg

    async def confirms(self, kind: str, subject: str, seconds: float) -> bool:
        """Whether the page says within `seconds` that something has happened, such as ("rendered", a case's id)."""
        said = asyncio.get_running_loop().create_future()
        self.awaited[kind, subject] = said
        try:
            return await asyncio.wait_for(said, seconds)
        except TimeoutError:
            return False
        finally:
            self.awaited.pop((kind, subject), None)

    def sound(self, pcm: bytes) -> None:
        if self.leg is not None:
            self.leg.page_sound(pcm)

    def told(self, message: Mapping[str, Any]) -> None:
        """What the page says. What makes no sense now is passed over: messages and calls cross on the way."""
        match message:
            case {"type": "answer", "call": str(call)} if self.ring is not None and self.ring.call_id == call:
                self.pages.take(self.ring, self)
            case {"type": "decline", "call": str(call)} if self.ring is not None and self.ring.call_id == call:
                self.pages.decline(self.ring, self.owner)
            case {"type": "resume", "key": str(key)} if not self.in_call:
                self.pages.resume(self, key)
            case {"type": "heard", "part": int(part), "samples": int(samples)} if self.leg is not None:
                self.leg.page_heard(part, samples)
            case {"type": "key", "digit": str(digit)} if self.leg is not None and digit in KEYS:
                self.leg.page_key(digit)
            case {"type": "hangup"} if self.leg is not None:
                self.leg.page_hung_up()
            case {"type": str(kind), "subject": str(subject)}:
                if (waits := self.awaited.get((kind, subject))) is not None and not waits.done():
                    waits.set_result(True)
            case _:
                self.pages.hears(self, message)

    def gone(self) -> None:
        """Its socket is closed."""
        self.pages.closed(self)


class Pages:
    """All open pages of one kind of telephone.

    :param new_key: makes the secret by which a page takes its call up again.
    """

    def __init__(
        self,
        post: Post,
        new_key: Callable[[], str],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.post = post
        self.new_key = new_key
        self.hears: Callable[[Page, Mapping[str, Any]], object] = lambda _page, _message: None
        """Told of what a page says that is not about a call."""
        self.greeting: dict[str, Any] = {}
        """What a page is told beside that it may wait for calls."""
        self._clock = clock
        self._open: dict[str, list[Page]] = {}
        self._rings: list[Ring] = []
        self._legs: dict[str, tuple[str, BrowserLeg]] = {}
        self._seen: dict[str, float] = {}

    def opened(self, owner: str, line: Line, usable: Callable[[], bool] = lambda: True) -> Page:
        """A page has connected. It joins a call that is ringing at its owner's other pages."""
        page = Page(owner, line, self, usable)
        held = self._open.setdefault(owner, [])
        if len(held) >= MOST_PAGES and (oldest := next((each for each in held if not each.in_call), None)):
            oldest.line.close()
            self.closed(oldest)
        self._open.setdefault(owner, []).append(page)
        self._saw(owner)
        line.send({"type": "waiting", **self.greeting})
        for ring in self._rings:
            if owner in ring.owners:
                self._ring_at(page, ring)
        return page

    def closed(self, page: Page) -> None:
        held = self._open.get(page.owner, [])
        if page in held:
            held.remove(page)
        if not held:
            self._open.pop(page.owner, None)
        page.connected = False
        self._saw(page.owner)
        if page.leg is not None:
            page.leg.page_lost(page.line)
        for waits in page.awaited.values():
            if not waits.done():
                waits.set_result(False)

    def there(self, owner: str) -> bool:
        """Whether a call could ring at this owner now. May be asked from any thread."""
        return any(page.usable() for page in self._open.get(owner, ()))

    def lately(self, owner: str) -> bool:
        """Whether this owner's page was open within the last day. May be asked from any thread."""
        seen = self._seen.get(owner)
        return seen is not None and self._clock() - seen < LATELY_S

    def talking(self, owner: str) -> bool:
        """Whether this owner is in a call, even if its socket is lost at the moment."""
        return any(held == owner and not leg.over for held, leg in tuple(self._legs.values()))

    async def ring(
        self, call_id: str, owners: Iterable[str], seconds: float, told: Mapping[str, Any]
    ) -> Page | Literal["declined", "rung_out"]:
        """Ring at every page of `owners` that is in no call; the page that answered first.

        "declined": all of them have said no. What is `told` reaches the pages: nothing of a debt may be in it.
        """
        ring = Ring(call_id, set(owners), dict(told), asyncio.get_running_loop().create_future())
        self._rings.append(ring)
        for owner in ring.owners:
            for page in self._open.get(owner, ()):
                self._ring_at(page, ring)
        why, winner = "rung_out", None
        try:
            taken = await asyncio.wait_for(ring.taken, seconds)
            if taken == "declined":
                why = "declined"
                return "declined"
            why, winner = "elsewhere", taken
            return taken
        except TimeoutError:
            return "rung_out"
        except asyncio.CancelledError:
            why = "gone"
            raise
        finally:
            self._rings.remove(ring)
            for page in [page for held in self._open.values() for page in held if page.ring is ring]:
                self._stop(page, "taken" if page is winner else why)

    def take(self, ring: Ring, page: Page) -> None:
        if not ring.taken.done():
            ring.taken.set_result(page)

    def decline(self, ring: Ring, owner: str) -> None:
        ring.owners.discard(owner)
        for page in self._open.get(owner, ()):
            if page.ring is ring:
                self._stop(page, "declined")
        if not ring.owners and not ring.taken.done():
            ring.taken.set_result("declined")

    def keep(self, leg: BrowserLeg, page: Page) -> None:
        """Remember a call, so that its page can take it up again."""
        self._legs = {key: kept for key, kept in self._legs.items() if not kept[1].over}
        self._legs[leg.key] = (page.owner, leg)

    def resume(self, page: Page, key: str) -> None:
        owner, leg = self._legs.get(key, ("", None))
        if leg is None or owner != page.owner or not leg.page_back(page.line):
            page.line.send({"type": "over", "why": "lost"})
            return
        page.leg = leg

    def _saw(self, owner: str) -> None:
        now = self._clock()
        self._seen = {each: at for each, at in self._seen.items() if now - at < LATELY_S} | {owner: now}

    def _ring_at(self, page: Page, ring: Ring) -> None:
        if page.usable() and not page.in_call and page.ring is None:
            page.ring = ring
            page.line.send({"type": "ring", "call": ring.call_id, **ring.told})

    def _stop(self, page: Page, why: str) -> None:
        stopped = page.ring
        page.ring = None
        if stopped is not None:
            page.line.send({"type": "stopped", "call": stopped.call_id, "why": why})
