"""Rehearsal: scenarios played against the real office with a movable clock, and the demo county."""
