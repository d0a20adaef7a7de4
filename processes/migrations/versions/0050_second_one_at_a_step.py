"""Who did a step together with the one who handed it in, as an account.

Revision ID: 0050
Revises: 0048
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0050"
down_revision = "0048"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward."""
    with op.batch_alter_table("work_item") as batch_op:
        batch_op.add_column(sa.Column("second_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("second", sa.String(length=60), nullable=True))
        batch_op.create_check_constraint(
            batch_op.f("ck_work_item_second_person"),
            "second_id IS NULL OR (second_id <> completed_by_id"
            " AND (completed_for_id IS NULL OR second_id <> completed_for_id))",
        )


def downgrade() -> None:
    """Back; who went along stays in what was submitted."""
    with op.batch_alter_table("work_item") as batch_op:
        batch_op.drop_constraint(batch_op.f("ck_work_item_second_person"), type_="check")
        batch_op.drop_column("second")
        batch_op.drop_column("second_id")
