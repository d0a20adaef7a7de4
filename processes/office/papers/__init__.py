"""Commands on papers: make, view, sign, withdraw, scan, archive, print runs."""
