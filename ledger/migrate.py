"""Bring a ledger's schema to the newest version (Alembic), or say how far it has drifted from the tables."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine
from sqlmodel import SQLModel

import ledger.tables  # noqa: F401  (registers the tables with the metadata)

HERE = Path(__file__).parent


class SchemaUnknown(Exception):
    """The schema is of a version that this program does not have: a newer one made it."""


def upgrade(engine: Engine, revision: str = "head") -> None:
    """Apply every migration up to `revision` in one transaction that keeps other writers out; of two processes that
    begin at once, the second waits and finds it done.

    :raises SchemaUnknown: nothing is touched then.
    """
    if revision == "head" and _is_newest(engine):
        # Looked up before any lock is asked for: a command that reads need not wait for a long write to end.
        return
    with engine.execution_options(amends_write=True).begin() as connection:
        command.upgrade(_config(connection), revision)


def downgrade(engine: Engine, revision: str = "base") -> None:
    """Undo migrations down to `revision`."""
    with engine.execution_options(amends_write=True).begin() as connection:
        command.downgrade(_config(connection), revision)


def drift(engine: Engine) -> list[Any]:
    """Differences between the migrated schema and the tables in code; empty when they agree."""
    with engine.connect() as connection:
        return list(compare_metadata(MigrationContext.configure(connection), SQLModel.metadata))


def in_use(engine: Engine) -> bool:
    """Whether there is a schema of ours already."""
    return _revision(engine) is not None


def _is_newest(engine: Engine) -> bool:
    found = _revision(engine)
    known = ScriptDirectory(str(HERE / "migrations"))
    if found is not None and found not in {each.revision for each in known.walk_revisions()}:
        raise SchemaUnknown(f"the database has schema {found}, which this program does not know: a newer one made it")
    return found == known.get_current_head()


def _revision(engine: Engine) -> str | None:
    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def _config(connection: Any) -> Config:
    config = Config()
    config.set_main_option("script_location", str(HERE / "migrations"))
    config.attributes["connection"] = connection
    return config
