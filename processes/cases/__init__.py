"""Cases: one application each, with its work items, clocks, events and numbers."""
