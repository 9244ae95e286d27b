"""pages: who has to hear at once of what cannot wait

Revision ID: 0007
Revises: 0006
"""

import sqlalchemy as sa
import sqlmodel
from alembic import op

import ledger.columns

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

TEXT = sqlmodel.sql.sqltypes.AutoString
TIME = ledger.columns.UtcDateTime


def upgrade() -> None:
    op.create_table(
        "page",
        sa.Column("id", TEXT(), nullable=False),
        sa.Column("case_id", TEXT(), nullable=False),
        sa.Column("notify", sa.JSON(), nullable=False),
        sa.Column("made_at", TIME(), nullable=False),
        sa.Column("sent_at", TIME(), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("case_id"),
    )
    unsent = sa.text("sent_at IS NULL")
    op.create_index("ix_page_unsent", "page", ["made_at"], sqlite_where=unsent, postgresql_where=unsent)


def downgrade() -> None:
    op.drop_table("page")
