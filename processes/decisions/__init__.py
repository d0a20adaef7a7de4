"""What a decision stands on: the facts that were computed with, how it was computed, where people deviated."""
