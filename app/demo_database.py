"""The database of a demo: cleared before each, and never anybody else's."""

from __future__ import annotations

from sqlalchemy import Engine, text

from app.database import engine_of, place
from app.settings import Settings
from ledger.migrate import downgrade, in_use

MARK = "an Amends demo: cleared by the next one"


class NotForDemos(Exception):
    """The PostgreSQL that the settings name holds something that is no demo; nothing in it was touched."""


def clear_for_demo(settings: Settings) -> None:
    """Empty the PostgreSQL database of an earlier demo; a file in the demo's home goes with that home.

    :raises NotForDemos: there are tables of ours that no demo made.
    """
    if settings.database_url is None:
        return
    engine = engine_of(settings)
    if in_use(engine):
        if not _marked(engine):
            raise NotForDemos(
                f"the database {place(engine.url)} holds records that are no demo's: give `amends demo` one of its own"
            )
        downgrade(engine)
    engine.dispose()


def mark_as_demo(engine: Engine) -> None:
    """Say in the database itself that a demo may clear it."""
    if engine.dialect.name == "postgresql":
        with engine.begin() as connection:
            connection.execute(text(f"COMMENT ON TABLE alembic_version IS '{MARK}'"))


def _marked(engine: Engine) -> bool:
    with engine.connect() as connection:
        said = text("SELECT obj_description(to_regclass('alembic_version'), 'pg_class')")
        return connection.execute(said).scalar() == MARK
