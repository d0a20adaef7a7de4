"""Relief: what is granted to whom, from which month, and what may not be drawn together."""
