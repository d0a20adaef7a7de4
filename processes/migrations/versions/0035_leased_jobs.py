"""Jobs are taken under a lease, one row a channel of a notice, who is waited for first; long work waits in the outbox."""

from __future__ import annotations

import json
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = '0035'
down_revision = '0034'
branch_labels = None
depends_on = None

_OPEN: dict[str, Any] = {'sqlite_where': sa.text('done_at IS NULL'), 'postgresql_where': sa.text('done_at IS NULL')}


def upgrade() -> None:
    """Forward; notices that were not sent yet wait once for each channel, long work that waits gets its row."""
    with op.batch_alter_table('outbox', schema=None) as batch_op:
        batch_op.add_column(sa.Column('subject', sa.String(length=60), nullable=False, server_default=''))
        batch_op.add_column(sa.Column('urgency', sa.SmallInteger(), nullable=False, server_default='1'))
        batch_op.add_column(sa.Column('leased_until', sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column('leased_by', sa.String(length=60), nullable=False, server_default=''))
        batch_op.drop_index('ix_outbox_waiting')
        batch_op.create_index('ix_outbox_open', ['kind', 'urgency', 'due_at', 'id'], unique=False, **_OPEN)
    _split_notices()
    _ask_for_long_work()


def _split_notices() -> None:
    """`send_notice/7` becomes `send_mail/7` and `send_short_message/7`."""
    connection = op.get_bind()
    rows = connection.execute(
        sa.text("SELECT id, payload FROM outbox WHERE kind = 'send_notice' AND done_at IS NULL")
    ).all()
    for row_id, payload in rows:
        notice = int((json.loads(payload) if isinstance(payload, str) else payload)['notice'])
        account = connection.scalar(sa.text('SELECT account_id FROM notice WHERE id = :id'), {'id': notice})
        connection.execute(
            sa.text('UPDATE outbox SET subject = :subject WHERE id = :id'), {'subject': f'account/{account}', 'id': row_id}
        )
    for kind in ('send_mail', 'send_short_message'):
        op.execute(
            "INSERT INTO outbox (kind, key, subject, payload, urgency, created_at, due_at, leased_by, attempts) "
            f"SELECT '{kind}', '{kind}/' || substr(key, 13), subject, payload, 1, created_at, due_at, '', attempts "
            "FROM outbox WHERE kind = 'send_notice' AND done_at IS NULL"
        )
    op.execute("DELETE FROM outbox WHERE kind = 'send_notice' AND done_at IS NULL")


def _ask_for_long_work() -> None:
    connection = op.get_bind()
    for code in connection.scalars(sa.text("SELECT code FROM print_run WHERE status = 'waiting'")).all():
        _put('make_run', code, {'code': code})
    for batch in connection.scalars(
        sa.text("SELECT id FROM migration_batch WHERE status IN ('planning', 'running', 'undoing')")
    ).all():
        _put('migrate_cases', batch, {'batch': batch})
    drafts = connection.execute(
        sa.text("SELECT id, rehearsal, simulation FROM draft WHERE status IN ('open', 'proposed')")
    ).all()
    for draft, rehearsal, simulation in drafts:
        for kind, said in (('rehearse_draft', rehearsal), ('simulate_draft', simulation)):
            known = json.loads(said) if isinstance(said, str) else said
            if (known or {}).get('state') in ('asked', 'running'):
                _put(kind, draft, {'draft': draft})


def _put(kind: str, of: Any, payload: dict[str, Any]) -> None:
    op.get_bind().execute(
        sa.text(
            'INSERT INTO outbox (kind, key, subject, payload, urgency, created_at, due_at, leased_by, attempts) '
            "VALUES (:kind, :key, '', :payload, 2, CURRENT_TIMESTAMP, CURRENT_TIMESTAMP, '', 0)"
        ),
        {'kind': kind, 'key': f'{kind}/{of}', 'payload': json.dumps(payload)},
    )


def downgrade() -> None:
    """Back; what was not sent by every channel is not sent any more."""
    op.execute("DELETE FROM outbox WHERE kind IN ('send_mail', 'send_short_message', 'make_run', 'migrate_cases', "
               "'rehearse_draft', 'simulate_draft')")
    with op.batch_alter_table('outbox', schema=None) as batch_op:
        batch_op.drop_index('ix_outbox_open')
        batch_op.create_index('ix_outbox_waiting', ['done_at', 'due_at'], unique=False)
        for column in ('leased_by', 'leased_until', 'urgency', 'subject'):
            batch_op.drop_column(column)
