"""Desks: one module for each area of work; independent of each other."""
