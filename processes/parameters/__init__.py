"""The county's book of parameters: dated values outside the releases, entered by one person and confirmed by
another."""
