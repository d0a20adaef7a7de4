"""Rehearsal: scenarios played against the real office with time moved, and the demo county."""
