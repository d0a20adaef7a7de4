"""Rehearsal: scenarios and simulations played against the real office with a movable clock, in a county of their own."""
