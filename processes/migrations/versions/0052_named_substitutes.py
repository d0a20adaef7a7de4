"""Who may act for whom although of another rank; one standing absence of an account at a time.

Of absences that overlap, the one that was asked for last goes on; the others end.

Revision ID: 0052
Revises: 0051
"""

from __future__ import annotations

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

revision = "0052"
down_revision = "0051"
branch_labels = None
depends_on = None
_STANDING = sa.text("ended_at IS NULL")


def upgrade() -> None:
    """Forward."""
    op.create_table(
        "named_substitute",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("substitute_id", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(length=300), nullable=False),
        sa.Column("named_by_id", sa.Integer(), nullable=False),
        sa.Column("named_by", sa.String(length=60), nullable=False),
        sa.Column("named_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by", sa.String(length=60), nullable=False),
        sa.CheckConstraint(
            "account_id <> substitute_id AND named_by_id <> account_id AND named_by_id <> substitute_id",
            name=op.f("ck_named_substitute_three_people"),
        ),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_named_substitute_account_id_account")),
        sa.ForeignKeyConstraint(
            ["substitute_id"], ["account.id"], name=op.f("fk_named_substitute_substitute_id_account")
        ),
        sa.ForeignKeyConstraint(["named_by_id"], ["account.id"], name=op.f("fk_named_substitute_named_by_id_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_named_substitute")),
    )
    op.create_index(
        "uq_named_substitute_standing", "named_substitute", ["account_id", "substitute_id"], unique=True,
        sqlite_where=_STANDING, postgresql_where=_STANDING,
    )  # fmt: skip
    _end_overlapping()
    with op.batch_alter_table("absence") as batch_op:
        batch_op.create_check_constraint(batch_op.f("ck_absence_days"), "until_on >= from_on")
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "ALTER TABLE absence ADD CONSTRAINT ex_absence_one_at_a_time EXCLUDE USING gist"
            " (int4range(account_id, account_id, '[]') WITH &&, daterange(from_on, until_on, '[]') WITH &&)"
            " WHERE (ended_at IS NULL)"
        )


def _end_overlapping() -> None:
    absence = sa.table(
        "absence", *(sa.column(n) for n in ("id", "account_id", "from_on", "until_on")),
        sa.column("ended_at", sa.DateTime(timezone=True)),
    )  # fmt: skip
    later = absence.alias("later")
    connection = op.get_bind()
    connection.execute(
        absence.update()
        .where(absence.c.ended_at.is_(None), absence.c.until_on < absence.c.from_on)
        .values(ended_at=datetime.now(UTC), until_on=absence.c.from_on)
    )
    overlapped = sa.exists().where(
        later.c.account_id == absence.c.account_id, later.c.id > absence.c.id, later.c.ended_at.is_(None),
        later.c.from_on <= absence.c.until_on, later.c.until_on >= absence.c.from_on,
    )  # fmt: skip
    connection.execute(
        absence.update().where(absence.c.ended_at.is_(None), overlapped).values(ended_at=datetime.now(UTC))
    )


def downgrade() -> None:
    """Back."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ALTER TABLE absence DROP CONSTRAINT ex_absence_one_at_a_time")
    with op.batch_alter_table("absence") as batch_op:
        batch_op.drop_constraint(batch_op.f("ck_absence_days"), type_="check")
    op.drop_index("uq_named_substitute_standing", "named_substitute")
    op.drop_table("named_substitute")
