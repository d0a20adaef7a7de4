"""Cases: one application each, its work items, clocks, events and numbers."""
