"""what is learnt: expected amounts, arms with their propensities, experiments, checks of feeds

Revision ID: 0002
Revises: 0001
"""

import sqlalchemy as sa
import sqlmodel
from alembic import op

import ledger.columns

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

# SQLite keeps no names of foreign keys, so the batch has to give them one; PostgreSQL named this one itself.
NAMES = {"fk": "fk_%(table_name)s_%(column_0_name)s"}


def _score_key() -> str:
    return "fk_tierassignment_score_id" if op.get_bind().dialect.name == "sqlite" else "tierassignment_score_id_fkey"


def upgrade() -> None:
    op.create_table(
        "experiment",
        sa.Column("id", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("name", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("status", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("design", sa.JSON(), nullable=False),
        sa.Column("author", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("started_at", ledger.columns.UtcDateTime(), nullable=False),
        sa.Column("ended_at", ledger.columns.UtcDateTime(), nullable=True),
        sa.Column("conclusion", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("name"),
    )
    op.create_table(
        "feedcheck",
        sa.Column("id", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("batch_id", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("kind", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("status", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("findings", sa.JSON(), nullable=False),
        sa.Column("at", ledger.columns.UtcDateTime(), nullable=False),
        sa.Column("accepted_by", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("accepted_reason", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_feedcheck_batch_id", "feedcheck", ["batch_id"])
    # First the table that points at scores, so that the rebuilding of scores leaves nothing pointing nowhere.
    with op.batch_alter_table("tierassignment", naming_convention=NAMES) as table:
        table.add_column(sa.Column("run_id", sqlmodel.sql.sqltypes.AutoString(), nullable=False, server_default=""))
        table.add_column(sa.Column("propensity", sa.Float(), nullable=False, server_default="1"))
        table.drop_constraint(_score_key(), type_="foreignkey")
    with op.batch_alter_table("score") as table:
        table.add_column(sa.Column("run_id", sqlmodel.sql.sqltypes.AutoString(), nullable=False, server_default=""))
        table.add_column(sa.Column("expected_amount", ledger.columns.Cents(), nullable=True))
        table.add_column(sa.Column("contact", sa.Float(), nullable=True))
        table.add_column(sa.Column("promise", sa.Float(), nullable=True))
        table.add_column(sa.Column("kept", sa.Float(), nullable=True))
        table.alter_column("ability", existing_type=sa.Float(), nullable=True)
    with op.batch_alter_table("strategyversion") as table:
        approver = sa.Column("approved_by", sqlmodel.sql.sqltypes.AutoString(), nullable=False, server_default="")
        table.add_column(approver)
        table.add_column(sa.Column("accepted", sa.JSON(), nullable=False, server_default="{}"))


def downgrade() -> None:
    # Not as a batch: that rebuilds the table, which others point at.
    op.drop_column("strategyversion", "accepted")
    op.drop_column("strategyversion", "approved_by")
    op.execute("DELETE FROM score WHERE ability IS NULL")
    with op.batch_alter_table("score") as table:
        table.alter_column("ability", existing_type=sa.Float(), nullable=False)
        for name in ("kept", "promise", "contact", "expected_amount", "run_id"):
            table.drop_column(name)
    op.execute("UPDATE tierassignment SET score_id = NULL WHERE score_id NOT IN (SELECT id FROM score)")
    with op.batch_alter_table("tierassignment", naming_convention=NAMES) as table:
        table.create_foreign_key(_score_key(), "score", ["score_id"], ["id"])
        table.drop_column("propensity")
        table.drop_column("run_id")
    op.drop_index("ix_feedcheck_batch_id", "feedcheck")
    op.drop_table("feedcheck")
    op.drop_table("experiment")
