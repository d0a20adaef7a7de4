"""Backups (备份): the whole office in a folder that can be checked, and the office again out of it."""
