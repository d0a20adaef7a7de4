"""Rehearsal: scenarios and simulations played against the real office with time moved, in a county of their own."""
