"""The store: base of all rows, column types, the transaction, the outbox, migrations."""
