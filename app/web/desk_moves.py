"""What is worked out about a case's account: what would move it to a better tier, and why it is contacted or not.

Either takes its time (the first scores a few hundred ways to pay), so it is looked for in a thread, after the case is
on the screen.
"""

from __future__ import annotations

from collections.abc import Callable

import structlog
from anyio.to_thread import run_sync
from nicegui import ui

from app.explaining import CARRIED, explanation_lines
from app.settings import registry_of
from app.web.language import Language
from app.web.look import panel, piece, text
from app.web.needs import Needs
from app.web.words import name_of, say
from ledger.tables import Account
from strategy.dispatch.explain_account import explain_account
from strategy.models.registry import ModelUnusable, load
from strategy.policy.packs import shipped_packs
from strategy.reasons.explain import what_would_move
from strategy.reasons.next_tier import sentences
from strategy.versions import StrategyUnreadable

Find = Callable[[], list[str]]
"""The sentences; may take a second."""


def read_moves(needs: Needs, account_id: str, language: Language) -> list[str]:
    """What would move the account, or why that cannot be said; nothing for an account that is no longer open."""
    try:
        with needs.ledger.read() as work:
            account = work.session.get_one(Account, account_id)
            if account.status != "open":
                return []
            found = what_would_move(work, load(registry_of(needs.settings)), account)
    except (ModelUnusable, StrategyUnreadable) as problem:
        structlog.get_logger().warning("desk.next_tier_unknown", account_id=account_id, reason=str(problem))
        return [say("desk.moves_unknown", language)]
    return sentences(found, account.currency, language, lambda tier: name_of("tier", tier, language))


def read_contact(needs: Needs, account_id: str, language: Language) -> list[str]:
    """Why the account is or is not contacted today, as `amends plan --explain` says it."""
    try:
        with needs.ledger.read() as work:
            found = explain_account(work, shipped_packs(), account_id, CARRIED)
    except StrategyUnreadable as problem:
        structlog.get_logger().warning("desk.contact_unexplained", account_id=account_id, reason=str(problem))
        return [say("strategy.unreadable", language)]
    return explanation_lines(found, language) if found else []


def show_late(heading: str, find: Find, language: Language) -> None:
    """A panel that fills itself once the page stands."""
    with panel(say(heading, language)):
        place = piece("div")
        with place:
            text(say("desk.moves_sought", language), "tiny quiet")

    async def fill() -> None:
        found = await run_sync(find)
        if place.is_deleted:  # another case has been opened meanwhile
            return
        place.clear()
        with place:
            for said in found or [say("desk.none", language)]:
                text(said, "tiny told")

    ui.timer(0, fill, once=True)
