"""The line on top of the staff pages while accounts wait for people because their data came in broken."""

from __future__ import annotations

from app.web.language import Language
from app.web.look import text
from app.web.needs import Needs
from app.web.words import say
from ledger.tables import FeedCheck, ImportBatch
from strategy.quality.feed import feed_state, waiting_accounts


def read_notice(needs: Needs, language: Language) -> str:
    """What to say; empty while all is well."""
    with needs.ledger.read() as work:
        state = feed_state(work)
        waiting = waiting_accounts(work, state)
        if not state.broken and not waiting:
            return ""
        check = work.session.get(FeedCheck, state.check_id) if state.broken and state.check_id else None
        batch = work.session.get(ImportBatch, check.batch_id) if check else None
    if batch is None:
        return say("feed.waiting", language, count=waiting)
    return say("feed.broken", language, day=batch.as_of, count=waiting)


def show_notice(notice: str) -> None:
    """The line itself, if there is anything to say."""
    if notice:
        text(notice, "feed-notice").props('role="alert"')
