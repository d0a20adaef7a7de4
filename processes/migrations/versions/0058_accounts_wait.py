"""A reissued password, and that accounts are one person or no longer, wait for a second administrator.

Revision ID: 0058
Revises: 0057
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0058"
down_revision = "0057"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward."""
    with op.batch_alter_table("account_change") as batch_op:
        batch_op.add_column(sa.Column("reissues", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.add_column(
            sa.Column("password_hash", sa.String(length=200), nullable=False, server_default="")
        )
        batch_op.add_column(sa.Column("same_as_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("unties", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.add_column(sa.Column("together", sa.Text(), nullable=True))
        batch_op.create_foreign_key("fk_account_change_same_as_id_account", "account", ["same_as_id"], ["id"])
        batch_op.alter_column("asked_by_id", existing_type=sa.Integer(), nullable=True)


def downgrade() -> None:
    """Back; what waits is taken back, and what the command line asked for was asked for by whoever decided it."""
    waiting = "verdict = '' AND (reissues OR unties OR same_as_id IS NOT NULL OR asked_by_id IS NULL)"
    op.execute(f"UPDATE account_change SET verdict = 'withdrawn' WHERE {waiting}")  # noqa: S608
    op.execute("UPDATE account_change SET verdict = 'refused' WHERE asked_by_id IS NULL AND verdict = 'confirmed'")
    op.execute("UPDATE account_change SET asked_by_id = account_id WHERE asked_by_id IS NULL")
    with op.batch_alter_table("account_change") as batch_op:
        batch_op.alter_column("asked_by_id", existing_type=sa.Integer(), nullable=False)
        batch_op.drop_constraint("fk_account_change_same_as_id_account", type_="foreignkey")
        for name in ("together", "unties", "same_as_id", "password_hash", "reissues"):
            batch_op.drop_column(name)
