"""recordings: where the sealed sound of a call lies, and where in it each turn is

Revision ID: 0008
Revises: 0007
"""

import sqlalchemy as sa
import sqlmodel
from alembic import op

import ledger.columns

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

TEXT = sqlmodel.sql.sqltypes.AutoString
TIME = ledger.columns.UtcDateTime


def upgrade() -> None:
    op.create_table(
        "recording",
        sa.Column("id", TEXT(), nullable=False),
        sa.Column("conversation_id", TEXT(), nullable=False),
        sa.Column("file", TEXT(), nullable=False),
        sa.Column("key_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("rate", sa.Integer(), nullable=False),
        sa.Column("status", TEXT(), nullable=False),
        sa.Column("started_at", TIME(), nullable=False),
        sa.Column("seconds", sa.Float(), nullable=True),
        sa.Column("keep_until", TIME(), nullable=True),
        sa.Column("deleted_at", TIME(), nullable=True),
        sa.ForeignKeyConstraint(["conversation_id"], ["conversation.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("conversation_id"),
    )
    op.create_index("ix_recording_status", "recording", ["status"])
    op.create_index("ix_recording_keep_until", "recording", ["keep_until"])
    op.create_table(
        "recordedturn",
        sa.Column("turn_id", TEXT(), nullable=False),
        sa.Column("recording_id", TEXT(), nullable=False),
        sa.Column("begins", sa.Float(), nullable=False),
        sa.Column("ends", sa.Float(), nullable=False),
        sa.Column("kept", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["turn_id"], ["turn.id"]),
        sa.ForeignKeyConstraint(["recording_id"], ["recording.id"]),
        sa.PrimaryKeyConstraint("turn_id"),
    )
    op.create_index("ix_recordedturn_recording_id", "recordedturn", ["recording_id"])


def downgrade() -> None:
    op.drop_table("recordedturn")
    op.drop_table("recording")
