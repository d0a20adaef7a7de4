"""An account has the language of its screens; empty: that of its browser.

Notices and incidents are stored with message and values from here on; on the way back they become plain sentences.

Revision ID: 0065
Revises: 0064
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

from processes.policy import values
from processes.storage import keyring
from processes.texts import unpacked

revision = "0065"
down_revision = "0064"
branch_labels = None
depends_on = None

_MESSAGE_FOLLOWS = b"\x02"


def upgrade() -> None:
    """Forward."""
    op.add_column("account", sa.Column("language", sa.String(2), nullable=False, server_default=""))


def downgrade() -> None:
    """Back."""
    _write_out("notice", "text")
    _write_out("incident", "message")
    op.drop_column("account", "language")


def _write_out(table: str, column: str) -> None:
    """Store the sentence alone where it is stored with message and values."""
    keys, connection = keyring.current(), op.get_bind()
    rows = sa.table(table, sa.column("id"), sa.column("seal_mark"), sa.column(column, sa.LargeBinary()))
    stored: Any = rows.c[column]
    for row in connection.execute(sa.select(rows).where(stored.is_not(None))).all():
        bound = "\x1f".join([table, column, row.seal_mark]).encode()
        content = keys.unseal(bytes(row._mapping[column]), bound)
        if content.startswith(_MESSAGE_FOLLOWS):
            sentence = unpacked(values.loads(content[len(_MESSAGE_FOLLOWS) :]))
            changed = sa.update(rows).where(rows.c.id == row.id)
            connection.execute(changed.values({column: keys.seal(sentence.encode(), bound)}))
