"""The renderer: plain data in, PDF bytes out. Imports nothing else of this project."""
