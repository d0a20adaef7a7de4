"""Storage: base of all tables, column types, transactions, outbox, files, keys."""
