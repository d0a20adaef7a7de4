"""Releases: what a programme needs to be understood in ten years, frozen together and hashed."""
