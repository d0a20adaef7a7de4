"""The engine: pure, the only importer of SpiffWorkflow.

It asks and answers but never acts: no database, clock, network or randomness.  `runtime` is the
entrance; everything that changes the world is a `Question` that the office answers.
"""
