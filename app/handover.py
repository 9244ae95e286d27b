"""Fetching a collector to a call: whom it rings at, their screen before the first word, one collector a call.

The case is leased to whoever accepts, so that of two browsers at once exactly one gets the call.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import structlog
from sqlmodel import col, select

from app.web.words import name_of
from bot.phone.legs.browser_pages import Page, Pages
from bot.phone.seam import CallLeg
from desk.live_calls import Ready, may_be_live, ready, suitable
from desk.queue import Leased, lease, release
from ledger.ledger import Ledger
from ledger.tables import Case

DRAWN_WITHIN_S: Final = 10.0
"""How long an accepted case may take to be on the screen."""


@dataclass(frozen=True, slots=True)
class _Case:
    id: str
    queue: str
    priority: str
    trigger: str


class LiveHandover:
    """`bot.phone.ports.Handover`: collectors whose pages say that they are ready. It lives in the loop of the calls."""

    def __init__(self, ledger: Ledger, pages: Pages) -> None:
        self._ledger = ledger
        self._pages = pages
        self._ready: dict[str, Ready] = {}
        self._log = structlog.get_logger()
        pages.hears = self._told

    async def wanted(self, conversation_id: str) -> bool:
        cases = await asyncio.to_thread(self._cases, conversation_id)
        return bool(cases) and all(may_be_live(case.trigger) for case in cases)

    async def collector(self, conversation_id: str, language: str, patience_seconds: float) -> CallLeg | None:
        cases = await asyncio.to_thread(self._cases, conversation_id)
        if not cases:
            return None
        case = cases[0]
        until, tried = time.monotonic() + patience_seconds, set[str]()
        while (left := until - time.monotonic()) > 0:
            names = [name for name in self.free(case.queue, language) if name not in tried]
            if not names:
                return None
            match await self._pages.ring(f"{conversation_id}:{len(tried)}", names, left, self._offer(case, language)):
                case Page() as page:
                    if (leg := await self._opened(page, case)) is not None:
                        return leg
                    tried.add(page.owner)
                case _:
                    return None
        return None

    def free(self, queue: str, language: str) -> tuple[str, ...]:
        """Who is ready for such a call, has a page open and is in no other call."""
        here = (each for each in self._ready.values() if self._pages.there(each.name))
        return suitable((each for each in here if not self._pages.talking(each.name)), queue, language)

    async def _opened(self, page: Page, case: _Case) -> CallLeg | None:
        """The leg of a collector who has the case, and sees it."""
        if not await asyncio.to_thread(self._lease, case.id, page.owner):
            page.line.send({"type": "taken"})
            return None
        try:
            page.line.send({"type": "open", "case": case.id})
            if await page.confirms("rendered", case.id, DRAWN_WITHIN_S):
                self._ready.pop(page.owner, None)  # after the call they write it up first
                return page.begin(case.id)
        except asyncio.CancelledError:
            # The debtor has gone while the case was being opened: it stays with whoever took it.
            page.line.send({"type": "gone"})
            raise
        self._log.warning("handover.not_drawn", case_id=case.id)
        page.line.send({"type": "not_drawn"})
        await asyncio.to_thread(self._release, case.id, page.owner)
        return None

    def _told(self, page: Page, message: Mapping[str, Any]) -> None:
        """A collector's page says whether they are ready, and for which calls."""
        match message:
            case {"type": "ready", "languages": list(languages), "queues": list(queues)}:
                if (found := ready(page.owner, languages, queues)) is not None:
                    self._ready[page.owner] = found
                    page.line.send({"type": "ready"})
            case {"type": "away"}:
                self._ready.pop(page.owner, None)
                page.line.send({"type": "away"})

    def _offer(self, case: _Case, language: str) -> dict[str, Any]:
        about = {
            each: f"{name_of('trigger', case.trigger, each)} · {name_of('queue', case.queue, each)}"
            for each in ("zh", "en")
        }
        return {"language": language, "priority": case.priority, "about": about}

    def _cases(self, conversation_id: str) -> list[_Case]:
        """The open cases of a talk, the most urgent first."""
        with self._ledger.read() as work:
            waiting = select(Case).where(Case.conversation_id == conversation_id, Case.status != "wrapped")
            found = work.session.exec(waiting.order_by(col(Case.priority), col(Case.opened_at).desc())).all()
            return [_Case(case.id, case.queue, case.priority, case.trigger) for case in found]

    def _lease(self, case_id: str, name: str) -> bool:
        with self._ledger.begin() as work:
            return isinstance(lease(work, case_id, name), Leased)

    def _release(self, case_id: str, name: str) -> None:
        with self._ledger.begin() as work:
            release(work, case_id, name)
