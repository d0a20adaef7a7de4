"""What tells of people lies sealed, each value bound to its table, its column and its row; telephones and accounts are
found by fingerprints; the index of words forgets what was typed freely (docs/adr/0054)."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from typing import Any

import sqlalchemy as sa
from alembic import op

from processes.storage import full_text, keyring

revision = '0053'
down_revision = '0052'
branch_labels = None
depends_on = None

TEXT, DATA, BYTES, SEALED_TEXT, SEALED_DATA = 'text', 'data', 'bytes', 'sealed text', 'sealed data'
SEALED = {
    'absence': {'reason': TEXT},
    'account': {'email': TEXT, 'mobile': TEXT},
    'account_change': {'reason': TEXT},
    'attachment': {'name': TEXT, 'preview': BYTES},
    'award': {'account': SEALED_TEXT},
    'batch_action': {'results': DATA},
    'case_event': {'title': TEXT, 'payload': DATA},
    'case_file': {'suspended_because': TEXT, 'state': BYTES},
    'case_move': {'reason': TEXT, 'said': TEXT},
    'clock': {'extension_reason': TEXT},
    'command_token': {'result': DATA},
    'comment': {'text': TEXT},
    'destruction': {'pieces': DATA, 'reason': TEXT},
    'deviation': {'computed': TEXT, 'decided': TEXT, 'reason': TEXT},
    'draw_number': {'number': SEALED_TEXT, 'nonce': SEALED_TEXT},
    'expense': {'evidence': TEXT},
    'fact_snapshot': {'content': SEALED_DATA},
    'fund_entry': {'memo': TEXT},
    'handwriting': {'picture': SEALED_DATA},
    'household': {'phone': TEXT, 'property_exemption': TEXT, 'confirmed': DATA},
    'household_version': {'content': SEALED_DATA},
    'incident': {'message': TEXT},
    'income': {'evidence': TEXT},
    'involvement': {'question': TEXT, 'answer': TEXT},
    'issued_paper': {'contract': SEALED_DATA, 'error': TEXT, 'ended_because': TEXT},
    'migration_row': {'said': TEXT, 'state_before': BYTES, 'items_before': DATA},
    'named_substitute': {'reason': TEXT},
    'notice': {'text': TEXT},
    'old_file': {'note': TEXT},
    'outbox': {'error': TEXT},
    'person': {'id_number': SEALED_TEXT},
    'person_difference': {'values': SEALED_DATA, 'reason': TEXT},
    'person_merge': {'reason': TEXT},
    'person_version': {'content': SEALED_DATA},
    'print_run': {'content': SEALED_DATA, 'error': TEXT},
    'property': {'evidence': TEXT},
    'property_exemption': {'reason': TEXT, 'evidence': TEXT},
    'returned_page': {'source': TEXT},
    'saved_filter': {'wanted': DATA},
    'suspension': {'reason': TEXT},
    'transfer': {'reason': TEXT, 'note': TEXT},
    'unsaved': {'body': SEALED_DATA},
    'work_item': {'submission': DATA, 'draft': DATA, 'returned_reason': TEXT, 'held': DATA},
}
OWN = {'case_event': ('case_id', 'position'), 'command_token': ('token',)}
"""What names a row where it is no mark."""
KEYS = {'command_token': 'token'}
FINGERPRINTS = {'household': ('phone', 'phone_index'), 'award': ('account', 'account_index')}
LEFT_OPEN_LENGTHS = {
    'absence.reason': 300, 'account.email': 120, 'account.mobile': 20, 'account_change.reason': 300,
    'attachment.name': 160, 'case_event.title': 120, 'case_move.reason': 300, 'case_move.said': 300,
    'deviation.computed': 120, 'deviation.decided': 120, 'expense.evidence': 120, 'household.phone': 20,
    'income.evidence': 120, 'named_substitute.reason': 300, 'notice.text': 400, 'person_difference.reason': 300, 'property.evidence': 120,
    'returned_page.source': 160, 'suspension.reason': 60, 'transfer.reason': 300, 'transfer.note': 300,
}
MAY_BE_NONE = frozenset({
    'attachment.preview', 'award.account', 'issued_paper.error', 'migration_row.state_before', 'outbox.error',
    'print_run.error', 'work_item.submission', 'work_item.draft', 'work_item.returned_reason',
    'work_item.held',
})
LISTS = frozenset({'batch_action.results', 'destruction.pieces', 'household.confirmed', 'migration_row.items_before'})
AT_ONCE = 500
NEW = '_anew'


def upgrade() -> None:
    """Forward, table by table and in parts; what was sealed before is bound to its row now."""
    for table, columns in SEALED.items():
        if table not in OWN:
            op.add_column(table, sa.Column('seal_mark', sa.String(24), nullable=False, server_default=''))
        for column in columns:
            op.add_column(table, sa.Column(f'{column}{NEW}', sa.LargeBinary(), nullable=True))
        if table in FINGERPRINTS:
            op.add_column(table, sa.Column(FINGERPRINTS[table][1], sa.String(64), nullable=False, server_default=''))
        _fill(table, _sealed)
        _swap(table)
        if table in FINGERPRINTS:
            name = FINGERPRINTS[table][1]
            op.create_index(f'ix_{table}_{name}', table, [name])
    op.add_column('case_event', sa.Column('salt', sa.LargeBinary(), nullable=True))
    _index_of_words_anew()


def downgrade() -> None:
    """Back to what lay open; the index of words stays as it is, and salted events agree no more with their hashes."""
    op.drop_column('case_event', 'salt')
    for table, columns in SEALED.items():
        for column, how in columns.items():
            op.add_column(table, _as_it_was(table, column, how))
        _fill(table, _opened)
        if table in FINGERPRINTS:
            name = FINGERPRINTS[table][1]
            op.drop_index(f'ix_{table}_{name}', table)
            op.drop_column(table, name)
        _swap(table)
        if table not in OWN:
            op.drop_column(table, 'seal_mark')


def _swap(table: str) -> None:
    for column in SEALED[table]:
        op.drop_column(table, column)
        op.execute(f'ALTER TABLE "{table}" RENAME COLUMN "{column}{NEW}" TO "{column}"')


def _fill(table: str, made: Callable[[str, dict[str, Any], list[Any]], dict[str, Any]]) -> None:
    connection = op.get_bind()
    columns = SEALED[table]
    key = KEYS.get(table, 'id')
    further = [*OWN.get(table, ('seal_mark',)), *FINGERPRINTS.get(table, ())[1:]]
    shape = sa.table(table, *(sa.column(n) for n in {key, *columns, *further}), *(
        sa.column(f'{c}{NEW}') for c in columns
    ))
    for rows in _parts(connection, shape, key):
        changes = []
        for row in rows:
            mark = row.get('seal_mark') or secrets.token_hex(12)
            named = [row[n] for n in OWN[table]] if table in OWN else [mark]
            change = made(table, row, named)
            if table not in OWN:
                change['seal_mark'] = mark
            changes.append({f'to_{name}': value for name, value in change.items()} | {'the_key': row[key]})
        names = [name.removeprefix('to_') for name in changes[0] if name != 'the_key']
        connection.execute(
            sa.update(shape).where(shape.c[key] == sa.bindparam('the_key')).values(
                {shape.c[n]: sa.bindparam(f'to_{n}') for n in names}
            ),
            changes,
        )


def _parts(connection: sa.Connection, shape: Any, key: str) -> Iterator[list[dict[str, Any]]]:
    last: Any = None
    while True:
        query = sa.select(shape).order_by(shape.c[key]).limit(AT_ONCE)
        rows = connection.execute(query if last is None else query.where(shape.c[key] > last)).mappings().all()
        if not rows:
            return
        yield [dict(row) for row in rows]
        last = rows[-1][key]


def _bound(table: str, column: str, named: list[Any]) -> bytes:
    return '\x1f'.join([table, column, *map(str, named)]).encode()


def _sealed(table: str, row: dict[str, Any], named: list[Any]) -> dict[str, Any]:
    keys = keyring.current()
    change: dict[str, Any] = {}
    for column, how in SEALED[table].items():
        plain = _plain(row[column], how)
        is_nothing = not plain or (
            f'{table}.{column}' not in MAY_BE_NONE and how in (DATA, SEALED_DATA) and plain in (b'{}', b'[]')
        )
        change[f'{column}{NEW}'] = None if is_nothing else keys.seal(plain, _bound(table, column, named))
        if table in FINGERPRINTS and FINGERPRINTS[table][0] == column:
            kind = {'household': 'phone', 'award': 'account'}[table]
            change[FINGERPRINTS[table][1]] = keys.blind_index(f'{kind} {plain.decode()}') if plain else ''
    return change


def _plain(stored: Any, how: str) -> bytes:
    if stored is None:
        return b''
    if how in (SEALED_TEXT, SEALED_DATA):
        return keyring.current().unseal(bytes(stored))
    return str(stored).encode() if how in (TEXT, DATA) else bytes(stored)


def _opened(table: str, row: dict[str, Any], named: list[Any]) -> dict[str, Any]:
    keys = keyring.current()
    change: dict[str, Any] = {}
    for column, how in SEALED[table].items():
        sealed, place = row[column], f'{table}.{column}'
        plain = None if sealed is None else keys.unseal(bytes(sealed), _bound(table, column, named))
        if plain is None and place not in MAY_BE_NONE:
            plain = (b'[]' if place in LISTS else b'{}') if how in (DATA, SEALED_DATA) else b''
        if plain is not None and how in (SEALED_TEXT, SEALED_DATA):
            plain = keys.seal(plain)
        change[f'{column}{NEW}'] = plain.decode() if plain is not None and how in (TEXT, DATA) else plain
    return change


def _as_it_was(table: str, column: str, how: str) -> sa.Column[Any]:
    place = f'{table}.{column}'
    length = LEFT_OPEN_LENGTHS.get(place)
    kind: sa.types.TypeEngine[Any] = sa.Text() if how in (TEXT, DATA) else sa.LargeBinary()
    if length:
        kind = sa.String(length)
    none = place in MAY_BE_NONE
    default = None if none else sa.text("''" if how in (TEXT, DATA) or op.get_bind().dialect.name != 'sqlite' else "x''")
    return sa.Column(f'{column}{NEW}', kind, nullable=none, server_default=default)


def _index_of_words_anew() -> None:
    """Numbers, names and places; labels of choices come with the steps that are finished from now on."""
    connection = op.get_bind()
    connection.execute(sa.text('DELETE FROM case_text'))
    people: dict[int, list[str]] = {}
    members = 'SELECT m.household_id, p.name FROM membership m JOIN person p ON p.id = m.person_id ORDER BY m.id'
    for household_id, name in connection.execute(sa.text(members)):
        people.setdefault(household_id, []).append(name)
    cases = (
        'SELECT c.id, c.number, c.applicant, c.household_id, h.address FROM case_file c '
        'JOIN household h ON h.id = c.household_id WHERE c.destroyed_on IS NULL ORDER BY c.id'
    )
    for case_id, number, applicant, household_id, address in connection.execute(sa.text(cases)).all():
        full_text.add_at_once(connection, case_id, [number, applicant, *people.get(household_id, []), address])
