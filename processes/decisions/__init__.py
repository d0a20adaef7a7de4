"""Basis of decisions: snapshots of the household, the computation, and deviations from it."""
