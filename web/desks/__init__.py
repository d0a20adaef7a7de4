"""Desks: one module a place of work; independent of each other."""
