"""Backups (备份): the whole office in a folder that can be verified and restored."""
