"""Signed pages that others took the place of, and pieces of old files that were set aside: kept, and by whom and why.

Revision ID: 0061
Revises: 0058
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0061"
down_revision = "0058"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward."""
    op.create_table(
        "replaced_page",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("paper_id", sa.Integer(), nullable=False),
        sa.Column("page", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("source", sa.LargeBinary(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(length=60), nullable=False),
        sa.Column("replaced_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("replaced_by", sa.String(length=60), nullable=False),
        sa.Column("reason", sa.LargeBinary(), nullable=True),
        sa.Column("seal_mark", sa.String(length=24), nullable=False),
        sa.ForeignKeyConstraint(
            ["paper_id"], ["issued_paper.id"], name=op.f("fk_replaced_page_paper_id_issued_paper")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_replaced_page")),
    )
    op.create_index(op.f("ix_replaced_page_paper_id"), "replaced_page", ["paper_id"])
    op.create_table(
        "set_aside_sheet",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("old_file_id", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=160), nullable=False),
        sa.Column("media_type", sa.String(length=60), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("pages", sa.Integer(), nullable=False),
        sa.Column("aside_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("aside_by", sa.String(length=60), nullable=False),
        sa.Column("reason", sa.LargeBinary(), nullable=True),
        sa.Column("seal_mark", sa.String(length=24), nullable=False),
        sa.ForeignKeyConstraint(
            ["old_file_id"], ["old_file.id"], name=op.f("fk_set_aside_sheet_old_file_id_old_file")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_set_aside_sheet")),
    )
    op.create_index(op.f("ix_set_aside_sheet_old_file_id"), "set_aside_sheet", ["old_file_id"])


def downgrade() -> None:
    """Back."""
    op.drop_table("set_aside_sheet")
    op.drop_table("replaced_page")
