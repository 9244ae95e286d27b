"""Alembic's entry point: runs on the connection that ledger.migrate hands over."""

from alembic import context
from sqlmodel import SQLModel

import ledger.tables  # noqa: F401  (registers the tables with the metadata)

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=SQLModel.metadata, render_as_batch=True)
with context.begin_transaction():
    context.run_migrations()
