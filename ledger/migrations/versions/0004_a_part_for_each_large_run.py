"""a part for each large run: on PostgreSQL scores and assignments are filled part by part

Revision ID: 0004
Revises: 0003
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

TABLES = ("score", "tierassignment")


def _postgres() -> bool:
    return op.get_bind().dialect.name == "postgresql"


def upgrade() -> None:
    for table in TABLES:
        op.add_column(table, sa.Column("part", sa.Integer(), nullable=False, server_default="0"))
    if not _postgres():
        return
    op.execute("CREATE SCHEMA parts")
    op.execute("CREATE SEQUENCE parts.number AS integer")
    for table in TABLES:
        op.execute(f"ALTER TABLE {table} DROP CONSTRAINT {table}_pkey")
        op.execute(f"ALTER TABLE {table} SET SCHEMA parts")
        op.execute(f"ALTER TABLE parts.{table} RENAME TO {table}_0")
        op.execute(f"CREATE TABLE {table} (LIKE parts.{table}_0 INCLUDING DEFAULTS) PARTITION BY LIST (part)")
        op.create_primary_key(f"{table}_pkey", table, ["id", "part"])
        op.create_index(f"ix_{table}_account_id", table, ["account_id"])
        op.execute(f"ALTER TABLE {table} ATTACH PARTITION parts.{table}_0 FOR VALUES IN (0)")


def downgrade() -> None:
    if _postgres():
        for table in TABLES:
            op.execute(f"CREATE TABLE {table}_whole (LIKE {table} INCLUDING DEFAULTS)")
            op.execute(f"INSERT INTO {table}_whole SELECT * FROM {table}")
            op.drop_table(table)
            op.rename_table(f"{table}_whole", table)
            op.create_primary_key(f"{table}_pkey", table, ["id"])
            op.create_index(f"ix_{table}_account_id", table, ["account_id"])
        op.execute("DROP SCHEMA parts CASCADE")
    for table in TABLES:
        op.drop_column(table, "part")
