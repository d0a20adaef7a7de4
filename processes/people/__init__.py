"""People and households of the register: who lives together, on what, owning what."""
