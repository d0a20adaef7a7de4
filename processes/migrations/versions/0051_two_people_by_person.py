"""Who decided on an exemption, took a migration back and approved a draft, as accounts; triggers compare persons.

The triggers themselves are installed after every run of migrations (`migrations/two_people.py`).

Revision ID: 0051
Revises: 0050
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0051"
down_revision = "0050"
branch_labels = None
depends_on = None
_ADDED = (
    ("property_exemption", "decided_by_id"),
    ("property_exemption", "proposed_by_id"),
    ("migration_batch", "undone_by_id"),
    ("draft", "approved_by_id"),
)


def upgrade() -> None:
    """Forward."""
    for table, column in _ADDED:
        with op.batch_alter_table(table) as batch_op:
            batch_op.add_column(sa.Column(column, sa.Integer(), nullable=True))
            batch_op.create_foreign_key(batch_op.f(f"fk_{table}_{column}_account"), "account", [column], ["id"])


def downgrade() -> None:
    """Back; the names stay."""
    for table, column in reversed(_ADDED):
        with op.batch_alter_table(table) as batch_op:
            batch_op.drop_constraint(batch_op.f(f"fk_{table}_{column}_account"), type_="foreignkey")
            batch_op.drop_column(column)
