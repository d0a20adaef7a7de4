"""The second process: the loop that takes jobs, its signs of life, and the looks it takes every day."""
