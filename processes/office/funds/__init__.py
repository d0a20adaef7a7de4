"""Commands on petty funds, and on what organisations offer."""
