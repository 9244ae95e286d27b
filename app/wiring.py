"""Where the parts are put together. The only module that reads the machine's clock and makes random ids."""

from __future__ import annotations

import re
import secrets
import socket
from datetime import UTC, datetime
from uuid import uuid4

from app.auditing import Auditing
from app.database import engine_of
from app.settings import Settings
from ledger import audit_heads, keys, migrate
from ledger.key_check import require_its_keys
from ledger.ledger import Clock, Ledger, NewId
from strategy.dispatch.leader import Lead, lead_of


class HomeUnusable(Exception):
    """AMENDS_HOME is no folder and cannot be made one; the message says why."""


def real_clock() -> datetime:
    """Now, aware UTC."""
    return datetime.now(UTC)


def random_id() -> str:
    """A random id of 32 hex digits."""
    return uuid4().hex


def new_secret() -> str:
    """A secret for one run: what two of our processes tell each other to be let in."""
    return secrets.token_urlsafe(32)


def place_on_network(port: int) -> str:
    """What tells a process that serves on `port` from all others, and is the same when it is started again."""
    return re.sub(r"[^a-z0-9]+", "-", f"{socket.gethostname()}-{port}".lower()).strip("-")


def free_port() -> int:
    """A port on loopback that nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def open_ledger(settings: Settings, clock: Clock = real_clock, new_id: NewId = random_id) -> Ledger:
    """The ledger of an installation, its keys made and its schema brought up to date.

    :raises HomeUnusable: the folder cannot be made.
    :raises DatabaseUnusable: the PostgreSQL that the settings name cannot be worked on.
    :raises KeysUnusable: the key file is damaged, or missing beside a database that was sealed with it.
    :raises WrongKeys: the database was sealed with other keys.
    :raises SchemaUnknown: a newer program made the database.
    """
    key_file = settings.home / "keys"
    try:
        settings.home.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise HomeUnusable(f"AMENDS_HOME cannot be made: {settings.home}: {error.strerror}") from error
    engine = engine_of(settings)
    if not key_file.exists() and migrate.in_use(engine):
        # New keys would open nothing, and would sign and seal what comes next so that nothing fits together any more.
        raise keys.KeysUnusable(f"{key_file} is missing and the database cannot be read without it: put it back")
    # The keys come first, so that no database is ever without.
    found = keys.load_or_create(key_file)
    migrate.upgrade(engine)
    ledger = Ledger(engine, found, clock, new_id)
    require_its_keys(ledger)
    return ledger


def auditing_of(settings: Settings, ledger: Ledger) -> Auditing:
    """What the audit chain of an installation is looked after with; its key for heads is made the first time.

    :raises KeysUnusable: that key is damaged, or missing where heads were signed with it already.
    """
    with ledger.read() as work:
        signed = bool(audit_heads.heads(work))
    file = settings.home / audit_heads.KEY_FILE
    new = not file.exists()
    key = audit_heads.load_or_create(file, may_create=not signed)
    if new:
        with ledger.begin() as work:
            work.audit("audit.key_made", key.id, {})
    return Auditing(ledger, key, settings.audit_anchor)


def dispatch_lead(settings: Settings, ledger: Ledger) -> Lead:
    """The lead of an installation's dispatchers, not taken yet."""
    return lead_of(ledger.engine, settings.home / "dispatch.lock")
