"""Cooperation: departments that cases are referred to, organisations that offer help, screening."""
