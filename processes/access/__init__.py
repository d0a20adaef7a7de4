"""Accounts, permissions, data scope, and the log of sensitive reads."""
