"""The access log is chained and sealed with the events; what each account is stands in it."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

revision = '0046'
down_revision = '0045'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward."""
    with op.batch_alter_table('access_log') as batch_op:
        batch_op.add_column(sa.Column('position', sa.Integer(), nullable=False, server_default='0'))
        batch_op.add_column(sa.Column('previous', sa.String(length=64), nullable=False, server_default=''))
        batch_op.add_column(sa.Column('digest', sa.String(length=64), nullable=False, server_default=''))
    op.create_table('log_head',
    sa.Column('account_id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('entries', sa.Integer(), nullable=False),
    sa.Column('head', sa.String(length=64), nullable=False),
    sa.PrimaryKeyConstraint('account_id', name=op.f('pk_log_head'))
    )
    with op.batch_alter_table('chain_anchor') as batch_op:
        batch_op.add_column(sa.Column('last_log_id', sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column('log_entries', sa.Integer(), nullable=False, server_default='0'))
    _note_accounts()


def _note_accounts() -> None:
    """What accounts are now, as entries of before the chains."""
    connection = op.get_bind()
    account = sa.table(
        'account', *(sa.column(n) for n in (
            'id', 'username', 'name', 'password_hash', 'roles', 'division', 'department', 'person_id',
        )),
        *(sa.column(n, sa.Boolean()) for n in ('is_active', 'must_change_password', 'awaits_confirmation')),
    )
    log = sa.table(
        'access_log', *(sa.column(n) for n in ('account_id', 'action', 'target', 'address', 'position', 'previous', 'digest')),
        sa.column('at', sa.DateTime(timezone=True)),
    )
    now = datetime.now(UTC)
    for row in connection.execute(sa.select(account).order_by(account.c.id)).mappings().all():
        said = [
            row['username'], row['name'], row['password_hash'], sorted(json.loads(row['roles'])), row['division'],
            row['department'], row['is_active'], row['must_change_password'], row['awaits_confirmation'],
            row['person_id'],
        ]
        text = json.dumps(said, ensure_ascii=False, separators=(',', ':'))
        digest = hashlib.sha256(text.encode()).hexdigest()[:40]
        connection.execute(log.insert().values(
            account_id=None, at=now, action='account_state', target=f"{row['username']} {digest}", address='',
            position=0, previous='', digest='',
        ))


def downgrade() -> None:
    """Back; the chains are lost, and seals that cover the log agree no more."""
    op.execute("DELETE FROM access_log WHERE action = 'account_state'")
    with op.batch_alter_table('chain_anchor') as batch_op:
        batch_op.drop_column('log_entries')
        batch_op.drop_column('last_log_id')
    op.drop_table('log_head')
    with op.batch_alter_table('access_log') as batch_op:
        batch_op.drop_column('digest')
        batch_op.drop_column('previous')
        batch_op.drop_column('position')
