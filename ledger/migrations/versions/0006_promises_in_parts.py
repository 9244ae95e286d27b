"""promises in parts: instalment plans, which promise is which part, and confirmations in writing

Revision ID: 0006
Revises: 0005
"""

import sqlalchemy as sa
import sqlmodel
from alembic import op

import ledger.columns

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

TEXT = sqlmodel.sql.sqltypes.AutoString
TIME = ledger.columns.UtcDateTime


def upgrade() -> None:
    op.create_table(
        "instalmentplan",
        sa.Column("id", TEXT(), nullable=False),
        sa.Column("account_id", TEXT(), nullable=False),
        sa.Column("conversation_id", TEXT(), nullable=False),
        sa.Column("parts", sa.Integer(), nullable=False),
        sa.Column("every", TEXT(), nullable=False),
        sa.Column("amount", ledger.columns.Cents(), nullable=False),
        sa.Column("currency", TEXT(), nullable=False),
        sa.Column("status", TEXT(), nullable=False),
        sa.Column("read_back_at", TIME(), nullable=False),
        sa.Column("confirmed_at", TIME(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"]),
        sa.ForeignKeyConstraint(["conversation_id"], ["conversation.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_instalmentplan_account_id", "instalmentplan", ["account_id"])
    with op.batch_alter_table("promise") as promise:
        promise.add_column(sa.Column("plan_id", TEXT(), nullable=True))
        promise.add_column(sa.Column("part", sa.Integer(), nullable=True))
        promise.create_foreign_key("fk_promise_plan", "instalmentplan", ["plan_id"], ["id"])
        promise.create_index("ix_promise_plan_id", ["plan_id"])
    op.create_table(
        "confirmation",
        sa.Column("id", TEXT(), nullable=False),
        sa.Column("account_id", TEXT(), nullable=False),
        sa.Column("promise_id", TEXT(), nullable=True),
        sa.Column("plan_id", TEXT(), nullable=True),
        sa.Column("reference", TEXT(), nullable=False),
        sa.Column("language", TEXT(), nullable=False),
        sa.Column("status", TEXT(), nullable=False),
        sa.Column("made_at", TIME(), nullable=False),
        sa.Column("settled_at", TIME(), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"]),
        sa.ForeignKeyConstraint(["plan_id"], ["instalmentplan.id"]),
        sa.ForeignKeyConstraint(["promise_id"], ["promise.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_confirmation_status", "confirmation", ["status"])


def downgrade() -> None:
    op.drop_table("confirmation")
    with op.batch_alter_table("promise") as promise:
        promise.drop_index("ix_promise_plan_id")
        promise.drop_constraint("fk_promise_plan", type_="foreignkey")
        promise.drop_column("part")
        promise.drop_column("plan_id")
    op.drop_table("instalmentplan")
