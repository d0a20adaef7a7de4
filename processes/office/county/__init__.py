"""Commands on what the county sets: parameters, holidays, contacts of offices."""
