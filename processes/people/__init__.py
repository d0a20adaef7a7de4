"""The register: people and households, their income, expenses and property."""
