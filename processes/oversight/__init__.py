"""Oversight: where time goes and what is late, read from the cases."""
