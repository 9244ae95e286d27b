"""Bring a ledger's schema to the newest version (Alembic), or say how far it has drifted from the tables."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import Engine
from sqlmodel import SQLModel

import ledger.tables  # noqa: F401  (registers the tables with the metadata)

HERE = Path(__file__).parent


def upgrade(engine: Engine, revision: str = "head") -> None:
    """Apply every migration up to `revision`, each in a transaction; nothing happens when already there."""
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


def _config(connection: Any) -> Config:
    config = Config()
    config.set_main_option("script_location", str(HERE / "migrations"))
    config.attributes["connection"] = connection
    return config
