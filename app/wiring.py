"""Where the parts are put together. The only module that reads the machine's clock and makes random ids."""

from __future__ import annotations

import secrets
import socket
from datetime import UTC, datetime
from uuid import uuid4

from app.settings import Settings
from ledger import keys, migrate
from ledger.ledger import Clock, Ledger, NewId, sqlite_engine


def real_clock() -> datetime:
    """Now, aware UTC."""
    return datetime.now(UTC)


def random_id() -> str:
    """A random id of 32 hex digits."""
    return uuid4().hex


def new_secret() -> str:
    """A secret for one run: what two of our processes tell each other to be let in."""
    return secrets.token_urlsafe(32)


def free_port() -> int:
    """A port on loopback that nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def open_ledger(settings: Settings, clock: Clock = real_clock, new_id: NewId = random_id) -> Ledger:
    """The ledger of an installation, its keys made and its schema brought up to date.

    :raises KeysUnusable: the key file is damaged.
    """
    settings.home.mkdir(mode=0o700, parents=True, exist_ok=True)
    engine = sqlite_engine(settings.home / "amends.db")
    migrate.upgrade(engine)
    return Ledger(engine, keys.load_or_create(settings.home / "keys"), clock, new_id)
