"""What this installation is; accounts with one-time passwords and confirmation."""

from __future__ import annotations

import re

import sqlalchemy as sa
from alembic import op

revision = '0027'
down_revision = '0025'
branch_labels = None
depends_on = None


DEMO_ACCOUNT = re.compile(
    r"county_clerk|county_leader|comparison|supervisor2?|finance2?|auditor|admin|department|"
    r"dept_(medical|education|housing|employment|disabled)|t[1-6]_(clerk|investigator2?|leader|village[1-3])"
)


def money_type() -> sa.types.TypeEngine[object]:
    """NUMERIC(14, 2), as text on SQLite, which would make it a float."""
    return sa.Numeric(14, 2).with_variant(sa.String(20), "sqlite")


def upgrade() -> None:
    """Forward."""
    op.create_table('installation',
    sa.Column('id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('kind', sa.String(length=10), nullable=False),
    sa.Column('county', sa.String(length=12), nullable=False),
    sa.Column('bureau', sa.String(length=80), nullable=False),
    sa.Column('founded_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("kind IN ('demo', 'office')", name=op.f('ck_installation_kind')),
    sa.CheckConstraint('id = 1', name=op.f('ck_installation_one_row')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_installation'))
    )
    with op.batch_alter_table('account', schema=None) as batch_op:
        batch_op.add_column(sa.Column('is_demo', sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.add_column(sa.Column('must_change_password', sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.add_column(sa.Column('password_expires_at', sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column('added_by', sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column('awaits_confirmation', sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.create_foreign_key(batch_op.f('fk_account_added_by_account'), 'account', ['added_by'], ['id'])
    _describe()


def _describe() -> None:
    """Say of an existing office whether it is the demonstration county; mark the accounts with the published password."""
    connection = op.get_bind()
    for id_, username in connection.execute(sa.text("SELECT id, username FROM account WHERE division LIKE '340199%'")).all():
        if DEMO_ACCOUNT.fullmatch(username):
            connection.execute(sa.text("UPDATE account SET is_demo = :yes WHERE id = :id"), {"yes": True, "id": id_})
    counties = connection.execute(sa.text("SELECT code, name FROM division WHERE length(code) = 6 ORDER BY code")).all()
    if not counties:
        return
    code, name = next(((c, n) for c, n in counties if c != '340199'), counties[0])
    kind = 'demo' if (code, name) == ('340199', '演示县') else 'office'
    oldest = connection.execute(sa.text("SELECT min(at) FROM access_log")).scalar()
    connection.execute(
        sa.text("INSERT INTO installation (id, kind, county, bureau, founded_at) VALUES (1, :kind, :code, :bureau, :at)"),
        {"kind": kind, "code": code, "bureau": name + "民政局", "at": oldest or '2026-01-01 00:00:00+00:00'},
    )


def downgrade() -> None:
    """Back."""
    with op.batch_alter_table('account', schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f('fk_account_added_by_account'), type_='foreignkey')
        batch_op.drop_column('awaits_confirmation')
        batch_op.drop_column('added_by')
        batch_op.drop_column('password_expires_at')
        batch_op.drop_column('must_change_password')
        batch_op.drop_column('is_demo')

    op.drop_table('installation')
