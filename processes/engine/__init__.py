"""The engine: the only package that imports SpiffWorkflow; it has no side effects.

It has no access to a database, clock, network or randomness. `runtime` is the entry point; whatever changes
the world leaves the engine as a `Question`, which the office answers.
"""
