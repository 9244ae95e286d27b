"""Which database an installation works on: the SQLite file of its home, or a PostgreSQL it was told of."""

from __future__ import annotations

from sqlalchemy import URL, Engine, make_url, text
from sqlalchemy.exc import ArgumentError, DBAPIError

from app.settings import Settings
from ledger.ledger import postgres_engine, sqlite_engine

OLDEST = 14
"""Older servers cannot be told to let go of a leader that stands still (`idle_session_timeout`)."""


class DatabaseUnusable(Exception):
    """The PostgreSQL of AMENDS_DATABASE_URL cannot be worked on; the message says why, without the password."""


def engine_of(settings: Settings) -> Engine:
    """The engine of an installation; a PostgreSQL was reached and looked at.

    :raises DatabaseUnusable: there is no such server or database, it does not let us in, or it is not fit for us.
    """
    if settings.database_url is None:
        return sqlite_engine(settings.home / "amends.db")
    spelled = settings.database_url.get_secret_value()
    try:
        url = make_url(spelled)
    except (ArgumentError, ValueError):
        # What they say may quote the URL, and so the password.
        raise DatabaseUnusable("AMENDS_DATABASE_URL cannot be read as a URL") from None
    if not url.database:
        raise DatabaseUnusable("AMENDS_DATABASE_URL names no database: end it with /NAME")
    engine = postgres_engine(spelled)
    try:
        with engine.connect() as connection:
            version = int(connection.execute(text("SHOW server_version_num")).scalar_one()) // 10_000
            encoding = connection.execute(text("SHOW server_encoding")).scalar_one()
    except DBAPIError as error:
        raise DatabaseUnusable(f"the database {place(url)} cannot be used: {_reason(error, url)}") from None
    if version < OLDEST:
        raise DatabaseUnusable(f"the database {place(url)} is PostgreSQL {version}: {OLDEST} or later is needed")
    if encoding != "UTF8":
        raise DatabaseUnusable(f"the database {place(url)} is in {encoding}: make one with ENCODING 'UTF8'")
    return engine


def place(url: URL) -> str:
    """Where a database is, without anything that opens it."""
    host = url.host or url.query.get("host") or "on this machine"
    return f"{url.database} ({host}{f':{url.port}' if url.port else ''})"


def _reason(error: DBAPIError, url: URL) -> str:
    said = next((line.strip() for line in str(error.orig).splitlines() if line.strip()), type(error.orig).__name__)
    for secret in (url.password, url.query.get("password"), url.query.get("sslpassword")):
        if isinstance(secret, str) and secret:
            said = said.replace(secret, "***")
    return said
