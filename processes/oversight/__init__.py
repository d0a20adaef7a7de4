"""Oversight: durations, lateness, and checks of the database."""
