"""made for millions: reasons as text, one wide row of statements an account, no keys to check on bulk rows

Revision ID: 0003
Revises: 0002
"""

import json

import sqlalchemy as sa
import sqlmodel
from alembic import op

import ledger.columns
from ledger.reason_text import from_text, to_text

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

# SQLite keeps no names of foreign keys, so the batch has to give them one; PostgreSQL named them itself.
NAMES = {"fk": "fk_%(table_name)s_%(column_0_name)s"}
TEXT = sqlmodel.sql.sqltypes.AutoString
MONTHS = range(1, 7)


def _key(table: str, column: str) -> str:
    return f"fk_{table}_{column}" if op.get_bind().dialect.name == "sqlite" else f"{table}_{column}_fkey"


def upgrade() -> None:
    op.create_table(
        "accountsnapshot",
        sa.Column("account_id", TEXT(), nullable=False),
        *(sa.Column(f"billed_{month}", ledger.columns.Cents(), nullable=True) for month in MONTHS),
        *(sa.Column(f"paid_{month}", ledger.columns.Cents(), nullable=True) for month in MONTHS),
        sa.Column("own", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"]),
        sa.PrimaryKeyConstraint("account_id"),
    )
    months = [f"max(CASE WHEN months_back = {m} THEN {what} END)" for what in ("billed", "paid") for m in MONTHS]
    op.execute(f"INSERT INTO accountsnapshot SELECT account_id, {', '.join(months)}, '{{}}' FROM statement GROUP BY 1")
    op.drop_table("statement")

    with op.batch_alter_table("tierassignment", naming_convention=NAMES) as table:
        table.drop_constraint(_key("tierassignment", "account_id"), type_="foreignkey")
        table.drop_constraint(_key("tierassignment", "strategy_version"), type_="foreignkey")
    with op.batch_alter_table("score", naming_convention=NAMES) as table:
        table.drop_constraint(_key("score", "account_id"), type_="foreignkey")
        table.alter_column("reasons", existing_type=sa.JSON(), type_=TEXT(), postgresql_using="reasons::text")
    _rewrite_reasons(lambda told: to_text(json.loads(told)))


def downgrade() -> None:
    _rewrite_reasons(lambda told: json.dumps(from_text(told)))
    with op.batch_alter_table("score", naming_convention=NAMES) as table:
        table.alter_column("reasons", existing_type=TEXT(), type_=sa.JSON(), postgresql_using="reasons::json")
        table.create_foreign_key(_key("score", "account_id"), "account", ["account_id"], ["id"])
    with op.batch_alter_table("tierassignment", naming_convention=NAMES) as table:
        table.create_foreign_key(_key("tierassignment", "account_id"), "account", ["account_id"], ["id"])
        table.create_foreign_key(
            _key("tierassignment", "strategy_version"), "strategyversion", ["strategy_version"], ["version"]
        )
    op.create_table(
        "statement",
        sa.Column("id", TEXT(), nullable=False),
        sa.Column("account_id", TEXT(), nullable=False),
        sa.Column("months_back", sa.Integer(), nullable=False),
        sa.Column("billed", ledger.columns.Cents(), nullable=False),
        sa.Column("paid", ledger.columns.Cents(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("account_id", "months_back"),
    )
    op.create_index("ix_statement_account_id", "statement", ["account_id"])
    for month in MONTHS:
        op.execute(
            f"INSERT INTO statement SELECT account_id || '-{month}', account_id, {month}, billed_{month}, paid_{month} "
            f"FROM accountsnapshot WHERE billed_{month} IS NOT NULL AND paid_{month} IS NOT NULL"
        )
    op.drop_table("accountsnapshot")


def _rewrite_reasons(rewrite) -> None:
    """A page at a time; a page is read before any of it is written."""
    connection = op.get_bind()
    page = sa.text("SELECT id, reasons FROM score WHERE id > :after ORDER BY id LIMIT 10000")
    after = ""
    while rows := connection.execute(page, {"after": after}).all():
        connection.execute(
            sa.text("UPDATE score SET reasons = :reasons WHERE id = :id"),
            [{"id": score_id, "reasons": rewrite(told)} for score_id, told in rows],
        )
        after = rows[-1][0]
