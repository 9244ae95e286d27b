"""The browser phone: whoever has their page open can be rung there, without an account at any telephone company."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from bot.phone.legs.browser_pages import Page, Pages
from bot.phone.seam import CallLeg, Dial, NotReached

NO_PAGE = "not_in_service"
"""Nobody's page is open, so nothing rang and nobody was disturbed: there is no telephone at that place now. It is not
'failed', for nothing of ours broke, and not 'ring_no_answer', for nothing rang."""


@dataclass(frozen=True, slots=True)
class BrowserPhone:
    """A `Carrier` that rings at the open pages of a debtor's valid links.

    :param whose: the debtor behind an account's id; it may read records, and is called in a thread.
    """

    pages: Pages
    whose: Callable[[str], str]

    async def originate(self, dial: Dial) -> CallLeg | NotReached:
        debtor = await asyncio.to_thread(self.whose, dial.account_id)
        if self.pages.talking(debtor):
            return NotReached("busy")
        if not self.pages.there(debtor):
            return NotReached(NO_PAGE)
        told = {"language": dial.language, "seconds": dial.ring_seconds}
        match await self.pages.ring(dial.attempt_id, [debtor], dial.ring_seconds, told):
            case Page() as page:
                return page.begin(dial.attempt_id)
            case _:
                # Declined too: it rang, somebody was disturbed, and a pack may leave a busy line out of its cap.
                return NotReached("ring_no_answer")
