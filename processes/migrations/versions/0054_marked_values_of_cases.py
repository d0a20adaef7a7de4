"""A mark of its own for each value that a case computed with: the case's events tell of it by that.

Revision ID: 0054
Revises: 0053
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0054"
down_revision = "0053"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward."""
    op.add_column("case_parameter", sa.Column("mark", sa.String(length=24), nullable=False, server_default=""))
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    made = "lower(hex(randomblob(12)))" if is_sqlite else "substr(md5(random()::text || id), 1, 24)"
    op.execute(f"UPDATE case_parameter SET mark = {made}")  # noqa: S608


def downgrade() -> None:
    """Back."""
    op.drop_column("case_parameter", "mark")
