"""Commands on the register: households, differences, identification, transfers, look-ups."""
