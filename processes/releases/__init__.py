"""Releases: everything needed to understand a programme ten years later, frozen together and hashed."""
