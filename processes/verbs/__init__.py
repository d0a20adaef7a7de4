"""Service operations: what a diagram may ask of the office.

Each is a typed function `(context, **params) -> result`, registered with a Chinese title and a description
for lint and studio. Importing this package registers them all.
"""

from processes.verbs import awards, cases, clocks, draws, funds, households, papers, referrals, reliefs

__all__ = [
    "awards", "cases", "clocks", "draws", "funds", "households", "papers", "referrals", "reliefs",
]  # fmt: skip
