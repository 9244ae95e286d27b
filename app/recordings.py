"""Where the recordings of an installation lie, and the tapes that they are made with."""

from __future__ import annotations

from app.settings import Settings
from bot.phone.archive import Archive
from bot.phone.recording import Tapes
from ledger.ledger import Ledger
from strategy.policy.packs import Packs, shipped_packs


def archive_of(settings: Settings, ledger: Ledger, packs: Packs | None = None) -> Archive:
    """The archive in the home of the installation."""
    return Archive(ledger, packs or shipped_packs(), settings.home / "recordings")


def tapes_of(settings: Settings, ledger: Ledger, packs: Packs | None = None) -> Tapes:
    """The tapes of a process, to be closed once its calls are over."""
    return Tapes(archive_of(settings, ledger, packs).start)
