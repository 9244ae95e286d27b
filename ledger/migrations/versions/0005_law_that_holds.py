"""law that holds: who sets out to place an attempt, wishes, contacts that others report, switches, lifted holds, heads

Revision ID: 0005
Revises: 0004
"""

import sqlalchemy as sa
import sqlmodel
from alembic import op

import ledger.columns

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

TEXT = sqlmodel.sql.sqltypes.AutoString
TIME = ledger.columns.UtcDateTime


def _added() -> dict[str, list[sa.Column]]:
    return {
        "plannedcontact": [sa.Column("treatment", TEXT(), nullable=False, server_default="")],
        "attempt": [sa.Column("placing_at", TIME(), nullable=True)],
        "hold": [
            sa.Column("placed_by", TEXT(), nullable=False, server_default="bot"),
            sa.Column("lift_asked_at", TIME(), nullable=True),
            sa.Column("lift_asked_by", TEXT(), nullable=True),
            sa.Column("lift_why", TEXT(), nullable=True),
        ],
        "consent": [sa.Column("source", TEXT(), nullable=False, server_default="import")],
    }


def upgrade() -> None:
    for table, columns in _added().items():
        for column in columns:
            op.add_column(table, column)
    op.drop_index("ix_attempt_debtor_id", "attempt")
    op.create_index("ix_attempt_person_at", "attempt", ["debtor_id", "reserved_at"])
    under_way = sa.text("status IN ('reserved', 'placing')")
    op.create_index("ix_attempt_under_way", "attempt", ["status"], sqlite_where=under_way, postgresql_where=under_way)
    op.create_table(
        "contactwish",
        sa.Column("id", TEXT(), nullable=False),
        sa.Column("debtor_id", TEXT(), nullable=False),
        sa.Column("account_id", TEXT(), nullable=True),
        sa.Column("kind", TEXT(), nullable=False),
        sa.Column("days", sa.JSON(), nullable=False),
        sa.Column("hours", TEXT(), nullable=False),
        sa.Column("value", TEXT(), nullable=False),
        sa.Column("given_at", TIME(), nullable=False),
        sa.Column("until", TIME(), nullable=True),
        sa.Column("source", TEXT(), nullable=False),
        sa.Column("withdrawn_at", TIME(), nullable=True),
        sa.ForeignKeyConstraint(["debtor_id"], ["debtor.id"]),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_contactwish_debtor_id", "contactwish", ["debtor_id"])
    op.create_table(
        "reportedcontact",
        sa.Column("id", TEXT(), nullable=False),
        sa.Column("debtor_id", TEXT(), nullable=False),
        sa.Column("account_id", TEXT(), nullable=False),
        sa.Column("reported_ref", TEXT(), nullable=False),
        sa.Column("by", TEXT(), nullable=False),
        sa.Column("channel", TEXT(), nullable=False),
        sa.Column("direction", TEXT(), nullable=False),
        sa.Column("outcome", TEXT(), nullable=False),
        sa.Column("target", TEXT(), nullable=False),
        sa.Column("number_index", TEXT(), nullable=False),
        sa.Column("at", TIME(), nullable=False),
        sa.Column("recorded_at", TIME(), nullable=False),
        sa.ForeignKeyConstraint(["debtor_id"], ["debtor.id"]),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("reported_ref"),
    )
    op.create_index("ix_reportedcontact_debtor_id", "reportedcontact", ["debtor_id"])
    op.create_index("ix_reportedcontact_at", "reportedcontact", ["at"])
    op.create_table(
        "dispatchswitch",
        sa.Column("scope", TEXT(), nullable=False),
        sa.Column("state", TEXT(), nullable=False),
        sa.Column("why", TEXT(), nullable=False),
        sa.Column("figures", sa.JSON(), nullable=False),
        sa.Column("by", TEXT(), nullable=False),
        sa.Column("at", TIME(), nullable=False),
        sa.PrimaryKeyConstraint("scope"),
    )
    op.create_table(
        "audithead",
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("hash", TEXT(), nullable=False),
        sa.Column("at", TIME(), nullable=False),
        sa.Column("key_id", TEXT(), nullable=False),
        sa.Column("signature", TEXT(), nullable=False),
        sa.Column("anchored_at", TIME(), nullable=True),
        sa.PrimaryKeyConstraint("seq"),
    )
    op.create_table(
        "auditcheck",
        sa.Column("id", TEXT(), nullable=False),
        sa.Column("at", TIME(), nullable=False),
        sa.Column("since", sa.Integer(), nullable=False),
        sa.Column("entries", sa.Integer(), nullable=False),
        sa.Column("broken_at", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_auditcheck_at", "auditcheck", ["at"])
    op.create_table(
        "keycheck",
        sa.Column("key", TEXT(), nullable=False),
        sa.Column("value", TEXT(), nullable=False),
        sa.PrimaryKeyConstraint("key"),
    )


def downgrade() -> None:
    for table in ("keycheck", "auditcheck", "audithead", "dispatchswitch", "reportedcontact", "contactwish"):
        op.drop_table(table)
    op.drop_index("ix_attempt_under_way", "attempt")
    op.drop_index("ix_attempt_person_at", "attempt")
    op.create_index("ix_attempt_debtor_id", "attempt", ["debtor_id"])
    for table, columns in _added().items():
        with op.batch_alter_table(table) as changed:
            for column in columns:
                changed.drop_column(column.name)
