"""Which account saved a state of a household: who registers a family never decides for it.

States of before name a person only, and are not counted.

Revision ID: 0062
Revises: 0061
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0062"
down_revision = "0061"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward."""
    with op.batch_alter_table("household_version") as batch_op:
        batch_op.add_column(sa.Column("by_id", sa.Integer(), nullable=True))
        batch_op.create_foreign_key(
            batch_op.f("fk_household_version_by_id_account"), "account", ["by_id"], ["id"]
        )


def downgrade() -> None:
    """Back."""
    with op.batch_alter_table("household_version") as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_household_version_by_id_account"), type_="foreignkey")
        batch_op.drop_column("by_id")
