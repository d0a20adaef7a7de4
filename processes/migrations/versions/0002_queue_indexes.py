"""Indexes that hold the queues in their order, so that a page costs the same at a million items."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_BEFORE = {
    "ix_work_item_office": ["status", "role", "township", "due_on", "id"],
    "ix_work_item_county": ["status", "role", "due_on", "id"],
    "ix_work_item_mine": ["claimed_by_id", "status", "due_on", "id"],
}
_AFTER = {
    "ix_work_item_office": ["status", "role", "township", "due_on", "id", "division"],
    "ix_work_item_county": ["status", "role", "due_on", "id", "division"],
}
_MINE = ["claimed_by_id", "status", "due_on", "id", "division"]


def upgrade() -> None:
    """Forward: the office's queues hold unclaimed items only."""
    _drop()
    op.drop_index("ix_work_item_division", "work_item")
    unclaimed = sa.text("claimed_by_id IS NULL")
    for name, columns in _AFTER.items():
        op.create_index(name, "work_item", columns, postgresql_where=unclaimed, sqlite_where=unclaimed)
    op.create_index("ix_work_item_mine", "work_item", _MINE)


def downgrade() -> None:
    """Back."""
    _drop()
    for name, columns in _BEFORE.items():
        op.create_index(name, "work_item", columns)
    op.create_index("ix_work_item_division", "work_item", ["division"])


def _drop() -> None:
    for name in _BEFORE:
        op.drop_index(name, "work_item")
