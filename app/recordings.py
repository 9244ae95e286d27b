"""Where the recordings of an installation lie."""

from __future__ import annotations

from app.settings import Settings
from bot.phone.archive import Archive
from ledger.ledger import Ledger
from strategy.policy.packs import Packs, shipped_packs


def archive_of(settings: Settings, ledger: Ledger, packs: Packs | None = None) -> Archive:
    """The archive in the home of the installation."""
    return Archive(ledger, packs or shipped_packs(), settings.home / "recordings")
